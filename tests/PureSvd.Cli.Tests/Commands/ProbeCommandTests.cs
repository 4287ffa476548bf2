using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Cli.Tests.Commands;

public sealed class ProbeCommandTests : IDisposable
{
    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "no", "dog", "cat", "bird", "runs", "ran", "sleeps", "slept"];
    private readonly string _folder = Directory.CreateTempSubdirectory("puresvd-probe-").FullName;

    public ProbeCommandTests()
    {
        var config = new BertConfig { VocabularySize = Words.Length, HiddenSize = 16, LayerCount = 2, HeadCount = 2, IntermediateSize = 24, MaxPositions = 12 };
        BertModel<float>.CreateRandom(config, 1).Save(At("model"));
        File.WriteAllLines(At("model/vocab.txt"), Words);
        var random = new SeededRandom(2);
        string Line(int i)
        {
            var verb = 10 + random.Next(4);
            return $"{(i < 120 ? "tr" : i < 160 ? "va" : "te")}\t{(verb % 2 == 0 ? "PRES" : "PAST")}\t{Words[5 + random.Next(2)]} {Words[7 + random.Next(3)]} {Words[verb]}";
        }
        Directory.CreateDirectory(At("tasks"));
        File.WriteAllLines(At("tasks/past_present.txt"), Enumerable.Range(0, 240).Select(Line));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private Task<CommandRun> Probe(params string[] more) => CommandRun.Of(["probe", At("model"), "--tasks", At("tasks"), .. more]);

    [Fact]
    public async Task Prints_a_row_per_layer_and_vector_and_writes_the_table()
    {
        var (exitCode, output, errors) = await Probe("--out", At("out"), "--seeds", "2");
        Assert.True(exitCode == 0, errors);
        Assert.Equal(6, output.Split('\n').Count(l => l.StartsWith("past_present", StringComparison.Ordinal)));
        foreach (var column in new[] { "majority", "random", "static", "control", "selectivity" })
            Assert.Contains(column, output, StringComparison.Ordinal);
        Assert.Equal(1 + 6 + 6 + 1, File.ReadAllLines(At("out/probes.csv")).Length);
    }

    [Fact]
    public async Task Json_has_the_baselines_and_is_the_same_for_any_number_of_threads()
    {
        var one = await Probe("--json", "--quiet", "--layers", "0,2", "--vectors", "mean", "--threads", "1");
        var four = await Probe("--json", "--quiet", "--layers", "0,2", "--vectors", "mean", "--threads", "4");
        Assert.Equal(one.Output, four.Output);
        using var json = JsonDocument.Parse(one.Output);
        var rows = json.RootElement.EnumerateArray().ToArray();
        Assert.Equal([0, 2], rows.Select(r => r.GetProperty("layer").GetInt32()));
        Assert.True(rows[0].GetProperty("static").GetDouble() > 0.95, "the tense is in the verb form alone");
        Assert.Equal(rows[0].GetProperty("test").GetDouble() - rows[0].GetProperty("control").GetDouble(), rows[0].GetProperty("selectivity").GetDouble(), 1e-12);
        Assert.DoesNotContain("\"random\"", (await Probe("--json", "--no-baselines")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_length_of_the_code_is_printed_where_it_is_asked_for()
    {
        var (exitCode, output, errors) = await Probe("--mdl", "--seeds", "1", "--layers", "0", "--vectors", "mean", "--no-baselines", "--json");
        Assert.True(exitCode == 0, errors);
        using var json = JsonDocument.Parse(output);
        var row = json.RootElement.EnumerateArray().Single();
        Assert.True(row.GetProperty("compression").GetDouble() > 1.5, "the tense is in the verb form alone");
        Assert.Equal(row.GetProperty("train").GetInt32(), row.GetProperty("code_bits").GetDouble() * row.GetProperty("compression").GetDouble(), 1e-9);
    }

    [Theory]
    [InlineData(2, "no layer 3", "--layers", "3")]
    [InlineData(2, "\"x\" is not a layer", "--layers", "0,x")]
    [InlineData(2, "none of mean, cls and last", "--vectors", "max")]
    [InlineData(2, "--seeds must be positive", "--seeds", "0")]
    [InlineData(2, "--train-limit must be positive", "--train-limit", "-1")]
    [InlineData(1, "no such folder", "--tasks", "/nowhere")]
    public async Task What_is_at_fault_gives_one_line(int expected, string message, string option, string value)
    {
        string[] tasks = option == "--tasks" ? [] : ["--tasks", At("tasks")];
        var (exitCode, output, errors) = await CommandRun.Of(["probe", At("model"), .. tasks, option, value]);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal((expected, ""), (exitCode, output));
        Assert.Single(errors.TrimEnd().Split('\n'));
    }
}
