using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

public class CheckpointCompressorTests
{
    private static readonly CheckpointCompression Svd = new() { Method = new PlainSvd() };

    [Fact]
    public void Removed_0_keeps_every_byte_of_the_weights_and_every_logit()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        File.WriteAllText(folder["source/vocab.txt"], "[PAD]\n");
        Compress(folder, 0);
        Assert.Equal(File.ReadAllBytes(folder["source/model.safetensors"]), File.ReadAllBytes(folder["out/model.safetensors"]));
        Assert.Equal("[PAD]\n", File.ReadAllText(folder["out/vocab.txt"]));
        Assert.Contains("puresvd-bert", File.ReadAllText(folder["out/config.json"]), StringComparison.Ordinal);
        Assert.Equal(TestModels.Logits(folder["source"]), TestModels.Logits(folder["out"]));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.4)]
    [InlineData(0.7)]
    public void A_compressed_folder_has_the_weights_that_were_asked_for_and_runs_as_the_model_in_memory(double removed)
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var manifest = Compress(folder, removed);
        Assert.InRange(manifest.Sizes.RemovedFromTargets - removed, 0, 48.0 / manifest.Sizes.TargetWeights);
        foreach (var report in manifest.Reports.Values)
            Assert.InRange(report.RelativeResidual, report.RelativeOptimum - 1e-6, report.RelativeOptimum + 1e-6);

        using (var checkpoint = Checkpoint.Open(folder["out"]))
        {
            Assert.Equal(manifest.Sizes.ModelParametersStored, checkpoint.Tensors.Values.Sum(t => t.ElementCount));
            Assert.Equal(manifest.Sizes.BytesStored, new FileInfo(folder["out/model.safetensors"]).Length);
            Assert.Contains("bert.encoder.layer.0.attention.self.query.a.weight", checkpoint.Tensors.Keys);
            Assert.Contains("bert.encoder.layer.1.output.dense.b.bias", checkpoint.Tensors.Keys);
            Assert.DoesNotContain("bert.encoder.layer.1.output.dense.weight", checkpoint.Tensors.Keys);
            using var source = Checkpoint.Open(folder["source"]);
            foreach (var tensor in source.Tensors.Keys.Where(checkpoint.Contains))
                Assert.True(source.FileOf(tensor).Bytes(tensor).SequenceEqual(checkpoint.FileOf(tensor).Bytes(tensor)), tensor);
        }

        var model = BertModel<float>.Load(folder["source"]);
        var inMemory = new ModelFactorization<float>(model, Svd.Method).Compress(manifest.Plan, Parallelism.Serial);
        Assert.Equal(manifest.Plan.SizesOf(model).ModelParametersStored, manifest.Sizes.ModelParametersStored);
        Assert.Equal(TestModels.Logits(inMemory.Model), TestModels.Logits(folder["out"]));
        Assert.NotEqual(TestModels.Logits(folder["source"]), TestModels.Logits(folder["out"]));
    }

    [Fact]
    public void Stored_dense_it_is_a_bert_again_with_the_logits_of_the_factors()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Compress(folder, 0.5);
        var manifest = Compress(folder, 0.5, "dense", Svd with { StoreDense = true });
        Assert.Equal(File.ReadAllText(folder["source/config.json"]), File.ReadAllText(folder["dense/config.json"]));
        Assert.Equal(0, manifest.Sizes.RemovedFromModel);
        Assert.Equal(StoredForm.Dense, CompressionManifest.Read(folder["dense"]).Stored);
        using var dense = Checkpoint.Open(folder["dense"]);
        using var source = Checkpoint.Open(folder["source"]);
        Assert.Equal(source.Tensors.Keys.Order(), dense.Tensors.Keys.Order());
        Assert.True(TestModels.LargestDifference(TestModels.Logits(folder["out"]), TestModels.Logits(folder["dense"])) < 1e-5);
    }

    [Fact]
    public void Statistics_that_the_method_does_not_ask_for_change_nothing_even_if_they_lack_layers()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var one = new Dictionary<string, LayerStatistics> { [CheckpointCompressor.ReadTargets(folder["source"])[0].Name] = new(null) };
        Compress(folder, 0.4);
        Compress(folder, 0.4, "other", Svd with { Statistics = new CalibrationStatistics(new CalibrationKey("", "", "", 1, 1, StatisticsKinds.None), one) });
        AssertSame(folder["out"], folder["other"]);
    }

    [Fact]
    public void Full_rank_without_the_guard_gives_the_dense_logits()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var targets = CheckpointCompressor.ReadTargets(folder["source"]);
        var plan = RankPlan.FixedRank(targets, 1000, guard: false);
        var manifest = CheckpointCompressor.Compress(folder["source"], plan, Svd, folder["out"]);
        Assert.Equal(12, manifest.Reports.Count);
        Assert.True(manifest.Sizes.RemovedFromTargets < 0);
        Assert.True(TestModels.LargestDifference(TestModels.Logits(folder["source"]), TestModels.Logits(folder["out"])) < 1e-5);
    }

    [Theory]
    [InlineData(TensorDType.F16, 1e-3)]
    [InlineData(TensorDType.BF16, 1e-2)]
    [InlineData(TensorDType.F64, 1e-12)]
    public void The_element_type_is_kept_and_residuals_are_those_of_what_is_stored(TensorDType type, double rounding)
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], type);
        var manifest = Compress(folder, 0.3);
        using var checkpoint = Checkpoint.Open(folder["out"]);
        Assert.All(checkpoint.Tensors.Values, t => Assert.Equal(type, t.DType));
        using var source = Checkpoint.Open(folder["source"]);
        foreach (var layer in manifest.Plan.Factored)
        {
            var (name, target) = (layer.Target.Name, layer.Target);
            var w = source.ReadMatrix<double>(name + ".weight", target.Outputs, target.Inputs);
            var factors = new LowRankFactors<double>(
                checkpoint.ReadMatrix<double>(name + ".a.weight", layer.Rank, target.Inputs), checkpoint.ReadMatrix<double>(name + ".b.weight", target.Outputs, layer.Rank));
            var residual = Problems.Frobenius(Problems.Difference(w, factors.Product(Parallelism.Serial)));
            var report = manifest.Reports[name];
            Assert.InRange(residual / report.Residual, 1 - 1e-5, 1 + 1e-5);
            Assert.InRange(report.RelativeResidual, report.RelativeOptimum - 1e-6, report.RelativeOptimum + rounding);
        }
    }

    [Fact]
    public void Names_stay_as_they_are_in_the_source()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], rename: name => name.Replace("bert.", "", StringComparison.Ordinal)
            .Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal));
        Compress(folder, 0.4);
        using var checkpoint = Checkpoint.Open(folder["out"]);
        Assert.Contains("encoder.layer.0.attention.self.query.a.weight", checkpoint.Tensors.Keys);
        Assert.Contains("encoder.layer.0.attention.output.LayerNorm.gamma", checkpoint.Tensors.Keys);
        Assert.DoesNotContain(checkpoint.Tensors.Keys, name => name.StartsWith("bert.", StringComparison.Ordinal));
        TestModels.Save(folder["plain"]);
        CheckpointCompressor.Compress(folder["plain"], UniformAllocation.Allocate(CheckpointCompressor.ReadTargets(folder["plain"]), 0.4), Svd, folder["out2"]);
        Assert.Equal(TestModels.Logits(folder["out2"]), TestModels.Logits(folder["out"]));
    }

    [Fact]
    public void Shards_stay_shards_under_a_new_index()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], shards: 3);
        TestModels.Save(folder["whole"]);
        var manifest = Compress(folder, 0.4);
        CheckpointCompressor.Compress(folder["whole"], manifest.Plan, Svd, folder["out2"]);
        Assert.Equal(3, Directory.GetFiles(folder["out"], "*.safetensors").Length);
        Assert.Equal(TestModels.Logits(folder["out2"]), TestModels.Logits(folder["out"]));
    }

    [Fact]
    public void The_bytes_are_the_same_for_any_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        for (var threads = 1; threads <= 5; threads += 2)
            Compress(folder, 0.3, $"out{threads}", Svd with { Parallelism = new Parallelism(threads) });
        AssertSame(folder["out1"], folder["out3"]);
        AssertSame(folder["out1"], folder["out5"]);
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_left_alone_unless_it_is_to_be_overwritten()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        TestModels.Save(folder["out"], shards: 2);
        File.WriteAllText(folder["out/notes.txt"], "mine");
        var before = Directory.GetFiles(folder["out"]).Order().ToArray();
        Assert.Contains("--force", Assert.Throws<ArgumentException>(() => Compress(folder, 0.4)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(folder["out"]).Order());

        Compress(folder, 0.4, "out", Svd with { Overwrite = true });
        Assert.Equal(["config.json", "model.safetensors", "notes.txt", "puresvd.json"], Directory.GetFileSystemEntries(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Throws<ArgumentException>(() => Compress(folder, 0.4, "source", Svd with { Overwrite = true }));
        Assert.Throws<ArgumentException>(() => Compress(folder, 0.4, "out/notes.txt"));
    }

    [Fact]
    public void What_is_wrong_with_the_source_is_said_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Compress(folder, 0.4, "compressed");
        Fails(folder, "compressed", "compressed already");

        var config = File.ReadAllText(folder["source/config.json"]);
        Fails(folder, "source", "by config.json it is [50×28]", config.Replace("\"hidden_size\": 24", "\"hidden_size\": 28", StringComparison.Ordinal));
        Fails(folder, "source", "there are 1 layers", config.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", StringComparison.Ordinal));
        Fails(folder, "source", "is missing", config.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal));
        Fails(folder, "source", "not a BERT", config.Replace("\"bert\"", "\"gpt2\"", StringComparison.Ordinal));
        Fails(folder, "source", "JSON", "{");
        Fails(folder, "nowhere", "no such directory");

        File.WriteAllText(folder["source/config.json"], config);
        var weights = File.ReadAllBytes(folder["source/model.safetensors"]);
        using (var file = SafetensorsFile.Open(folder["source/model.safetensors"]))
        {
            var info = file.Info("bert.encoder.layer.1.intermediate.dense.weight");
            var start = weights.Length - (int)file.Tensors.Values.Max(t => t.End) + (int)info.Begin;
            BitConverter.GetBytes(float.NaN).CopyTo(weights, start + 4 * 24);
        }
        File.WriteAllBytes(folder["source/model.safetensors"], weights);
        Fails(folder, "source", "element (1, 0)");
        File.WriteAllBytes(folder["source/model.safetensors"], weights[..^100]);
        Fails(folder, "source", "model.safetensors");
    }

    [Fact]
    public void A_method_without_its_statistics_is_refused()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Assert.Contains("needs Fisher", Assert.Throws<ArgumentException>(() => Compress(folder, 0.4, "out", Svd with { Method = new FisherWeightedSvd() })).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    /// <summary>The same files with the same bytes, but for what the runs took.</summary>
    internal static void AssertSame(string expected, string actual)
    {
        Assert.Equal(Directory.GetFileSystemEntries(expected).Select(Path.GetFileName).Order(), Directory.GetFileSystemEntries(actual).Select(Path.GetFileName).Order());
        foreach (var file in Directory.GetFiles(expected).Select(f => Path.GetFileName(f)).Where(f => f != CompressionManifest.FileName))
            Assert.True(File.ReadAllBytes(Path.Combine(expected, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))), file);
        byte[] Manifest(string folder) => (CompressionManifest.Read(folder) with { Run = null }).ToJson();
        Assert.Equal(Manifest(expected), Manifest(actual));
    }

    private static void Fails(TemporaryFolder folder, string source, string message, string? config = null)
    {
        if (config is not null)
            File.WriteAllText(folder[$"{source}/config.json"], config);
        var fault = Assert.Throws<InputDataException>(() => Compress(folder, 0.4, "failed", source: source));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["failed"]));
    }

    private static CompressionManifest Compress(TemporaryFolder folder, double removed, string destination = "out", CheckpointCompression? compression = null, string source = "source")
    {
        var plan = UniformAllocation.Allocate(CheckpointCompressor.ReadTargets(folder[source]), removed);
        return CheckpointCompressor.Compress(folder[source], plan, compression ?? Svd, folder[destination]);
    }
}
