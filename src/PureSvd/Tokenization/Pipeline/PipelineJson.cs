using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Reads the normalizer, the pre-tokenizer and the decoder of <c>tokenizer.json</c>. What cannot be followed exactly is refused by name.</summary>
internal static class PipelineJson
{
    private const string Remedy = "Use a tokenizer that is written without it, or the model's tokenizer.model.";

    /// <exception cref="InputDataException">It is at fault, or of a type that is not supported.</exception>
    internal static TextNormalizer? ReadNormalizer(JsonInput json)
    {
        if (json.IsNull)
            return null;
        switch (Type(json))
        {
            case "Sequence":
                return new TextNormalizer.Sequence([.. json["normalizers"].List().Select(part => ReadNormalizer(part) ?? throw part.Fault("is null."))]);
            case "Prepend":
                return new TextNormalizer.Prepend(json["prepend"].Text());
            case "Replace":
                return new TextNormalizer.Replace(ReadPattern(json["pattern"]), json["content"].Text());
            case "Lowercase":
                return new TextNormalizer.Lowercase();
            case "Strip":
                return new TextNormalizer.Strip(json["strip_left"].Flag(true), json["strip_right"].Flag(true));
            case "BertNormalizer":
                var lowercase = json["lowercase"].Flag(true);
                return new TextNormalizer.Bert(new BertNormalizer(json["clean_text"].Flag(true), json["handle_chinese_chars"].Flag(true), json["strip_accents"].Flag(lowercase), lowercase));
            case "NFC":
                return new TextNormalizer.Form(NormalForm.Composed);
            case "NFD":
                return new TextNormalizer.Form(NormalForm.Decomposed);
            case "NFKC":
                return new TextNormalizer.Form(NormalForm.CompatibilityComposed);
            case "NFKD":
                return new TextNormalizer.Form(NormalForm.CompatibilityDecomposed);
            default:
                throw Unsupported(json);
        }
    }

    /// <exception cref="InputDataException">It is at fault, or of a type that is not supported.</exception>
    internal static PreTokenizer? ReadPreTokenizer(JsonInput json)
    {
        if (json.IsNull)
            return null;
        switch (Type(json))
        {
            case "Sequence":
                return new PreTokenizer.Sequence([.. json["pretokenizers"].List().Select(part => ReadPreTokenizer(part) ?? throw part.Fault("is null."))]);
            case "Split":
                return new PreTokenizer.Delimiter(ReadPattern(json["pattern"]), ReadBehavior(json["behavior"], DelimiterBehavior.Isolated), json["invert"].Flag(false));
            case "ByteLevel":
                return new PreTokenizer.ByteLevel(json["add_prefix_space"].Flag(true), json["use_regex"].Flag(true));
            case "Metaspace":
                return new PreTokenizer.Metaspace(ReadReplacement(json), ReadPrefix(json), json["split"].Flag(true));
            case "Digits":
                return PreTokenizer.Delimiter.OfSet(CharacterCategories.Numeric, json["individual_digits"].Flag(false) ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous);
            case "Punctuation":
                return PreTokenizer.Delimiter.OfSet(CharacterSet.Parse(UnicodeTables.Punctuation), ReadBehavior(json["behavior"], DelimiterBehavior.Isolated));
            case "Whitespace":
                return new PreTokenizer.Delimiter(Pattern.RunsOf(CharacterCategories.RustWord, CharacterCategories.RustWord.Union(CharacterSet.Parse(UnicodeTables.WhiteSpace)).Complement()), DelimiterBehavior.Removed, Invert: true);
            case "WhitespaceSplit":
                return PreTokenizer.Delimiter.OfSet(CharacterSet.Parse(UnicodeTables.WhiteSpace), DelimiterBehavior.Removed);
            case "CharDelimiterSplit":
                return new PreTokenizer.Delimiter(Pattern.Literal(json["delimiter"].Text()), DelimiterBehavior.Removed);
            case "BertPreTokenizer":
                return new PreTokenizer.Sequence([
                    PreTokenizer.Delimiter.OfSet(CharacterSet.Parse(UnicodeTables.WhiteSpace), DelimiterBehavior.Removed),
                    PreTokenizer.Delimiter.OfSet(CharacterSet.Parse(UnicodeTables.Punctuation), DelimiterBehavior.Isolated)]);
            default:
                throw Unsupported(json);
        }
    }

