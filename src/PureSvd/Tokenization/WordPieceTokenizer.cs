using System.Buffers;
using System.Text;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>BERT's tokenizer, with the ids of Hugging Face's <c>BertTokenizerFast</c> on any text.</summary>
/// <remarks>
/// Four steps: added tokens such as [MASK] are cut out of the raw text; the rest is cleaned up (<see cref="BertNormalizer"/>), cut into words
/// (<see cref="BertWords"/>), and each word into pieces (<see cref="WordPieceModel"/>). Special tokens are put around, and what is too long is cut off.
/// A surrogate without its partner reads as U+FFFD.
/// </remarks>
public sealed class WordPieceTokenizer : ITokenizer
{
    private readonly WordPieceSettings _settings;
    private readonly WordPieceModel _model;
    private readonly AddedTokenFinder _rawTokens;
    private readonly AddedTokenFinder _normalizedTokens;
    private readonly HashSet<int> _special;

    internal WordPieceTokenizer(WordPieceSettings settings)
    {
        _settings = settings;
        _model = new WordPieceModel(settings.Vocabulary.ModelEntries, settings.UnknownId, settings.ContinuationPrefix, settings.MaxWordLength);
        _rawTokens = new AddedTokenFinder(settings.AddedTokens.Where(t => !t.Normalized).Select(t => (t, t.Content)));
        _normalizedTokens = new AddedTokenFinder(settings.AddedTokens.Where(t => t.Normalized).Select(t => (t, Normalize(t.Content).WrittenSpan.ToString())));
        _special = [.. settings.AddedTokens.Where(t => t.IsSpecial).Select(t => t.Id)];
    }

    /// <inheritdoc/>
    public int VocabularySize => _settings.Vocabulary.Size;

    /// <inheritdoc/>
    public int PadId => _settings.PadId;

    /// <inheritdoc/>
    public int? MaskId => _settings.MaskId;

    /// <inheritdoc/>
    public int? BosId => null;

    /// <inheritdoc/>
    public int? EosId => null;

    /// <summary>A tokenizer of <paramref name="pieces"/>, with BERT's special tokens.</summary>
    /// <param name="pieces">The piece of each id; [PAD], [UNK], [CLS] and [SEP] among them, continuation pieces with ##.</param>
    /// <param name="lowercase">Lower-case and strip accents.</param>
    /// <exception cref="InputDataException">A piece occurs twice, or a special token is missing.</exception>
    public static WordPieceTokenizer Create(IEnumerable<string> pieces, bool lowercase = true)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        const string Source = "the vocabulary";
        return new WordPieceTokenizer(WordPieceSettings.FromVocabulary(Source, Vocabulary.FromPieces(Source, pieces), new TokenizerConfig { Lowercase = lowercase }));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the special tokens.</exception>
    public TokenEncoding Encode(string text, string? pair = null, int? maxLength = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _settings.Template.Encode(EncodeText(text), pair is null ? null : EncodeText(pair), maxLength, _settings.TruncateLeft);
    }

    /// <inheritdoc/>
    public string Piece(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _settings.Vocabulary.Piece(id);
    }

    /// <inheritdoc/>
    public int? IdOf(string piece) => _settings.Vocabulary.IdOf(piece);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var stream = StreamingDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(stream.Append(id));
        return text.Append(stream.Finish()).ToString();
    }

    /// <inheritdoc/>
    public StreamingDecoder StreamingDecoder(bool skipSpecialTokens = true) => new Stream(this, skipSpecialTokens);

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <inheritdoc/>
    public int[] EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 4 + 4);
        foreach (var (part, token) in _rawTokens.Split(text))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
                EncodeNormalized(Normalize(text.AsSpan(part)).WrittenSpan, ids);
        }
        return [.. ids];
    }

    private void EncodeNormalized(ReadOnlySpan<char> text, List<int> ids)
    {
        foreach (var (part, token) in _normalizedTokens.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }
            var words = new BertWords(text[part]);
            while (words.MoveNext())
                _model.Encode(words.Current, ids);
        }
    }

    private ArrayBufferWriter<char> Normalize(ReadOnlySpan<char> text)
    {
        var normalized = new ArrayBufferWriter<char>(text.Length + 16);
        _settings.Normalizer.Normalize(text, normalized);
        return normalized;
    }

    private sealed class Stream(WordPieceTokenizer tokenizer, bool skipSpecialTokens) : StreamingDecoder
    {
        private bool _isFirst = true;

        public override string Append(int id)
        {
            if (skipSpecialTokens && tokenizer.IsSpecial(id))
                return "";
            var text = tokenizer._settings.Decoder.Text(tokenizer.Piece(id), _isFirst);
            _isFirst = false;
            return text;
        }

        public override string Finish() => "";
    }
}
