using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

/// <summary>The baselines at the same bytes: what they keep, what it takes on the disk, and that it is what a loader reads.</summary>
public class EncodingTests
{
    [Theory]
    [InlineData(8, 127)]
    [InlineData(4, 7)]
    public void Every_weight_is_the_nearest_multiple_of_its_groups_scale(int bits, int most)
    {
        var weight = Problem.Random(5, 150, 1);
        weight[2, 3] = 40;
        var decoded = new RoundToNearest(bits).Encode<double>(weight, null, TensorDType.F32, 0).Decoded;
        for (var i = 0; i < 5; i++)
        {
            for (var g = 0; g < 3; g++)
            {
                var columns = Enumerable.Range(g * 50, 50).ToArray();
                var largest = columns.Max(j => Math.Abs(weight[i, j]));
                // The scale is rounded up to bfloat16, by less than one part in 128.
                Assert.All(columns, j => Assert.InRange(Math.Abs(weight[i, j] - decoded[i, j]), 0, 0.5 * largest / most * (1 + 1.0 / 128)));
                Assert.True(columns.Select(j => decoded[i, j]).Distinct().Count() <= 2 * most + 1);
            }
        }
        Assert.All(new RoundToNearest(bits).Encode<float>(new Matrix<float>(2, 3), null, TensorDType.F32, 0).Decoded.Span.ToArray(), w => Assert.Equal(0, w));
    }

