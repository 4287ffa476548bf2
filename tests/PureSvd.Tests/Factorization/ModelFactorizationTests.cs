using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Factorization;

public class ModelFactorizationTests
{
    [Fact]
    public void Full_rank_without_the_guard_gives_the_dense_logits_under_every_method()
    {
        var model = TestModels.Random<float>();
        LabelledSequence[] examples = [new(TestModels.Sequence(1), 0), new(TestModels.Sequence(2), 2)];
        var fisher = FisherCalibration.Measure(model, new LabelledSample(examples), Parallelism.All, kinds: StatisticsKinds.Fisher | StatisticsKinds.ElementFisher | StatisticsKinds.KroneckerFisher);
        var inputs = InputCalibration.Measure(model, [.. examples.Select(e => e.Batch)], Parallelism.All);
        var statistics = fisher.ToDictionary(l => l.Key, l => l.Value.WithInputs(inputs[l.Key]));
        // Two sentences leave the second moments singular, which the Cholesky form refuses.
        foreach (var method in FactorizationMethods.All.Where(m => m.Name != "svd-llm-cholesky" && !m.NeedsModel))
        {
            var full = new ModelFactorization<float>(model, method, statistics).Compress(RankPlan.FixedRank(TargetShape.Of(model), 1000, guard: false), Parallelism.All);
            Assert.All(full.Model.TargetLinears, t => Assert.IsType<LowRankLinear<float>>(t.Linear));
            Assert.True(TestModels.LargestDifference(TestModels.Logits(model), TestModels.Logits(full.Model)) < 1e-5, method.Name);
        }
    }

    [Fact]
    public void A_plan_of_dense_layers_gives_the_model_itself()
    {
        var model = TestModels.Random<float>();
        var factorization = new ModelFactorization<float>(model, new PlainSvd());
        Assert.Same(model, factorization.Compress(UniformAllocation.Allocate(factorization.Targets, 0), Parallelism.All).Model);
    }

    [Fact]
    public void A_weight_that_is_not_finite_is_named()
    {
        var model = TestModels.Random<float>();
        ((Linear<float>)model.TargetLinears[3].Linear).Weight.Value[1, 2] = float.PositiveInfinity;
        var factorization = new ModelFactorization<float>(model, new PlainSvd());
        var message = Assert.Throws<ArithmeticException>(() => factorization.Layer(model.TargetLinears[3].Name)).Message;
        Assert.Contains(model.TargetLinears[3].Name, message, StringComparison.Ordinal);
        Assert.Contains("(1, 2)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_layer_is_decomposed_once_however_many_ranks_are_tried()
    {
        var method = new Counting();
        var factorization = new ModelFactorization<float>(TestModels.Random<float>(), method);
        foreach (var removed in new[] { 0.2, 0.4, 0.6, 0.8 })
            factorization.Compress(UniformAllocation.Allocate(factorization.Targets, removed), new Parallelism(4));
        Assert.Equal(factorization.Targets.Count, method.Calls);
    }

    [Fact]
    public void The_result_has_the_same_bits_for_any_number_of_threads()
    {
        var model = TestModels.Random<float>();
        var logits = new[] { 1, 2, 7 }.Select(threads =>
        {
            var factorization = new ModelFactorization<float>(model, new PlainSvd());
            return TestModels.Logits(factorization.Compress(UniformAllocation.Allocate(factorization.Targets, 0.5), new Parallelism(threads)).Model);
        }).ToArray();
        Assert.Equal(logits[0], logits[1]);
        Assert.Equal(logits[0], logits[2]);
    }

    [Fact]
    public void A_decomposition_that_was_interrupted_can_be_asked_for_again()
    {
        var factorization = new ModelFactorization<float>(TestModels.Random<float>(), new PlainSvd());
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => factorization.DecomposeAll(Parallelism.Serial, null, stop.Token));
        factorization.DecomposeAll(Parallelism.Serial);
        Assert.Equal(24, factorization.Layer(factorization.Targets[0].Name).FullRank);
    }

    [Fact]
    public void Another_models_plan_and_missing_statistics_are_refused()
    {
        var model = TestModels.Random<float>();
        Assert.Contains("needs Fisher", Assert.Throws<ArgumentException>(() => new ModelFactorization<float>(model, new FisherWeightedSvd())).Message, StringComparison.Ordinal);
        var factorization = new ModelFactorization<float>(model, new PlainSvd());
        var other = RankPlan.Dense([.. factorization.Targets.Skip(1)]);
        Assert.Contains("lacks", Assert.Throws<ArgumentException>(() => factorization.Compress(other, Parallelism.Serial)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sensitivity_truncates_one_layer_at_a_time_and_leaves_what_matters_most_dense()
    {
        var model = TestModels.Random<float>();
        var factorization = new ModelFactorization<float>(model, new PlainSvd());
        var precious = factorization.Targets[3].Name;
        var profile = SensitivityProfile.Measure(factorization, candidate =>
        {
            var truncated = candidate.TargetLinears.Where(t => t.Linear is LowRankLinear<float>).ToArray();
            Assert.True(truncated.Length <= 1);
            return truncated.Length == 0 ? 1 : truncated[0].Name == precious ? 9 : 1.5;
        });
        Assert.Equal(1, profile.Baseline);
        var plan = profile.Allocate(0.4);
        Assert.True(plan.Removed >= 0.4);
        Assert.Equal(LayerStorage.Dense, plan.Layers[3].Storage);
        Assert.True(plan.Factored.Any());
        Assert.Throws<ArithmeticException>(() => SensitivityProfile.Measure(factorization, _ => double.NaN));
    }

    [Fact]
    public void The_spectra_allow_an_allocation_without_data()
    {
        var factorization = new ModelFactorization<float>(TestModels.Random<float>(), new PlainSvd());
        var plan = SpectrumAllocation.Allocate(factorization.Spectra(Parallelism.All), 0.5);
        Assert.InRange(plan.Removed, 0.5, 0.51);
        Assert.Equal("spectrum", plan.Allocation);
    }

    private sealed class Counting : IFactorizationMethod
    {
        private readonly PlainSvd _svd = new();
        private int _calls;

        internal int Calls => _calls;

        public string Name => "counting";

        public StatisticsKinds Needs => StatisticsKinds.None;

        public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            Interlocked.Increment(ref _calls);
            return _svd.Decompose(weight, statistics, rank, parallelism, cancellationToken);
        }
    }
}
