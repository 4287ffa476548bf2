using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Pieces and their ids, both ways.</summary>
/// <param name="file">Where they come from.</param>
internal sealed class Vocabulary(string file)
{
    /// <summary>Far above any real vocabulary; an id costs memory even if no id below it is used.</summary>
    private const int MaxSize = 1 << 22;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string?> _pieces = [];
    private readonly HashSet<int> _added = [];

    /// <summary>One more than the largest id.</summary>
    internal int Size => _pieces.Count;

    /// <summary>The pieces that words are made of: without those that were added besides the model's.</summary>
    internal IEnumerable<KeyValuePair<string, int>> ModelEntries => _ids.Where(entry => !_added.Contains(entry.Value));

    /// <summary>The piece of an id; empty where the vocabulary has a hole.</summary>
    internal string Piece(int id) => _pieces[id] ?? "";

    internal int? IdOf(string piece) => _ids.TryGetValue(piece, out var id) ? id : null;

    /// <summary>Adds a piece of the model.</summary>
    /// <exception cref="InputDataException">The piece or the id is taken, or the id is out of range.</exception>
    internal void Add(string piece, long id, string place)
    {
        if (id is < 0 or >= MaxSize)
            throw new InputDataException(file, $"gives the piece {Printable.Quote(piece)} the id {id}, and ids are from 0 to {MaxSize - 1}.", place, "Get the tokenizer of the model again.");
        while (_pieces.Count <= id)
            _pieces.Add(null);
        if (_pieces[(int)id] is { } other && other != piece)
            throw new InputDataException(file, $"gives the id {id} to both {Printable.Quote(other)} and {Printable.Quote(piece)}.", place, "Get the tokenizer of the model again.");
        if (!_ids.TryAdd(piece, (int)id))
            throw new InputDataException(file, $"has the piece {Printable.Quote(piece)} a second time; it has the id {_ids[piece]} already.", place, "Remove one of the two.");
        _pieces[(int)id] = piece;
    }

    /// <summary>Adds a token that only whole occurrences in the text become; does nothing if it is a piece with that id.</summary>
    /// <exception cref="InputDataException">As for <see cref="Add"/>.</exception>
    internal void AddToken(string content, long id, string place)
    {
        if (IdOf(content) == id)
            return;
        Add(content, id, place);
        _added.Add((int)id);
    }

    /// <summary>The vocabulary whose ids are the positions of <paramref name="pieces"/>.</summary>
    /// <exception cref="InputDataException">There are none, or one occurs twice.</exception>
    internal static Vocabulary FromPieces(string file, IEnumerable<string> pieces)
    {
        var vocabulary = new Vocabulary(file);
        foreach (var piece in pieces)
            vocabulary.Add(piece, vocabulary.Size, $"line {vocabulary.Size + 1}");
        return vocabulary;
    }

    /// <summary>Reads <c>vocab.txt</c>: a piece a line, its id the number of the line from 0.</summary>
    /// <exception cref="InputDataException">The file is unreadable, not UTF-8, empty, or has a piece twice.</exception>
    internal static Vocabulary ReadText(string path)
    {
        // Python's universal newlines, as the original reads it; blank lines at the end are no pieces.
        var text = InputFile.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').TrimEnd('\n');
        return text.Length > 0
            ? FromPieces(path, text.Split('\n'))
            : throw new InputDataException(path, "is empty.", remedy: "It needs a piece a line.");
    }
}
