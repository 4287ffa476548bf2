using System.Text.Json;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Cli.Tests.Commands;

public sealed class CompressCommandTests : IDisposable
{
    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dog", "cat", "runs", "sleeps", "no"];
    private static readonly string[] Labels = ["entailment", "neutral", "contradiction"];
    private readonly string _folder = Directory.CreateTempSubdirectory("puresvd-compress-").FullName;

    public CompressCommandTests()
    {
        var config = new BertConfig
        {
            VocabularySize = Words.Length,
            HiddenSize = 16,
            LayerCount = 2,
            HeadCount = 2,
            IntermediateSize = 40,
            MaxPositions = 16,
            Labels = Labels,
        };
        BertModel<float>.CreateRandom(config, 1).Save(At("model"));
        File.WriteAllLines(At("model/vocab.txt"), Words);
        var random = new SeededRandom(3);
        string Sentence() => $"{(random.Next(2) == 0 ? "a" : "no")} {(random.Next(2) == 0 ? "dog" : "cat")} {(random.Next(2) == 0 ? "runs" : "sleeps")}";
        File.WriteAllLines(At("pairs.tsv"), Enumerable.Range(0, 40).Select(i => $"{Sentence()}\t{Sentence()}\t{Labels[i % 3]}").Prepend("premise\thypothesis\tlabel"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Prints_the_three_size_figures_and_writes_the_manifest_it_prints()
    {
        var (exitCode, output, errors) = await Compress("--removed", "0.3");
        Assert.Equal(0, exitCode);
        foreach (var line in new[] { "target linears", "whole model", "on disk", "0 query", "1 output" })
            Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.Contains("Wrote", errors, StringComparison.Ordinal);
        var (_, json, _) = await Compress("--removed", "0.3", "--force", "--json", "--quiet");
        Assert.Equal(File.ReadAllText(At("out/puresvd.json")), json);
        using var manifest = JsonDocument.Parse(json);
        Assert.InRange(manifest.RootElement.GetProperty("sizes").GetProperty("targets_removed").GetDouble(), 0.3, 0.31);
    }

    [Fact]
    public async Task Fwsvd_calibrates_on_the_data_and_keeps_what_it_measured()
    {
        Assert.Equal(0, (await Compress("--removed", "0.3", "--method", "fwsvd", "--data", At("pairs.tsv"), "--samples", "12", "--calibration", At("cache"), "--threads", "1")).ExitCode);
        var first = File.ReadAllBytes(At("out/model.safetensors"));
        var written = File.GetLastWriteTimeUtc(At("cache/calibration.safetensors"));
        Assert.Equal(0, (await Compress("--removed", "0.3", "--method", "fwsvd", "--data", At("pairs.tsv"), "--samples", "12", "--calibration", At("cache"), "--threads", "3", "--force")).ExitCode);
        Assert.Equal(first, File.ReadAllBytes(At("out/model.safetensors")));
        Assert.Equal(written, File.GetLastWriteTimeUtc(At("cache/calibration.safetensors")));
        var calibration = CompressionManifest.Read(At("out")).Calibration!;
        Assert.Equal((1UL, 12), (calibration.Seed, calibration.Count));

        Assert.Equal(0, (await Compress("--removed", "0.3", "--method", "fwsvd", "--data", At("pairs.tsv"), "--samples", "12", "--calibration", At("cache"), "--seed", "2", "--force")).ExitCode);
        Assert.NotEqual(first, File.ReadAllBytes(At("out/model.safetensors")));
    }

    [Fact]
    public async Task Selective_goes_by_pattern_or_by_measurement_and_spectrum_without_data()
    {
        Assert.Equal(0, (await Compress("--removed", "0.1", "--allocation", "selective", "--kinds", "intermediate,output")).ExitCode);
        var plan = CompressionManifest.Read(At("out")).Plan;
        Assert.All(plan.Factored, l => Assert.Contains(l.Target.Kind, new[] { "intermediate", "output" }));
        Assert.Equal(4, plan.Factored.Count());
        Assert.Equal(0, (await Compress("--removed", "0.3", "--allocation", "selective", "--data", At("pairs.tsv"), "--samples", "8", "--force")).ExitCode);
        Assert.InRange(CompressionManifest.Read(At("out")).Plan.Removed, 0.3, 0.32);
        Assert.Equal(0, (await Compress("--removed", "0.3", "--allocation", "spectrum", "--force")).ExitCode);
        Assert.InRange(CompressionManifest.Read(At("out")).Plan.Removed, 0.3, 0.32);
    }

    [Fact]
    public async Task A_full_rank_without_the_guard_is_factored_and_with_it_dense()
    {
        Assert.Equal(0, (await Compress("--rank", "999", "--no-guard")).ExitCode);
        Assert.Equal(12, CompressionManifest.Read(At("out")).Plan.Factored.Count());
        var (_, output, _) = await Compress("--rank", "999", "--force");
        Assert.Contains("not below break-even", output, StringComparison.Ordinal);
        Assert.Empty(CompressionManifest.Read(At("out")).Plan.Factored);
    }

    [Theory]
    [InlineData("rtn-int8", null)]
    [InlineData("rtn-int4:16", null)]
    [InlineData("magnitude", "0.4")]
    [InlineData("wanda", "0.4")]
    [InlineData("svd-llm+int8", "0.3")]
    [InlineData("basis-sharing", "0.3")]
    public async Task Baselines_and_rounded_factors_are_stored_in_what_they_count_and_run(string method, string? removed)
    {
        string[] budget = removed is null ? [] : ["--removed", removed];
        var run = await Compress(["--method", method, "--data", At("pairs.tsv"), "--samples", "8", .. budget]);
        Assert.Equal(0, run.ExitCode);
        var manifest = CompressionManifest.Read(At("out"));
        Assert.Equal(method, manifest.Method);
        Assert.True(manifest.Sizes.RemovedFromBytes > 0.1);
        Assert.Equal(0, (await CommandRun.Of("evaluate", At("out"), "--task", "nli", "--data", At("pairs.tsv"))).ExitCode);
    }

    [Theory]
    [InlineData("global", "no plan is below")]
    [InlineData("strs", "trials taken")]
    [InlineData("bayes", "with equal shares")]
    public async Task Allocations_that_run_the_model_say_what_they_reached(string allocation, string remark)
    {
        var run = await Compress("--removed", "0.3", "--allocation", allocation, "--data", At("pairs.tsv"), "--samples", "8", "--evaluations", "4", "--multiple-of", "2");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(remark, run.Output, StringComparison.Ordinal);
        Assert.Contains("were to be removed", run.Output, StringComparison.Ordinal);
        var plan = CompressionManifest.Read(At("out")).Plan;
        Assert.True(plan.Removed >= 0.3);
        Assert.All(plan.Factored, l => Assert.Equal(0, l.Rank % 2));
        Assert.Contains(remark, plan.Remark, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "either", "")]
    [InlineData(2, "either", "--removed 0.2 --rank 3")]
    [InlineData(2, "below 1", "--removed 1")]
    [InlineData(2, "--data", "--removed 0.2 --method fwsvd")]
    [InlineData(2, "--data", "--removed 0.2 --allocation selective")]
    [InlineData(2, "size of its own", "--removed 0.2 --method rtn-int8")]
    [InlineData(2, "has no ranks", "--rank 2 --method magnitude")]
    [InlineData(2, "every group", "--removed 0.2 --method basis-sharing --layers 0 --data pairs.tsv")]
    [InlineData(2, "neither --removed nor --rank", "--removed 0.2 --allocation laser")]
    [InlineData(2, "no allocation 'best'", "--removed 0.2 --allocation best")]
    [InlineData(2, "go with --allocation selective", "--removed 0.2 --allocation uniform --layers 0")]
    [InlineData(2, "not with --rank", "--rank 3 --allocation uniform")]
    [InlineData(2, "blocks are 0-1", "--removed 0.2 --layers 7")]
    [InlineData(2, "rank 1", "--removed 0.6 --layers 0")]
    [InlineData(2, "--samples", "--removed 0.2 --samples 0")]
    [InlineData(2, "no number of bytes", "--removed 0.2 --max-shard-size big")]
    [InlineData(2, "no number of bytes", "--removed 0.2 --max-shard-size 1B")]
    [InlineData(2, "no number of bytes", "--removed 0.2 --max-shard-size 99999999999999999999GB")]
    [InlineData(1, "no such file", "--removed 0.2 --method svd-llm --text nowhere.txt")]
    [InlineData(1, "no such file", "--removed 0.2 --method fwsvd --data nowhere.tsv")]
    public async Task A_wrong_call_is_one_line_and_writes_nothing(int expected, string message, string options)
    {
        var run = await Compress(options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        run.AssertFailed(expected, message);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public async Task Running_text_calibrates_what_needs_no_labels_and_small_shards_hold_the_same_weights()
    {
        File.WriteAllText(At("text.txt"), string.Join(' ', Enumerable.Repeat("a dog runs no cat sleeps", 60)));
        string[] options = ["--removed", "0.3", "--method", "svd-llm", "--text", At("text.txt"), "--window", "16", "--samples", "8", "--quiet"];
        Assert.Equal(0, (await Compress(options)).ExitCode);
        Assert.Equal(8, CompressionManifest.Read(At("out")).Calibration!.Count);
        using var whole = Checkpoint.Open(At("out"));
        Assert.Equal(0, (await CommandRun.Of(["compress", At("model"), "--out", At("shards"), .. options, "--max-shard-size", "4KB"])).ExitCode);
        var files = Directory.GetFiles(At("shards"), "*.safetensors");
        Assert.InRange(files.Length, 2, 100);
        using var parts = Checkpoint.Open(At("shards"));
        Assert.Equal(whole.Tensors.Keys.Order(), parts.Tensors.Keys.Order());
        foreach (var name in whole.Tensors.Keys)
            Assert.Equal(Values(whole, name), Values(parts, name));
        File.WriteAllText(At("empty.txt"), "");
        Assert.Contains("has 0 tokens", (await Compress("--removed", "0.3", "--method", "svd-llm", "--text", At("empty.txt"), "--window", "16", "--force")).Error, StringComparison.Ordinal);
        File.WriteAllText(At("utf16.txt"), File.ReadAllText(At("text.txt")), System.Text.Encoding.Unicode);
        (await Compress("--removed", "0.3", "--method", "svd-llm", "--text", At("utf16.txt"), "--window", "16", "--force")).AssertFailed(ExitCodes.Data, "is not UTF-8 text");

        static float[] Values(Checkpoint checkpoint, string name)
        {
            var file = checkpoint.Files.First(f => f.Tensors.ContainsKey(name));
            var values = new float[file.Tensors[name].ElementCount];
            file.Read<float>(name, values);
            return values;
        }
    }

    private Task<CommandRun> Compress(params string[] options)
        => CommandRun.Of(["compress", At("model"), "--out", At("out"), .. options]);

    private string At(string file) => Path.Combine(_folder, file);
}
