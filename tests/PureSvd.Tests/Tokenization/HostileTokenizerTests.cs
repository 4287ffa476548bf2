using System.Text;
using System.Text.Json.Nodes;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using PureSvd.Tests.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

public class HostileTokenizerTests
{
    public static TheoryData<string, Action<JsonObject>, string> Faults => new()
    {
        { "another model", j => j["model"]!["type"] = "Unigram", "'Unigram'" },
        { "no model", j => j.Remove("model"), "has no model" },
        { "another normalizer", j => j["normalizer"]!["type"] = "NFKC", "'NFKC'" },
        { "another pre-tokenizer", j => j["pre_tokenizer"]!["type"] = "ByteLevel", "'ByteLevel'" },
        { "no pre-tokenizer", j => j["pre_tokenizer"] = null, "BertPreTokenizer" },
        { "another post-processor", j => j["post_processor"]!["type"] = "RobertaProcessing", "'RobertaProcessing'" },
        { "another decoder", j => j["decoder"]!["type"] = "ByteLevel", "'ByteLevel'" },
        { "no unknown token", j => j["model"]!["vocab"]!.AsObject().Remove("[UNK]"), "lacks the unknown token '[UNK]'" },
        { "no vocabulary", j => j["model"]!["vocab"] = new JsonObject(), "is empty" },
        { "a vocabulary that is a list", j => j["model"]!["vocab"] = new JsonArray(), "no object" },
        { "a negative id", j => j["model"]!["vocab"]!["a"] = -1, "id -1" },
        { "a huge id", j => j["model"]!["vocab"]!["a"] = 2_000_000_000, "2000000000" },
        { "a fractional id", j => j["model"]!["vocab"]!["a"] = 5.5, "no whole number" },
        { "two pieces of one id", j => j["model"]!["vocab"]!["a"] = 1, "both '[UNK]' and 'a'" },
        { "an added token with the id of another", j => j["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(5, "<x>")), "both 'a' and '<x>'" },
        { "an added token with two ids", j => j["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(6, "a")), "second time" },
        { "an added token twice", j => j["added_tokens"]!.AsArray().Add(TokenizerTestFiles.Added(3, "[SEP]")), "second time" },
        { "an added token without an id", j => j["added_tokens"]![0]!.AsObject().Remove("id"), "ids are from" },
        { "an empty added token", j => j["added_tokens"]![0]!["content"] = "", "0 characters" },
        { "a huge added token", j => j["added_tokens"]![0]!["content"] = new string('x', 100_000), "100000 characters" },
        { "a template without the sentence", j => j["post_processor"]!["single"]!.AsArray().RemoveAt(1), "sentence A once" },
        { "a template with a third sentence", j => j["post_processor"]!["pair"]![1]!["Sequence"]!["id"] = "C", "'C'" },
        { "a template with an unknown token", j => j["post_processor"]!["pair"]![0]!["SpecialToken"]!["id"] = "[BOS]", "'[BOS]'" },
        { "a template with an id out of range", j => j["post_processor"]!["special_tokens"]!["[CLS]"]!["ids"]![0] = 99, "id 99" },
        { "a pad id out of range", j => j["padding"] = new JsonObject { ["pad_id"] = 6 }, "pad_id 6" },
        { "a flag that is text", j => j["normalizer"]!["lowercase"] = "yes", "neither true nor false" },
        { "a negative word length", j => j["model"]!["max_input_chars_per_word"] = -5, "out of range" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_tokenizer_json_is_refused_by_what_is_wrong(string what, Action<JsonObject> spoil, string expected)
    {
        ArgumentNullException.ThrowIfNull(spoil);
        using var folder = new TemporaryFolder();
        var json = TokenizerTestFiles.Json("a");
        spoil(json);
        var fault = Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.WriteJson(json)));
        Assert.True(fault.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {fault.Message}");
        Assert.Contains("tokenizer.json", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("{\"model\":{\"type\":\"\\ud800\"}}", "not valid JSON")]
    [InlineData("{\"model\":5}", "no object")]
    public void What_is_no_tokenizer_json_is_refused(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var fault = Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.Write("tokenizer.json", text)));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n\n\n", "is empty")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\na\n", "line 7")]
    [InlineData("[PAD]\n[CLS]\n[SEP]\n", "'[UNK]'")]
    [InlineData("[UNK]\n[CLS]\n[SEP]\n", "'[PAD]'")]
    [InlineData("[PAD]\n[UNK]\n[SEP]\n", "'[CLS]'")]
    public void A_faulty_vocabulary_is_refused_by_what_is_wrong(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var fault = Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.Write("vocab.txt", text)));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_that_is_not_UTF8_is_refused_with_the_byte()
    {
        using var folder = new TemporaryFolder();
        var fault = Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.Write("vocab.txt", [.. "[PAD]\n"u8, 0xFF, (byte)'\n'])));
        Assert.Contains("byte 6", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_and_a_missing_folder_say_so()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has no tokenizer", Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.Name)).Message, StringComparison.Ordinal);
        Assert.Contains("no such", Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder["absent"])).Message, StringComparison.Ordinal);
        folder.Write("tokenizer.model", "x");
        Assert.Contains("SentencePiece", Assert.Throws<InputDataException>(() => TokenizerFiles.Load(folder.Name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_gives_a_working_tokenizer_or_the_typed_exception()
    {
        using var folder = new TemporaryFolder();
        var json = Encoding.UTF8.GetBytes(TokenizerTestFiles.Json("a", "##b", "é").ToJsonString());
        var vocabulary = Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\né\n");
        var random = new SeededRandom(5);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var isJson = i % 2 == 0;
            var bytes = (byte[])(isJson ? json : vocabulary).Clone();
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                var tokenizer = TokenizerFiles.Load(folder.Write(isJson ? "tokenizer.json" : "vocab.txt", bytes));
                Assert.All(tokenizer.Encode("a ab É [MASK] \uD83D\uDE00").Ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            }
            catch (InputDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 500, 2999);
    }
}
