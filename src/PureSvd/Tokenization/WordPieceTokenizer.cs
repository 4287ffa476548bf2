using System.Text;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>BERT's tokenizer.</summary>
public sealed class WordPieceTokenizer : ITokenizer
{
    private readonly Vocabulary _vocabulary;
    private readonly BertNormalizer _normalizer;
    private readonly WordPieceModel _model;
    private readonly int _cls, _sep;
    private readonly HashSet<int> _special;

    private WordPieceTokenizer(string file, Vocabulary vocabulary, BertNormalizer normalizer)
    {
        int Need(string piece) => vocabulary.IdOf(piece) ?? throw new InputDataException(file, $"lacks the piece {piece}.", remedy: "BERT's vocabulary has [PAD], [UNK], [CLS], [SEP] and [MASK].");
        _vocabulary = vocabulary;
        _normalizer = normalizer;
        _model = new WordPieceModel(vocabulary.Entries, Need("[UNK]"));
        _cls = Need("[CLS]");
        _sep = Need("[SEP]");
        PadId = vocabulary.IdOf("[PAD]") ?? 0;
        MaskId = vocabulary.IdOf("[MASK]");
        _special = [PadId, Need("[UNK]"), _cls, _sep];
        if (MaskId is { } mask)
            _special.Add(mask);
    }

    /// <inheritdoc/>
    public int VocabularySize => _vocabulary.Size;

    /// <inheritdoc/>
    public int PadId { get; }

    /// <inheritdoc/>
    public int? MaskId { get; }

    /// <summary>Reads <c>vocab.txt</c>.</summary>
    /// <exception cref="InputDataException">It is at fault.</exception>
    public static WordPieceTokenizer FromVocabulary(string path, bool lowercase = true)
        => new(path, Vocabulary.ReadText(path), new BertNormalizer(StripAccents: lowercase, Lowercase: lowercase));

    /// <inheritdoc/>
    public TokenEncoding Encode(string text, string? pair = null, int? maxLength = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var a = EncodeText(text);
        var b = pair is null ? null : EncodeText(pair);
        var total = a.Count + (b?.Count ?? 0);
        var room = maxLength is { } max ? Math.Max(0, max - (b is null ? 2 : 3)) : int.MaxValue;
        var (keepA, keepB) = Truncation.LongestFirst(a.Count, b?.Count ?? 0, room);
        var ids = new List<int> { _cls };
        ids.AddRange(a.Take(keepA));
        ids.Add(_sep);
        var types = new List<int>(new int[ids.Count]);
        var special = new List<bool>(new bool[ids.Count]) { [0] = true, [^1] = true };
        if (b is not null)
        {
            ids.AddRange(b.Take(keepB));
            ids.Add(_sep);
            types.AddRange(Enumerable.Repeat(1, keepB + 1));
            special.AddRange(new bool[keepB + 1]);
            special[^1] = true;
        }
        return new TokenEncoding([.. ids], [.. types], [.. special], total - keepA - keepB);
    }

    /// <inheritdoc/>
    public string Piece(int id) => _vocabulary.Piece(id);

    /// <inheritdoc/>
    public int? IdOf(string piece) => _vocabulary.IdOf(piece);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if (skipSpecialTokens && IsSpecial(id))
                continue;
            var piece = Piece(id);
            if (piece.StartsWith("##", StringComparison.Ordinal))
                text.Append(piece.AsSpan(2));
            else
                text.Append(text.Length > 0 ? " " : "").Append(piece);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _special.Contains(id);

    private List<int> EncodeText(string text)
    {
        var normal = new StringBuilder();
        _normalizer.Normalize(text, normal);
        var ids = new List<int>();
        var words = normal.ToString();
        var start = 0;
        for (var i = 0; i <= words.Length; i++)
        {
            var isSpace = i < words.Length && char.IsWhiteSpace(words[i]);
            var isPunctuation = i < words.Length && (char.IsPunctuation(words[i]) || (words[i] < 128 && char.IsSymbol(words[i])));
            if (i < words.Length && !isSpace && !isPunctuation)
                continue;
            if (i > start)
                _model.Encode(words.AsSpan(start, i - start), ids);
            if (isPunctuation)
                _model.Encode(words.AsSpan(i, 1), ids);
            start = i + 1;
        }
        return ids;
    }
}