    /// <exception cref="InputDataException">It is at fault, or of a type that is not supported.</exception>
    internal static TokenDecoder? ReadDecoder(JsonInput json)
    {
        if (json.IsNull)
            return null;
        switch (Type(json))
        {
            case "Sequence":
                return new TokenDecoder.Sequence([.. json["decoders"].List().Select(part => ReadDecoder(part) ?? throw part.Fault("is null."))]);
            case "Replace":
                var replace = new TextNormalizer.Replace(ReadPattern(json["pattern"]), json["content"].Text());
                return new TokenDecoder.Each((token, _) => replace.Normalize(token));
            case "ByteFallback":
                return new TokenDecoder.ByteFallback();
            case "Fuse":
                return new TokenDecoder.Fuse();
            case "Strip":
                return json["content"].Text() is [var content]
                    ? new TokenDecoder.Strip(content, json["start"].NonNegative(0), json["stop"].NonNegative(0))
                    : throw json["content"].Fault("is no single character.");
            case "ByteLevel":
                return new TokenDecoder.ByteLevel();
            case "Metaspace":
                var (space, keepsFirst) = (ReadReplacement(json), ReadPrefix(json) == MetaspacePrefix.Never);
                return new TokenDecoder.Each((token, isFirst) => token.Replace(space, isFirst && !keepsFirst ? "" : " ", StringComparison.Ordinal));
            case "WordPiece":
                var wordPiece = new WordPieceDecoder(json["prefix"].Text("##"), json["cleanup"].Flag(true));
                return new TokenDecoder.Each(wordPiece.Text);
            case "BPEDecoder":
                return json["suffix"].Text("</w>") is { Length: > 0 } suffix ? new TokenDecoder.Suffix(suffix) : throw json["suffix"].Fault("is empty.");
            default:
                throw Unsupported(json);
        }
    }

    /// <summary>The type that is written at <c>type</c>.</summary>
    internal static string Type(JsonInput json) => json["type"].Text("");

    /// <summary>Says that a part is of a type that is not read.</summary>
    internal static InputDataException Unsupported(JsonInput json)
        => new(json.File, $"is of the type {Printable.Quote(Type(json))}, which is not supported.", Printable.Quote(json.Place), Remedy);

    private static Pattern ReadPattern(JsonInput json)
    {
        try
        {
            return json["Regex"] is { IsNull: false } expression ? Pattern.Parse(expression.Text()) : Pattern.Literal(json["String"].Text());
        }
        catch (FormatException e)
        {
            throw new InputDataException(json.File, $"the regular expression {e.Message}", Printable.Quote(json.Place), Remedy, e);
        }
    }

    private static DelimiterBehavior ReadBehavior(JsonInput json, DelimiterBehavior absent)
        => json.IsNull ? absent : Enum.TryParse<DelimiterBehavior>(json.Text(), out var behavior) && Enum.IsDefined(behavior) ? behavior : throw json.Fault($"is {Printable.Quote(json.Text())}, which is no behavior.");

    private static string ReadReplacement(JsonInput json)
        => json["replacement"].Text("▁") is { Length: 1 } replacement ? replacement : throw json["replacement"].Fault("is no single character.");

    // Older files say add_prefix_space.
    private static MetaspacePrefix ReadPrefix(JsonInput json) => json["prepend_scheme"].Text(json["add_prefix_space"].Flag(true) ? "always" : "never") switch
    {
        "always" => MetaspacePrefix.Always,
        "first" => MetaspacePrefix.First,
        "never" => MetaspacePrefix.Never,
        var other => throw json["prepend_scheme"].Fault($"is {Printable.Quote(other)}, and there are always, first and never."),
    };
}
