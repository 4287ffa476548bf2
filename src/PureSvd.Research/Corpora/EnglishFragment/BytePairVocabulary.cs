using System.Text.Encodings.Web;
using System.Text.Json;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>The decoder's vocabulary: byte-pair merges that make one piece of every word of the fragment, as a <c>tokenizer.json</c> in the layout of Llama 2's.</summary>
/// <remarks>
/// The words are the training text, each counted once: the pair of neighbouring pieces that occurs most often (of equals the first in ordinal order) becomes a piece,
/// until every word is one. A word carries the space before it, written ▁; what has no piece is spelled in bytes.
/// Source: R. Sennrich, B. Haddow, A. Birch, <i>Neural Machine Translation of Rare Words with Subword Units</i> (2016), algorithm 1.
/// </remarks>
internal static class BytePairVocabulary
{
    private const char Space = '▁';

    // Of the template in which the inference task is put to a decoder.
    private static readonly string[] TemplateWords = ["Question", "Answer", "True", "False", "Neither"];

    /// <summary>The file's bytes.</summary>
    internal static byte[] TokenizerJson()
    {
        var (pieces, merges) = Learn([.. Vocabulary.Words().Concat(TemplateWords).Distinct(StringComparer.Ordinal).Select(word => Space + word)]);
        return Format(pieces, merges);
    }

    /// <summary>Letters and merged pieces in the order of their ids, and the merges in the order in which they apply.</summary>
    internal static (IReadOnlyList<string> Pieces, IReadOnlyList<(string Left, string Right)> Merges) Learn(IReadOnlyList<string> words)
    {
        var letters = Enumerable.Range('!', '~' - '!' + 1).Select(c => ((char)c).ToString()).Append(Space.ToString());
        var pieces = new List<string>(letters);
        var merges = new List<(string, string)>();
        var split = words.Select(word => word.Select(c => c.ToString()).ToList()).ToList();
        while (true)
        {
            var pairs = split
                .SelectMany(parts => parts.Zip(parts.Skip(1)))
                .GroupBy(pair => pair)
                .Select(group => (Pair: group.Key, Count: group.Count()))
                .OrderByDescending(p => p.Count)
                .ThenBy(p => p.Pair.First, StringComparer.Ordinal)
                .ThenBy(p => p.Pair.Second, StringComparer.Ordinal);
            var best = pairs.FirstOrDefault();
            if (best.Count == 0)
                return (pieces, merges);
            var (left, right) = best.Pair;
            merges.Add((left, right));
            if (!pieces.Contains(left + right))
                pieces.Add(left + right);
            foreach (var parts in split)
                Merge(parts, left, right);
        }
    }

    private static void Merge(List<string> parts, string left, string right)
    {
        for (var i = 0; i + 1 < parts.Count; i++)
        {
            if (parts[i] != left || parts[i + 1] != right)
                continue;
            parts[i] = left + right;
            parts.RemoveAt(i + 1);
        }
    }

    private static byte[] Format(IReadOnlyList<string> pieces, IReadOnlyList<(string Left, string Right)> merges)
    {
        string[] special = ["<unk>", "<s>", "</s>"];
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteStartArray("added_tokens");
            for (var id = 0; id < special.Length; id++)
                json.WriteRawValue($$"""{"id":{{id}},"content":"{{special[id]}}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}""");
            json.WriteEndArray();
            json.WritePropertyName("normalizer");
            json.WriteRawValue("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""");
            json.WriteNull("pre_tokenizer");
            json.WritePropertyName("post_processor");
            json.WriteRawValue("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""");
            json.WritePropertyName("decoder");
            json.WriteRawValue("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""");
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteString("unk_token", "<unk>");
            json.WriteBoolean("fuse_unk", true);
            json.WriteBoolean("byte_fallback", true);
            json.WriteStartObject("vocab");
            var next = 0;
            foreach (var piece in special.Concat(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")).Concat(pieces))
                json.WriteNumber(piece, next++);
            json.WriteEndObject();
            json.WriteStartArray("merges");
            foreach (var (left, right) in merges)
                json.WriteStringValue($"{left} {right}");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
