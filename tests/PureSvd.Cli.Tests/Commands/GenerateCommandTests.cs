using System.Text.Json;
using PureSvd.Models;

namespace PureSvd.Cli.Tests.Commands;

public sealed class GenerateCommandTests : IDisposable
{
    private static readonly LlamaConfig Small = new() { VocabularySize = 31, HiddenSize = 12, LayerCount = 2, HeadCount = 2, IntermediateSize = 20, MaxPositions = 24, InitializerRange = 0.5, EosTokenIds = [0] };
    private readonly CommandFolder _folder = new();

    public GenerateCommandTests() => Save(Small);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_printed_is_what_the_model_makes_of_the_prompt()
    {
        var run = await Generate("--prompt", "a b", "--max-tokens", "8", "--json");
        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        var (prompt, ids) = (Ids(json, "prompt_ids"), Ids(json, "ids"));
        Assert.Equal("a b", json.RootElement.GetProperty("prompt").GetString());
        var expected = TextGeneration.Generate(LlamaModel<float>.Load(_folder["model"]), prompt, new TokenSampler(new SamplingOptions()), 8);
        Assert.Equal(expected, ids);

        var text = await Generate("--prompt", "a b", "--max-tokens", "8");
        Assert.Equal(json.RootElement.GetProperty("prompt").GetString() + json.RootElement.GetProperty("completion").GetString() + "\n", text.Output.ReplaceLineEndings("\n"));
        Assert.Contains("tokens", text.Error, StringComparison.Ordinal);
        Assert.Equal("", (await Generate("--prompt", "a b", "--max-tokens", "8", "--quiet")).Error);
    }

    [Fact]
    public async Task The_same_without_the_cache_and_drawn_again_from_the_same_seed()
    {
        var cached = await Generate("--prompt", "a b c", "--json", "--quiet");
        Assert.Equal(cached.Output, (await Generate("--prompt", "a b c", "--json", "--quiet", "--no-cache")).Output);
        string[] drawn = ["--prompt", "a b c", "--json", "--quiet", "--temperature", "1", "--top-k", "50", "--top-p", "0.95"];
        var first = await Generate([.. drawn, "--seed", "3"]);
        Assert.Equal(first.Output, (await Generate([.. drawn, "--seed", "3"])).Output);
        Assert.NotEqual(first.Output, (await Generate([.. drawn, "--seed", "4"])).Output);
    }

    [Theory]
    [InlineData(2, "context is 24", "--prompt", "a b c d e f g h i j k l m n o p q r s t u v w x y z")]
    [InlineData(2, "temperature", "--prompt", "a", "--temperature", "-1")]
    [InlineData(2, "--max-tokens", "--prompt", "a", "--max-tokens", "0")]
    [InlineData(2, "--prompt")]
    public async Task Arguments_that_make_no_sense_are_refused_in_one_line(int exitCode, string expected, params string[] arguments)
    {
        var run = await Generate(arguments);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_tokenizer_of_another_model_and_an_encoder_are_refused_in_one_line()
    {
        Save(Small with { VocabularySize = 30 });
        var other = await Generate("--prompt", "a");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("belong to different models", other.Error, StringComparison.Ordinal);
        BertModel<float>.CreateRandom(new BertConfig { VocabularySize = 300, HiddenSize = 12, LayerCount = 1, HeadCount = 3, IntermediateSize = 20, MaxPositions = 6 }, 1).Save(_folder["model"]);
        var encoder = await Generate("--prompt", "a");
        Assert.Equal(1, encoder.ExitCode);
        Assert.Contains("not a decoder", encoder.Error, StringComparison.Ordinal);
    }

    private void Save(LlamaConfig config)
    {
        LlamaModel<float>.CreateRandom(config, seed: 1).Save(_folder["model"]);
        _folder.Write("model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + string.Join('\n', Enumerable.Range(0, 26).Select(i => (char)('a' + i))) + "\n");
    }

    private Task<CommandRun> Generate(params string[] arguments) => CommandRun.Of(["generate", _folder["model"], .. arguments]);

    private static int[] Ids(JsonDocument json, string name) => [.. json.RootElement.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
