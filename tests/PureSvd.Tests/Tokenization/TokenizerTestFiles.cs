using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Tokenization;

/// <summary>Tokenizer files for tests.</summary>
internal static class TokenizerTestFiles
{
    internal static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    internal static string GoldenFolder { get; } = Path.Combine(Repository.Root, "tests", "PureSvd.Tests", "Tokenization", "Golden");

    /// <summary>A <c>tokenizer.json</c> as BERT's, with the special tokens and then <paramref name="pieces"/>.</summary>
    internal static JsonObject Json(params IEnumerable<string> pieces)
    {
        var vocabulary = new JsonObject();
        foreach (var piece in Special.Concat(pieces))
            vocabulary.Add(piece, vocabulary.Count);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. Special.Select((content, id) => Added(id, content, special: true))]),
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = JsonNode.Parse("""
                {"type":"TemplateProcessing",
                 "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
                 "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
                 "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}}
                """),
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true },
            ["model"] = new JsonObject { ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 100, ["vocab"] = vocabulary },
        };
    }

    internal static JsonObject Added(int id, string content, bool special = false, bool normalized = false, bool singleWord = false, bool lstrip = false, bool rstrip = false)
        => new() { ["id"] = id, ["content"] = content, ["single_word"] = singleWord, ["lstrip"] = lstrip, ["rstrip"] = rstrip, ["normalized"] = normalized, ["special"] = special };

    internal static string WriteJson(this TemporaryFolder folder, JsonObject json) => folder.Write("tokenizer.json", json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    internal static string WriteVocabulary(this TemporaryFolder folder, params IEnumerable<string> pieces) => folder.Write("vocab.txt", string.Concat(Special.Concat(pieces).Select(piece => piece + "\n")));

    /// <summary><paramref name="text"/> with everything but printable ASCII as <c>\uXXXX</c>, for messages.</summary>
    internal static string Escape(string text)
        => text.Aggregate(new StringBuilder(), (s, c) => c is > ' ' and < '\x7F' ? s.Append(c) : s.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")).ToString();
}
