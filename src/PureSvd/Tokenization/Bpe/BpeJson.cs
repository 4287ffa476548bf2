using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Tokenization;

/// <summary>Reads a <c>tokenizer.json</c> whose model is BPE.</summary>
internal static class BpeJson
{
    private const int MaxAddedPrefix = 64;

    // These classes of transformers put BOS and EOS around a text as tokenizer_config.json says, and not as the post-processor does.
    private static readonly string[] ClassesWithOwnTemplate = ["LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer", "GemmaTokenizerFast"];

    private static readonly string[] KnownBos = ["<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>"];
    private static readonly string[] KnownEos = ["</s>", "<|end_of_text|>", "<|endoftext|>", "<eos>"];

    /// <exception cref="InputDataException">The file is at fault, or uses what is not supported.</exception>
    internal static BpeTokenizerSettings Read(JsonInput json, TokenizerConfig config)
    {
        var vocabulary = new Vocabulary(json.File);
        var model = ReadModel(json["model"], vocabulary);
        var added = TokenizerJson.ReadAddedTokens(json["added_tokens"], vocabulary);
        var template = ReadTemplate(json["post_processor"], vocabulary) ?? SpecialTokenTemplate.None;
        var bos = IdOf(config.BosToken, vocabulary) ?? Surrounding(template, before: true) ?? First(KnownBos, vocabulary);
        var eos = IdOf(config.EosToken, vocabulary) ?? Surrounding(template, before: false) ?? First(KnownEos, vocabulary);
        var hasOwnTemplate = config.TokenizerClass is { } name ? ClassesWithOwnTemplate.Contains(name, StringComparer.Ordinal) : config.AddBos is not null || config.AddEos is not null;
        if (hasOwnTemplate)
            template = SpecialTokenTemplate.Decoder(config.AddBos ?? true ? bos : null, config.AddEos ?? false ? eos : null);
        return new BpeTokenizerSettings
        {
            Vocabulary = vocabulary,
            Model = model,
            Normalizer = PipelineJson.ReadNormalizer(json["normalizer"]),
            PreTokenizer = PipelineJson.ReadPreTokenizer(json["pre_tokenizer"]),
            Decoder = PipelineJson.ReadDecoder(json["decoder"]),
            AddedTokens = added,
            Template = template,
            BosId = bos,
            EosId = eos,
            PadId = ReadPadId(json["padding"], config, vocabulary) ?? eos ?? 0,
            TruncateLeft = json["truncation"] is { IsNull: false } truncation ? truncation["direction"].Text("Right") == "Left" : config.TruncateLeft,
        };
    }

    private static BpeSettings ReadModel(JsonInput json, Vocabulary vocabulary)
    {
        if (json["dropout"] is { IsNull: false } dropout && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
            throw dropout.Fault("is not 0, and ids at random are not supported.");
        foreach (var (piece, id) in json["vocab"].Members())
            vocabulary.Add(piece, id.Number(), "model.vocab");
        if (vocabulary.Size == 0)
            throw json["vocab"].Fault("is empty.");
        var prefix = json["continuing_subword_prefix"].Text("");
        if (prefix.Length > MaxAddedPrefix)
            throw json["continuing_subword_prefix"].Fault($"has {prefix.Length} characters.");
        return new BpeSettings
        {
            File = json.File,
            Vocabulary = vocabulary.ModelEntries.ToDictionary(StringComparer.Ordinal),
            Merges = ReadMerges(json["merges"], vocabulary, prefix),
            UnknownToken = json["unk_token"] is { IsNull: false } unknown ? unknown.Text() : null,
            ContinuationPrefix = prefix,
            EndSuffix = json["end_of_word_suffix"].Text(""),
            FuseUnknown = json["fuse_unk"].Flag(false),
            ByteFallback = json["byte_fallback"].Flag(false),
            IgnoreMerges = json["ignore_merges"].Flag(false),
        };
    }

    // A merge is "a b" or ["a", "b"].
    private static BpeMerges ReadMerges(JsonInput json, Vocabulary vocabulary, string prefix)
    {
        var merges = new BpeMerges(json.Element.ValueKind == JsonValueKind.Array ? json.Element.GetArrayLength() : 0);
        var rank = 0;
        foreach (var item in json.List())
        {
            if (item.Element.ValueKind == JsonValueKind.String && item.Text().StartsWith("#version", StringComparison.Ordinal))
                continue;
            var parts = item.Element.ValueKind == JsonValueKind.String ? item.Text().Split(' ') : [.. item.List().Select(part => part.Text())];
            if (parts is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw item.Fault("is no pair of pieces.");
            if (right.Length <= prefix.Length && prefix.Length > 0)
                throw item.Fault($"continues a word by {Printable.Quote(right)}, which is no longer than the prefix.");
            int IdOf(string piece) => vocabulary.IdOf(piece) ?? throw item.Fault($"needs the piece {Printable.Quote(piece)}, which the vocabulary lacks.");
            merges.Set(IdOf(left), IdOf(right), new BpeMerges.Merge(rank++, IdOf(left + right[prefix.Length..])));
        }
        return merges;
    }

    // Null where nothing is put around.
    private static SpecialTokenTemplate? ReadTemplate(JsonInput json, Vocabulary vocabulary)
    {
        if (json.IsNull)
            return null;
        switch (PipelineJson.Type(json))
        {
            case "ByteLevel":
                // It changes offsets only.
                return null;
            case "Sequence":
                SpecialTokenTemplate? template = null;
                foreach (var part in json["processors"].List())
                    if (ReadTemplate(part, vocabulary) is { } next)
                        template = template is null ? next : throw part.Fault("is the second one that adds special tokens, which is not supported.");
                return template;
            case "TemplateProcessing" or "BertProcessing":
                return TemplateJson.Read(json, vocabulary);
            default:
                throw PipelineJson.Unsupported(json);
        }
    }

    // The special token right before or behind a single sentence, if there is just one on that side.
    private static int? Surrounding(SpecialTokenTemplate template, bool before)
    {
        var parts = before ? template.Single.TakeWhile(part => part.Sentence is null) : template.Single.Reverse().TakeWhile(part => part.Sentence is null);
        return parts.SelectMany(part => part.Ids).ToArray() is [var id] ? id : null;
    }

    private static int? IdOf(string? piece, Vocabulary vocabulary) => piece is null ? null : vocabulary.IdOf(piece);

    private static int? First(string[] pieces, Vocabulary vocabulary) => pieces.Select(vocabulary.IdOf).FirstOrDefault(id => id is not null);

    private static int? ReadPadId(JsonInput padding, TokenizerConfig config, Vocabulary vocabulary)
    {
        if (padding.IsNull)
            return vocabulary.IdOf(config.PadToken) ?? vocabulary.IdOf("<pad>");
        var id = padding["pad_id"].NonNegative(0);
        return id < vocabulary.Size ? id : throw padding.Fault($"has the pad_id {id}, and the vocabulary has {vocabulary.Size} ids.");
    }
}
