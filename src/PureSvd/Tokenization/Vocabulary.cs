using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Pieces and their ids, both ways.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string?> _pieces = [];

    /// <summary>One more than the largest id.</summary>
    internal int Size => _pieces.Count;

    internal IEnumerable<KeyValuePair<string, int>> Entries => _ids;

    /// <summary>The piece of an id; empty where the vocabulary has a hole.</summary>
    internal string Piece(int id) => _pieces[id] ?? "";

    internal int? IdOf(string piece) => _ids.TryGetValue(piece, out var id) ? id : null;

    /// <summary>Adds a piece; false if the piece or the id is there already.</summary>
    internal bool TryAdd(string piece, int id)
    {
        while (_pieces.Count <= id)
            _pieces.Add(null);
        if (_pieces[id] is not null || !_ids.TryAdd(piece, id))
            return false;
        _pieces[id] = piece;
        return true;
    }

    /// <summary>Reads <c>vocab.txt</c>: a piece a line, its id the number of the line from 0.</summary>
    /// <exception cref="InputDataException">The file is unreadable, empty, or names a piece twice.</exception>
    internal static Vocabulary ReadText(string path)
    {
        var lines = InputFile.ReadAllText(path).TrimEnd('\r', '\n').Split('\n');
        if (lines is [""])
            throw new InputDataException(path, "is empty.", remedy: "It needs a piece a line.");
        var vocabulary = new Vocabulary();
        for (var id = 0; id < lines.Length; id++)
        {
            var piece = lines[id].TrimEnd('\r');
            if (!vocabulary.TryAdd(piece, id))
                throw new InputDataException(path, $"names the piece {Printable.Quote(piece)} a second time.", $"line {id + 1}", $"It is on line {vocabulary.IdOf(piece) + 1} already.");
        }
        return vocabulary;
    }
}
