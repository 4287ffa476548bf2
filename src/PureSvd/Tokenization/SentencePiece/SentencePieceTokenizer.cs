using System.Text;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>A SentencePiece BPE model, with SentencePiece's own ids on any text; around it BOS and EOS as <c>tokenizer_config.json</c> says, and as Llama has it where it says nothing: BOS only.</summary>
/// <remarks>A surrogate without its partner reads as U+FFFD.</remarks>
internal sealed class SentencePieceTokenizer : ITokenizer
{
    private const int Bpe = 2;

    private readonly SentencePieceModel _model;
    private readonly SentencePieceVocabulary _vocabulary;
    private readonly SentencePieceNormalizer _normalizer;
    private readonly SentencePieceNormalizer? _denormalizer;
    private readonly SentencePieceBpe _bpe;
    private readonly Dictionary<int, AddedToken> _added = [];
    private readonly AddedTokenFinder _addedFinder;
    private readonly SpecialTokenTemplate _template;
    private readonly TokenizerConfig _config;

    private SentencePieceTokenizer(string file, SentencePieceModel model, TokenizerConfig config)
    {
        if (model.ModelType != Bpe)
            throw new InputDataException(file, $"is a SentencePiece model of the type {TypeName(model.ModelType)}, and only BPE is read.", "trainer_spec.model_type", "Use the model's tokenizer.json if there is one.");
        _model = model;
        _config = config;
        _vocabulary = new SentencePieceVocabulary(file, model);
        var userDefined = UserDefined(model);
        _normalizer = new SentencePieceNormalizer(model.Normalization, userDefined, model.WhiteSpaceIsSuffix);
        _denormalizer = model.Denormalization is { } denormalization ? new SentencePieceNormalizer(denormalization, null, whiteSpaceIsSuffix: false) : null;
        _bpe = new SentencePieceBpe(_vocabulary, userDefined);
        VocabularySize = _vocabulary.Size;
        foreach (var token in config.AddedTokens)
            AddToken(file, token);
        _addedFinder = new AddedTokenFinder(config.AddedTokens.Select(token => (token, token.Content)));
        BosId = IdOf(config.BosToken) ?? _vocabulary.ControlIdOf(model.BosPiece);
        EosId = IdOf(config.EosToken) ?? _vocabulary.ControlIdOf(model.EosPiece);
        PadId = IdOf(config.PadToken) ?? _vocabulary.ControlIdOf(model.PadPiece) ?? EosId ?? _vocabulary.UnknownId;
        _template = SpecialTokenTemplate.Decoder(config.AddBos ?? true ? BosId : null, config.AddEos ?? false ? EosId : null);
    }

    /// <inheritdoc/>
    public int VocabularySize { get; private set; }

    /// <inheritdoc/>
    public int PadId { get; }

    /// <inheritdoc/>
    public int? MaskId => null;

    /// <inheritdoc/>
    public int? BosId { get; }

    /// <inheritdoc/>
    public int? EosId { get; }

    /// <summary>Loads <c>tokenizer.model</c>.</summary>
    /// <exception cref="InputDataException">The file is at fault, or no BPE model.</exception>
    internal static SentencePieceTokenizer Load(string file, TokenizerConfig config) => new(file, SentencePieceFile.Read(file), config);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the special tokens.</exception>
    public TokenEncoding Encode(string text, string? pair = null, int? maxLength = null)
        => _template.Encode(EncodeText(text), pair is null ? null : EncodeText(pair), maxLength, _config.TruncateLeft);

    /// <inheritdoc/>
    public int[] EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 3 + 4);
        var isFirst = true;
        foreach (var (part, token) in _addedFinder.Split(text))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
                _bpe.Encode(_normalizer.Normalize(Encoding.UTF8.GetBytes(text[part]), addDummyPrefix: isFirst || _config.Legacy), ids);
            isFirst = false;
        }
        return [.. ids];
    }

    /// <inheritdoc/>
    public string Piece(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return id < _vocabulary.Size ? _vocabulary[id].Text : _added.TryGetValue(id, out var token) ? token.Content : "";
    }

    /// <inheritdoc/>
    int? ITokenizer.IdOf(string piece) => IdOf(piece);

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
    public StreamingDecoder StreamingDecoder(bool skipSpecialTokens = true)
    {
        var stream = new SentencePieceStream(this, _vocabulary, _model, skipSpecialTokens);
        return _denormalizer is null ? stream : new Denormalized(stream, _denormalizer);
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id)
        => (_added.TryGetValue(id, out var token) && token.IsSpecial) || (id >= 0 && id < _vocabulary.Size && _vocabulary[id].Kind == SentencePieceKind.Control);

    private int? IdOf(string? piece)
    {
        if (piece is null)
            return null;
        return _vocabulary.IdOf(piece) is { } id ? id : _added.Values.FirstOrDefault(token => token.Content == piece)?.Id;
    }

    private void AddToken(string file, AddedToken token)
    {
        const int MaxId = 1 << 22;
        const string Place = "added_tokens_decoder of tokenizer_config.json";
        if (token.Id >= MaxId)
            throw new InputDataException(file, $"{Printable.Quote(token.Content)} has the id {token.Id}, and ids are below {MaxId}.", Place, "Get the tokenizer of the model again.");
        if (token.Id < _vocabulary.Size && _vocabulary[token.Id].Text != token.Content)
            throw new InputDataException(file, $"the id {token.Id} is both {Printable.Quote(_vocabulary[token.Id].Text)} and {Printable.Quote(token.Content)}.", Place, "Get the tokenizer of the model again.");
        if (IdOf(token.Content) is { } other && other != token.Id)
            throw new InputDataException(file, $"{Printable.Quote(token.Content)} has both the ids {other} and {token.Id}.", Place, "Get the tokenizer of the model again.");
        if (!_added.TryAdd(token.Id, token))
            throw new InputDataException(file, $"the id {token.Id} occurs twice.", Place, "Get the tokenizer of the model again.");
        VocabularySize = Math.Max(VocabularySize, token.Id + 1);
    }

    private static PieceTrie? UserDefined(SentencePieceModel model)
    {
        PieceTrie? trie = null;
        for (var id = 0; id < model.Pieces.Count; id++)
            if (model.Pieces[id].Kind == SentencePieceKind.UserDefined)
                (trie ??= new PieceTrie()).Add(Encoding.UTF8.GetBytes(model.Pieces[id].Text), id);
        return trie;
    }

    private static string TypeName(int type) => type switch
    {
        1 => "unigram",
        3 => "word",
        4 => "character",
        _ => $"{type}",
    };

    /// <summary>Holds all text back to the end, where it is denormalized as a whole: no model in use has this.</summary>
    private sealed class Denormalized(SentencePieceStream stream, SentencePieceNormalizer denormalizer) : StreamingDecoder
    {
        private readonly StringBuilder _text = new();

        public override string Append(int id)
        {
            _text.Append(stream.Append(id));
            return "";
        }

        public override string Finish() => Encoding.UTF8.GetString(denormalizer.Normalize(Encoding.UTF8.GetBytes(_text.Append(stream.Finish()).ToString())));
    }
}
