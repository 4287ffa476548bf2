using System.Text;

namespace PureSvd.Tokenization;

/// <summary>The parts of a BPE <c>tokenizer.json</c>.</summary>
internal sealed record BpeTokenizerSettings
{
    internal required Vocabulary Vocabulary { get; init; }

    internal required BpeSettings Model { get; init; }

    internal TextNormalizer? Normalizer { get; init; }

    internal PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Null joins the tokens by spaces.</summary>
    internal TokenDecoder? Decoder { get; init; }

    internal required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    internal required SpecialTokenTemplate Template { get; init; }

    internal int? BosId { get; init; }

    internal int? EosId { get; init; }

    internal required int PadId { get; init; }

    internal bool TruncateLeft { get; init; }
}

/// <summary>A BPE <c>tokenizer.json</c>, byte-level as Llama 3's or with byte fallback as Llama 2's, with Hugging Face's ids on any text.</summary>
/// <remarks>Added tokens are cut out of the raw text; the rest is normalized, cut into words, and each word encoded. A surrogate without its partner reads as U+FFFD.</remarks>
internal sealed class BpeTokenizer : ITokenizer
{
    private readonly BpeTokenizerSettings _settings;
    private readonly BpeModel _model;
    private readonly AddedTokenFinder _rawTokens;
    private readonly AddedTokenFinder _normalizedTokens;
    private readonly HashSet<int> _special;

    internal BpeTokenizer(BpeTokenizerSettings settings)
    {
        _settings = settings;
        _model = new BpeModel(settings.Model);
        _rawTokens = new AddedTokenFinder(settings.AddedTokens.Where(t => !t.Normalized).Select(t => (t, t.Content)));
        _normalizedTokens = new AddedTokenFinder(settings.AddedTokens.Where(t => t.Normalized).Select(t => (t, Normalize(t.Content))));
        _special = [.. settings.AddedTokens.Where(t => t.IsSpecial).Select(t => t.Id)];
    }

    /// <inheritdoc/>
    public int VocabularySize => _settings.Vocabulary.Size;

    /// <inheritdoc/>
    public int PadId => _settings.PadId;

    /// <inheritdoc/>
    public int? MaskId => null;

    /// <inheritdoc/>
    public int? BosId => _settings.BosId;

    /// <inheritdoc/>
    public int? EosId => _settings.EosId;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the special tokens.</exception>
    public TokenEncoding Encode(string text, string? pair = null, int? maxLength = null)
        => _settings.Template.Encode(EncodeText(text), pair is null ? null : EncodeText(pair), maxLength, _settings.TruncateLeft);

    /// <inheritdoc/>
    public int[] EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = WellFormed(text);
        var ids = new List<int>(text.Length / 3 + 4);
        var merger = _model.CreateMerger();
        var words = new List<TextPiece>();
        foreach (var (part, token) in _rawTokens.Split(text))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
                EncodeNormalized(Normalize(text[part]), isFirst: part.Start.Value == 0, words, merger, ids);
        }
        return [.. ids];
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
        var stream = new Stream(this, skipSpecialTokens, isStream: false);
        foreach (var id in ids)
            stream.Push(id);
        return stream.Finish();
    }

    /// <inheritdoc/>
    public StreamingDecoder StreamingDecoder(bool skipSpecialTokens = true) => new Stream(this, skipSpecialTokens, isStream: true);

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _special.Contains(id);

    // What UTF-8 would make of it, and Rust could not hold otherwise.
    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text;
    }

    private string Normalize(string text) => _settings.Normalizer?.Normalize(text) ?? text;

    private void EncodeNormalized(string text, bool isFirst, List<TextPiece> words, BpeMerger merger, List<int> ids)
    {
        foreach (var (part, token) in _normalizedTokens.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }
            var piece = new TextPiece(text.AsMemory()[part], isFirst && part.Start.Value == 0);
            words.Clear();
            if (_settings.PreTokenizer is null)
                words.Add(piece);
            else
                _settings.PreTokenizer.Split(piece, words);
            foreach (var word in words)
                _model.Encode(word.Text.Span, merger, ids);
        }
    }

    private sealed class Stream : StreamingDecoder
    {
        private static readonly TokenDecoder JoinBySpaces = new TokenDecoder.Each((token, isFirst) => isFirst ? token : " " + token);

        private readonly BpeTokenizer _tokenizer;
        private readonly bool _skipSpecialTokens;
        private readonly TokenSink.Text _text = new();
        private readonly TokenSink _sink;

        internal Stream(BpeTokenizer tokenizer, bool skipSpecialTokens, bool isStream)
        {
            (_tokenizer, _skipSpecialTokens) = (tokenizer, skipSpecialTokens);
            _sink = (tokenizer._settings.Decoder ?? JoinBySpaces).Start(_text, isStream);
        }

        public override string Append(int id)
        {
            Push(id);
            return _text.Take();
        }

        public override string Finish()
        {
            _sink.End();
            return _text.Take();
        }

        internal void Push(int id)
        {
            var piece = _tokenizer.Piece(id);
            // A hole in the vocabulary is nothing.
            if (piece.Length > 0 && !(_skipSpecialTokens && _tokenizer.IsSpecial(id)))
                _sink.Push(piece);
        }
    }
}
