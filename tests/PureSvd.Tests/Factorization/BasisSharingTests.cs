using System.Text.Json;
using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

/// <summary>One factor for several layers: counted once, stored once, and loaded again.</summary>
public class BasisSharingTests
{
    private static readonly LlamaConfig Small = new()
    {
        VocabularySize = 40,
        HiddenSize = 16,
        LayerCount = 3,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        IntermediateSize = 36,
        MaxPositions = 32,
    };

    [Theory]
    [InlineData(2, 0.3)]
    [InlineData(3, 0.5)]
    [InlineData(7, 0.2)]
    public void Every_shared_factor_is_counted_once_and_the_budget_is_met(int group, double removed)
    {
        var targets = TargetShape.Of(LlamaModel<float>.CreateRandom(Small, 1));
        var plan = new SharedBasisSvd(group).Allocate(targets, removed);
        var stored = plan.Layers.Sum(l => l.Storage switch
        {
            LayerStorage.Dense => (long)l.Target.Outputs * l.Target.Inputs,
            LayerStorage.Factored => (long)l.Rank * (l.Target.Outputs + l.Target.Inputs),
            _ => (long)l.Rank * l.Target.Outputs,
        });
        stored += plan.SharedGroups.Sum(g => (long)g[0].Rank * g[0].Target.Inputs);
        Assert.Equal(stored, plan.StoredWeights);
        Assert.InRange(plan.Removed, removed, removed + 0.02);
        Assert.All(plan.Layers.Where(l => l.Target.Kind is "o_proj" or "down_proj"), l => Assert.Null(l.Basis));
        Assert.All(plan.SharedGroups, g => Assert.InRange(g.Count, 2, group));
        Assert.Contains(plan.SharedGroups, g => g[0].Target.Kind == "gate_proj" && g.Count == Math.Min(group, 3));
    }

    [Fact]
    public void The_loss_of_a_group_is_the_tail_of_the_spectrum_of_all_its_outputs()
    {
        Matrix<double>[] weights = [Problem.Random(9, 7, 1), Problem.Random(9, 7, 2)];
        var inputs = new[] { Problem.Random(30, 7, 3), Problem.Random(4, 7, 4) };
        var statistics = inputs.Select(x => new LayerStatistics(null) { Inputs = InputStatistics.Of<double>(x, Parallelism.Serial) }).ToArray();
        var shared = SharedBasis<double>.Of(new SharedBasisSvd(), weights, statistics, 3, Parallelism.Serial, default);
        var all = Matrix<double>.Create(34, 7, (t, i) => t < 30 ? inputs[0][t, i] : inputs[1][t - 30, i]);
        Matrix<double> Outputs(IReadOnlyList<Matrix<double>> w)
        {
            var product = new Matrix<double>(18, 34);
            Gemm.Multiply<double>(Matrix<double>.Create(18, 7, (i, j) => w[i / 9][i % 9, j]), Operand.AsIs, all, Operand.Transposed, 1, 0, product, Parallelism.Serial);
            return product;
        }
        var truncated = shared.B.Select(b => new LowRankFactors<double>(shared.A, b).Product(Parallelism.Serial)).ToArray();
        var tail = Svd.Compute<double>(Outputs(weights)).S.Skip(3).Sum(s => s * s);
        Assert.Equal(1, Problems.Frobenius(Problems.Difference(Outputs(weights), Outputs(truncated))) / Math.Sqrt(tail), 1e-9);
        // Each report is of the layer's own inputs.
        var own = new Matrix<double>(9, 4);
        Gemm.Multiply<double>(Problems.Difference(weights[1], truncated[1]), Operand.AsIs, inputs[1], Operand.Transposed, 1, 0, own, Parallelism.Serial);
        Assert.Equal(1, shared.Reports[1].Residual / Problems.Frobenius(own), 1e-9);
    }