    [Fact]
    public void Magnitude_keeps_the_largest_of_the_matrix_and_wanda_the_most_felt_of_each_row()
    {
        var weight = Problem.Random(6, 40, 2);
        var x = Matrix<double>.Create(9, 40, (t, j) => (j < 20 ? 10 : 0.1) * (1 + t));
        var statistics = new LayerStatistics(null) { Inputs = InputStatistics.Of<double>(x, Parallelism.Serial) };
        var kept = Pruning.Kept("w", 6, 40, TensorDType.F32, 0.5);
        Assert.Equal((480 - 30) / 4, kept);
        var byMagnitude = new Pruning(false).Encode<double>(weight, null, TensorDType.F32, 0.5).Decoded;
        var all = weight.Span.ToArray();
        var threshold = all.Select(Math.Abs).OrderDescending().ElementAt((int)kept - 1);
        Assert.Equal(all.Select(w => Math.Abs(w) >= threshold ? (double)(float)w : 0), byMagnitude.Span.ToArray());
        var byInputs = new Pruning(true).Encode<double>(weight, statistics, TensorDType.F32, 0.5).Decoded;
        for (var i = 0; i < 6; i++)
        {
            var row = byInputs.Row(i).ToArray();
            Assert.InRange(row.Count(w => w != 0), kept / 6, kept / 6 + 1);
            // Inputs that are a hundred times larger go first, whatever their weights.
            Assert.True(row.Skip(20).Count(w => w != 0) <= 1, $"row {i}");
        }
        Assert.Contains("index", Assert.Throws<ArgumentException>(() => Pruning.Kept("w", 6, 40, TensorDType.F32, 0.97)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtn-int8", 0, TensorDType.F32)]
    [InlineData("rtn-int4:16", 0, TensorDType.BF16)]
    [InlineData("magnitude", 0.5, TensorDType.F32)]
    [InlineData("wanda", 0.4, TensorDType.BF16)]
    [InlineData("svd+int8", 0.3, TensorDType.F32)]
    [InlineData("afm+int4", 0.3, TensorDType.F16)]
    [InlineData("basis-sharing+int8", 0.3, TensorDType.BF16)]
    public void A_checkpoint_has_the_bytes_that_are_counted_and_loads_as_what_was_encoded(string name, double removed, TensorDType type)
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], type, shards: 2);
        var model = BertModel<float>.Load(folder["source"]);
        var scheme = CompressionScheme.ByName(name);
        Assert.Equal(name, scheme.Name);
        var method = scheme.Method ?? new PlainSvd();
        var inputs = InputCalibration.Measure(model, [.. Enumerable.Range(0, 30).Select(i => TestModels.Sequence((ulong)i))], Parallelism.All).ToDictionary(i => i.Key, i => new LayerStatistics(null) { Inputs = i.Value });
        var targets = TargetShape.Of(model);
        var plan = scheme.Method is null ? RankPlan.Dense(targets) : scheme.Method is SharedBasisSvd sharing ? sharing.Allocate(targets, removed) : UniformAllocation.Allocate(targets, removed);
        var pruned = scheme.Encoder!.TakesBudget ? removed : 0;
        var compression = new CheckpointCompression
        {
            Method = method,
            Encoder = scheme.Encoder,
            EncoderRemoves = pruned,
            Statistics = new CalibrationStatistics(new CalibrationKey("", "", "", 1, 1, StatisticsKinds.Inputs), inputs),
        };
        var manifest = CheckpointCompressor.Compress(folder["source"], plan, compression, folder["out"]);
        var loaded = BertModel<float>.Load(folder["out"]);
        Assert.Equal(name, manifest.Method);
        Assert.Equal(scheme.Method is null ? StoredForm.Encoded : StoredForm.EncodedFactors, CompressionManifest.Read(folder["out"]).Stored);
        var compressed = new ModelFactorization<float>(model, method, inputs).Compress(plan, Parallelism.Serial).Model;
        var inMemory = EncodedModel<float>.Of(compressed, scheme.Encoder, type, pruned, inputs);
        using var checkpoint = Checkpoint.Open(folder["out"]);
        var counted = checkpoint.Tensors.Values.Where(t => targets.Any(l => t.Name.StartsWith(l.Name + ".", StringComparison.Ordinal)) && !t.Name.EndsWith(".bias", StringComparison.Ordinal)).Sum(t => t.ByteCount);
        Assert.Equal(inMemory.Bytes, counted);
        Assert.Equal(targets.Sum(t => t.Weights) * type.ByteSize(), inMemory.BytesBefore);
        // In memory a mean of float32 stands where the file rounds a bias to its own type.
        Assert.True(TestModels.LargestDifference(TestModels.Logits(inMemory.Model), TestModels.Logits(loaded)) < (type == TensorDType.F32 ? 1e-6 : 2e-2));
        if (pruned > 0)
            Assert.InRange(1 - (double)counted / inMemory.BytesBefore, pruned, pruned + 0.01);
        Assert.All(manifest.Reports.Values, r => Assert.InRange(r.FrobeniusResidual, 1e-6, 1));
        Assert.Contains("compressed already", Assert.Throws<InputDataException>(() => CheckpointCompressor.ReadTargets(folder["out"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtn-int8", ".scale", "BF16", "I16")]
    [InlineData("rtn-int4", ".int4", "U8", "I8")]
    [InlineData("magnitude", ".values", "F32", "I32")]
    public void Codes_of_another_type_are_refused(string name, string suffix, string from, string to)
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var scheme = CompressionScheme.ByName(name);
        CheckpointCompressor.Compress(
            folder["source"], RankPlan.Dense(CheckpointCompressor.ReadTargets(folder["source"])), new CheckpointCompression { Method = new PlainSvd(), Encoder = scheme.Encoder, EncoderRemoves = scheme.TakesBudget ? 0.5 : 0 }, folder["out"]);
        var path = folder["out/model.safetensors"];
        var bytes = File.ReadAllBytes(path);
        var header = System.Text.Encoding.UTF8.GetString(bytes, 8, (int)BitConverter.ToInt64(bytes));
        var at = header.IndexOf($"query.weight{suffix}\"", StringComparison.Ordinal);
        var type = header.IndexOf($"\"{from}\"", at, StringComparison.Ordinal);
        var changed = header[..type] + $"\"{to}\"" + header[(type + from.Length + 2)..];
        changed = changed.Length > header.Length ? changed.TrimEnd().PadRight(header.Length) : changed.PadRight(header.Length);
        System.Text.Encoding.UTF8.GetBytes(changed[..header.Length]).CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
        Assert.ThrowsAny<InputDataException>(() => BertModel<float>.Load(folder["out"]));
    }

    [Fact]
    public void What_does_not_go_together_is_said()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var targets = CheckpointCompressor.ReadTargets(folder["source"]);
        var dense = new CheckpointCompression { Method = new PlainSvd(), Encoder = new RoundToNearest(8), StoreDense = true };
        Assert.Contains("form of its own", Assert.Throws<ArgumentException>(() => CheckpointCompressor.Compress(folder["source"], RankPlan.Dense(targets), dense, folder["out"])).Message, StringComparison.Ordinal);
        var pruned = new CheckpointCompression { Method = new PlainSvd(), Encoder = new Pruning(false), EncoderRemoves = 0.5 };
        Assert.Contains("of dense weights", Assert.Throws<ArgumentException>(() => CheckpointCompressor.Compress(folder["source"], UniformAllocation.Allocate(targets, 0.5), pruned, folder["out"])).Message, StringComparison.Ordinal);
        var blind = new CheckpointCompression { Method = new PlainSvd(), Encoder = new Pruning(true), EncoderRemoves = 0.5 };
        Assert.Contains("wanda needs Inputs", Assert.Throws<ArgumentException>(() => CheckpointCompressor.Compress(folder["source"], RankPlan.Dense(targets), blind, folder["out"])).Message, StringComparison.Ordinal);
        foreach (var name in new[] { "svd+int3", "rtn-int8:0", "rtn-int16", "svd+", "magnitude+int8" })
            Assert.ThrowsAny<ArgumentException>(() => CompressionScheme.ByName(name));
        Assert.Equal("dense", new CompressionScheme(null, null).Name);
    }
}
