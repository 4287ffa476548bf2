using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>. What it cannot follow exactly it refuses by name: a tokenizer that is nearly right is wrong.</summary>
internal static class TokenizerJson
{
    /// <summary>A longer added token would make the search for it slow, and none exists.</summary>
    private const int MaxAddedTokenLength = 1024;

    /// <exception cref="InputDataException">The file is at fault, or of a kind that is not read.</exception>
    internal static ITokenizer Read(string path, Func<TokenizerConfig> config) => JsonInput.ReadFile(path, json =>
    {
        var model = json["model"];
        return model.IsNull ? throw json.Fault("has no model.") : ModelType(model) switch
        {
            "WordPiece" => (ITokenizer)new WordPieceTokenizer(ReadWordPiece(json)),
            "BPE" => new BpeTokenizer(BpeJson.Read(json, config())),
            var type => throw new InputDataException(json.File, $"is of the type {Printable.Quote(type)}, and WordPiece and BPE are read.", "'model'", "Use the tokenizer of a BERT or Llama model."),
        };
    });

    /// <summary>Reads an entry of <c>added_tokens</c> or <c>added_tokens_decoder</c>.</summary>
    internal static AddedToken ReadAddedToken(JsonInput json, int id)
    {
        var isSpecial = json["special"].Flag(false);
        var token = new AddedToken(id, json["content"].Text(), isSpecial, json["single_word"].Flag(false), json["lstrip"].Flag(false), json["rstrip"].Flag(false), json["normalized"].Flag(!isSpecial));
        return token.Content.Length is > 0 and <= MaxAddedTokenLength
            ? token
            : throw json.Fault($"has a content of {token.Content.Length} characters, and 1 to {MaxAddedTokenLength} are read.");
    }

    // The first files had no type of a BPE model.
    private static string ModelType(JsonInput model) => model["type"].Text(model["merges"].IsNull ? "" : "BPE");

    private static WordPieceSettings ReadWordPiece(JsonInput json)
    {
        var model = json["model"];
        var vocabulary = new Vocabulary(json.File);
        foreach (var (piece, id) in model["vocab"].Members())
            vocabulary.Add(piece, id.Number(), "model.vocab");
        if (vocabulary.Size == 0)
            throw model["vocab"].Fault("is empty.");
        var unknown = model["unk_token"].Text("[UNK]");
        var unknownId = vocabulary.IdOf(unknown) ?? throw model["vocab"].Fault($"lacks the unknown token {Printable.Quote(unknown)}.");
        var added = ReadAddedTokens(json["added_tokens"], vocabulary);
        ExpectBertWords(json["pre_tokenizer"]);
        return new WordPieceSettings
        {
            Vocabulary = vocabulary,
            Normalizer = ReadNormalizer(json["normalizer"]),
            AddedTokens = added,
            Template = TemplateJson.Read(json["post_processor"], vocabulary),
            Decoder = ReadDecoder(json["decoder"]),
            UnknownId = unknownId,
            PadId = ReadPadId(json["padding"], vocabulary),
            MaskId = vocabulary.IdOf("[MASK]"),
            ContinuationPrefix = model["continuing_subword_prefix"].Text("##"),
            MaxWordLength = model["max_input_chars_per_word"].NonNegative(100),
            TruncateLeft = json["truncation"] is { IsNull: false } truncation && truncation["direction"].Text("Right") == "Left",
        };
    }

    /// <summary>Reads <c>added_tokens</c>, and adds them to <paramref name="vocabulary"/>.</summary>
    internal static List<AddedToken> ReadAddedTokens(JsonInput json, Vocabulary vocabulary)
    {
        var tokens = new List<AddedToken>();
        if (json.IsNull)
            return tokens;
        var contents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in json.List())
        {
            var token = ReadAddedToken(item, item["id"].NonNegative(int.MaxValue));
            if (!contents.Add(token.Content))
                throw item.Fault($"adds {Printable.Quote(token.Content)} a second time.");
            vocabulary.AddToken(token.Content, token.Id, item.Place);
            tokens.Add(token);
        }
        return tokens;
    }

    private static BertNormalizer ReadNormalizer(JsonInput json)
    {
        if (json.IsNull)
            return new BertNormalizer(CleanText: false, IsolateChinese: false, StripAccents: false, Lowercase: false);
        json.ExpectType("BertNormalizer");
        var lowercase = json["lowercase"].Flag(true);
        return new BertNormalizer(json["clean_text"].Flag(true), json["handle_chinese_chars"].Flag(true), json["strip_accents"].Flag(lowercase), lowercase);
    }

    private static void ExpectBertWords(JsonInput json)
    {
        if (json.IsNull)
            throw json.Fault("is missing, and BertPreTokenizer is needed.");
        json.ExpectType("BertPreTokenizer");
    }

    private static WordPieceDecoder ReadDecoder(JsonInput json)
    {
        if (json.IsNull)
            return new WordPieceDecoder(Cleanup: false);
        json.ExpectType("WordPiece");
        return new WordPieceDecoder(json["prefix"].Text("##"), json["cleanup"].Flag(true));
    }

    private static int ReadPadId(JsonInput padding, Vocabulary vocabulary)
    {
        var id = padding.IsNull ? vocabulary.IdOf("[PAD]") ?? 0 : padding["pad_id"].NonNegative(0);
        return id < vocabulary.Size ? id : throw padding.Fault($"has the pad_id {id}, and the vocabulary has {vocabulary.Size} ids.");
    }
}