    [Fact]
    public void A_bert_shares_its_factors_in_memory_and_on_disk_and_gives_the_same_logits()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], shards: 3);
        var model = BertModel<float>.Load(folder["source"]);
        var inputs = InputCalibration.Measure(model, [.. Enumerable.Range(0, 30).Select(i => TestModels.Sequence((ulong)i))], Parallelism.All);
        var method = new SharedBasisSvd();
        var (plan, statistics) = Plan(method, TargetShape.Of(model), inputs, 0.4);
        var inMemory = new ModelFactorization<float>(model, method, statistics.Layers).Compress(plan, Parallelism.All);
        Assert.Equal(model.ParameterCount - plan.TargetWeights + plan.StoredWeights, inMemory.Model.ParameterCount);
        var (first, second) = Pair(inMemory.Model, "key");
        Assert.Same(first.A, second.A);

        CheckpointCompressor.Compress(folder["source"], plan, new CheckpointCompression { Method = method, Statistics = statistics }, folder["out"]);
        var loaded = BertModel<float>.Load(folder["out"]);
        Assert.Equal(inMemory.Model.ParameterCount, loaded.ParameterCount);
        (first, second) = Pair(loaded, "key");
        Assert.Same(first.A, second.A);
        Assert.Equal(TestModels.Logits(inMemory.Model), TestModels.Logits(loaded));
        using (var checkpoint = Checkpoint.Open(folder["out"]))
        {
            Assert.True(checkpoint.Contains("bert.encoder.layer.0.attention.self.key.a.weight"));
            Assert.False(checkpoint.Contains("bert.encoder.layer.1.attention.self.key.a.weight"));
            Assert.Equal(loaded.ParameterCount, checkpoint.Tensors.Values.Sum(t => t.ElementCount));
        }
        var manifest = CompressionManifest.Read(folder["out"]);
        Assert.Equal(plan.StoredWeights, manifest.Plan.StoredWeights);
        Assert.Equal(plan.Layers, manifest.Plan.Layers);

        loaded.Save(folder["again"]);
        Assert.Equal(TestModels.Logits(loaded), TestModels.Logits(folder["again"]));
        Assert.Contains("compressed already", Assert.Throws<InputDataException>(() => CheckpointCompressor.ReadTargets(folder["out"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_llama_shares_its_factors_whether_they_are_mapped_or_copied()
    {
        using var folder = new TemporaryFolder();
        var model = LlamaModel<float>.CreateRandom(Small, 3);
        model.Save(folder["source"]);
        var windows = TokenWindows.Choose([.. Enumerable.Range(0, 400).Select(i => i * 7 % 40)], 20, 12, null, 5);
        var method = new SharedBasisSvd();
        var (plan, statistics) = Plan(method, TargetShape.Of(model), InputCalibration.Measure(model, windows, Parallelism.All), 0.4);
        var inMemory = new ModelFactorization<float>(model, method, statistics.Layers).Compress(plan, Parallelism.All).Model;
        CheckpointCompressor.Compress(folder["source"], plan, new CheckpointCompression { Method = method, Statistics = statistics }, folder["out"]);
        var mapped = LlamaModel<float>.Load(folder["out"]);
        var copied = LlamaModel<float>.Load(folder["out"], WeightStorage.Copied);
        Assert.Equal(inMemory.ParameterCount, mapped.ParameterCount);
        Assert.Equal(inMemory.ParameterCount, copied.ParameterCount);
        mapped.Save(folder["again"]);
        var expected = Hidden((LlamaModel<float>)inMemory, windows[0]);
        foreach (var other in new[] { mapped, copied, LlamaModel<float>.Load(folder["again"]) })
            Assert.True(TestModels.LargestDifference(expected, Hidden(other, windows[0])) < 1e-5);
    }

    [Fact]
    public void A_shared_factor_gathers_the_gradients_of_all_layers_that_use_it()
    {
        var a = new Parameter<double>("one.a.weight", Problem.Random(2, 5, 1));
        LowRankLinear<double>[] layers =
        [
            new("one", a, new Parameter<double>("one.b.weight", Problem.Random(4, 2, 2)), null, "one"),
            new("two", a, new Parameter<double>("two.b.weight", Problem.Random(3, 2, 3)), null, "one"),
        ];
        Assert.Equal(["one.a.weight", "one.b.weight", "two.b.weight"], layers.SelectMany(l => l.Parameters).Select(p => p.Name));
        var together = new Gradients<double>([a]);
        var sum = new Matrix<double>(2, 5);
        foreach (var layer in layers)
        {
            var (x, dy) = (Problem.Random(6, 5, 4), Problem.Random(6, layer.Outputs, 5));
            layer.Backward(x, dy, new Matrix<double>(6, 5), together, new Workspace<double>(), Parallelism.Serial);
            var alone = new Gradients<double>([a]);
            layer.Backward(x, dy, new Matrix<double>(6, 5), alone, new Workspace<double>(), Parallelism.Serial);
            sum = Matrix<double>.Create(2, 5, (i, j) => sum[i, j] + alone[a]![i, j]);
        }
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 5; j++)
                Assert.Equal(sum[i, j], together[a]![i, j], 1e-12);
    }

    [Theory]
    [InlineData("""{"bert.encoder.layer.1.attention.self.key": 3}""", "not the name of a layer")]
    [InlineData("""{"bert.encoder.layer.1.attention.self.key": "nowhere"}""", "is missing")]
    [InlineData("""{"bert.encoder.layer.1.attention.self.key": "b", "b": "c"}""", "borrows itself")]
    [InlineData("""{"bert.encoder.layer.0.attention.self.key": "bert.encoder.layer.0.attention.self.query"}""", "is there")]
    [InlineData("[]", "not an object")]
    public void A_configuration_whose_sharing_cannot_be_is_refused(string sharing, string message)
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var model = BertModel<float>.Load(folder["source"]);
        var method = new SharedBasisSvd();
        var (plan, statistics) = Plan(method, TargetShape.Of(model), InputCalibration.Measure(model, [TestModels.Sequence(1)], Parallelism.All), 0.4);
        CheckpointCompressor.Compress(folder["source"], plan, new CheckpointCompression { Method = method, Statistics = statistics }, folder["out"]);
        var text = File.ReadAllText(folder["out/config.json"]);
        using (var config = JsonDocument.Parse(text))
            text = text.Replace(config.RootElement.GetProperty("shared_bases").GetRawText(), sharing, StringComparison.Ordinal);
        File.WriteAllText(folder["out/config.json"], text);
        Assert.Contains(message, Assert.Throws<InputDataException>(() => BertModel<float>.Load(folder["out"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plans_that_share_need_the_method_that_knows_groups()
    {
        var model = TestModels.Random<float>();
        var plan = new SharedBasisSvd().Allocate(TargetShape.Of(model), 0.4);
        Assert.Contains("only layers alone", Assert.Throws<ArgumentException>(() => new ModelFactorization<float>(model, new PlainSvd()).Compress(plan, Parallelism.Serial)).Message, StringComparison.Ordinal);
        var orphan = plan.Layers.First(l => l.Basis is not null && !l.OwnsBasis);
        Assert.Throws<ArgumentException>(() => new RankPlan("x", null, [orphan]));
        Assert.Throws<ArgumentException>(() => new RankPlan("x", null, [orphan with { Storage = LayerStorage.Factored }]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharedBasisSvd(1));
        Assert.Equal("basis-sharing:4", FactorizationMethods.ByName("basis-sharing:4").Name);
    }

    private static (RankPlan, CalibrationStatistics) Plan(SharedBasisSvd method, IReadOnlyList<TargetShape> targets, IReadOnlyDictionary<string, InputStatistics> inputs, double removed)
        => (method.Allocate(targets, removed),
            new CalibrationStatistics(new CalibrationKey("", "", "", 1, 1, StatisticsKinds.Inputs), inputs.ToDictionary(i => i.Key, i => new LayerStatistics(null) { Inputs = i.Value })));

    private static (LowRankLinear<float>, LowRankLinear<float>) Pair(TransformerModel<float> model, string kind)
        => model.TargetLinears.Where(t => t.Kind == kind).Select(t => (LowRankLinear<float>)t.Linear).ToArray() is [var first, var second] ? (first, second) : throw new InvalidOperationException();

    private static float[] Hidden(LlamaModel<float> model, TokenBatch window)
    {
        var session = model.CreateSession();
        session.Forward(window, Parallelism.Serial);
        return [.. Enumerable.Range(0, window.TokenCount).SelectMany(t => session.Hidden(model.LayerCount).Row(t).ToArray())];
    }
}
