namespace PureSvd.Tokenization;

/// <summary>What <c>tokenizer_config.json</c> says about a tokenizer; the defaults are those of <c>BertTokenizerFast</c>, or null where they differ from kind to kind.</summary>
internal sealed record TokenizerConfig
{
    /// <summary><c>do_lower_case</c>.</summary>
    internal bool Lowercase { get; init; } = true;

    /// <summary><c>strip_accents</c>; null follows <see cref="Lowercase"/>.</summary>
    internal bool? StripAccents { get; init; }

    /// <summary><c>tokenize_chinese_chars</c>.</summary>
    internal bool IsolateChinese { get; init; } = true;

    /// <summary><c>truncation_side</c> is left.</summary>
    internal bool TruncateLeft { get; init; }

    internal string UnknownToken { get; init; } = "[UNK]";

    internal string SepToken { get; init; } = "[SEP]";

    internal string PadToken { get; init; } = "[PAD]";

    internal string ClsToken { get; init; } = "[CLS]";

    internal string MaskToken { get; init; } = "[MASK]";

    /// <summary><c>tokenizer_class</c>; null where it is not said.</summary>
    internal string? TokenizerClass { get; init; }

    /// <summary><c>add_bos_token</c>; null where it is not said.</summary>
    internal bool? AddBos { get; init; }

    /// <summary><c>add_eos_token</c>; null where it is not said.</summary>
    internal bool? AddEos { get; init; }

    /// <summary><c>legacy</c>: SentencePiece puts a space in front of every part between added tokens, and not only of the first.</summary>
    internal bool Legacy { get; init; } = true;

    /// <summary><c>bos_token</c>; null where it is not said.</summary>
    internal string? BosToken { get; init; }

    /// <summary><c>eos_token</c>; null where it is not said.</summary>
    internal string? EosToken { get; init; }

    /// <summary><c>added_tokens_decoder</c>.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Reads the file, or gives the defaults where there is none.</summary>
    /// <exception cref="Storage.InputDataException">The file is at fault.</exception>
    internal static TokenizerConfig Read(string path) => File.Exists(path) ? JsonInput.ReadFile(path, Parse) : new TokenizerConfig();

    private static TokenizerConfig Parse(JsonInput json)
    {
        var defaults = new TokenizerConfig();
        var added = new List<AddedToken>();
        if (json["added_tokens_decoder"] is { IsNull: false } tokens)
            foreach (var (key, value) in tokens.Members())
            {
                if (!int.TryParse(key, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
                    throw value.Fault($"has the key {Storage.Printable.Quote(key)}, which is no id.");
                added.Add(TokenizerJson.ReadAddedToken(value, id));
            }
        return new TokenizerConfig
        {
            Lowercase = json["do_lower_case"].Flag(defaults.Lowercase),
            StripAccents = json["strip_accents"] is { IsNull: false } strip ? strip.Flag(false) : null,
            IsolateChinese = json["tokenize_chinese_chars"].Flag(defaults.IsolateChinese),
            TruncateLeft = json["truncation_side"].Text("right") == "left",
            UnknownToken = TokenText(json["unk_token"], defaults.UnknownToken),
            SepToken = TokenText(json["sep_token"], defaults.SepToken),
            PadToken = TokenText(json["pad_token"], defaults.PadToken),
            ClsToken = TokenText(json["cls_token"], defaults.ClsToken),
            MaskToken = TokenText(json["mask_token"], defaults.MaskToken),
            TokenizerClass = json["tokenizer_class"] is { IsNull: false } name ? name.Text() : null,
            AddBos = json["add_bos_token"] is { IsNull: false } addBos ? addBos.Flag(false) : null,
            AddEos = json["add_eos_token"] is { IsNull: false } addEos ? addEos.Flag(false) : null,
            Legacy = json["legacy"].Flag(defaults.Legacy),
            BosToken = json["bos_token"] is { IsNull: false } bos ? TokenText(bos, "") : null,
            EosToken = json["eos_token"] is { IsNull: false } eos ? TokenText(eos, "") : null,
            AddedTokens = added,
        };
    }

    // Either text, or an object with its text under "content".
    private static string TokenText(JsonInput value, string absent)
        => value.Element.ValueKind == System.Text.Json.JsonValueKind.Object ? value["content"].Text() : value.Text(absent);
}
