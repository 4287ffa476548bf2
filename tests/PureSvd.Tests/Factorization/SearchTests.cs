using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

/// <summary>Allocations that search, on losses whose best plan is known.</summary>
public class SearchTests
{
    private static readonly TargetShape[] Four = [.. Enumerable.Range(0, 4).Select(i => new TargetShape($"t{i}", i, i % 2 == 0 ? "even" : "odd", 32, 24 + 8 * (i % 2)))];

    [Theory]
    [InlineData(8, 0.3)]
    [InlineData(16, 0.3)]
    [InlineData(8, 0.6)]
    public void Ranks_become_multiples_and_the_budget_holds(int multiple, double removed)
    {
        var targets = Enumerable.Range(0, 12).Select(i => new TargetShape($"t{i}", i, "k", 64 + 64 * (i % 3), 96)).ToArray();
        var plan = UniformAllocation.Allocate(targets, removed);
        var rounded = plan.ToMultiplesOf(multiple);
        Assert.All(rounded.Factored, l => Assert.Equal(0, l.Rank % multiple));
        Assert.True(rounded.Removed >= removed);
        // No layer could have one multiple more.
        var slack = rounded.TargetWeights * (rounded.Removed - removed);
        Assert.All(rounded.Factored.Zip(plan.Factored), p => Assert.True(p.First.Rank >= p.Second.Rank || multiple * p.First.Target.WeightsPerRank > slack));
        Assert.Same(plan, plan.ToMultiplesOf(1));
    }

    [Fact]
    public void Rounding_leaves_layers_that_no_multiple_fits_and_says_so_and_rounds_groups_together()
    {
        var small = new TargetShape("small", 0, "k", 12, 12);
        var plan = new RankPlan("x", null, [LayerPlan.Factored(small, 5), LayerPlan.Factored(new TargetShape("big", 0, "k", 64, 64), 27)]);
        var rounded = plan.ToMultiplesOf(8);
        Assert.Equal([5, 24], rounded.Layers.Select(l => l.Rank));
        Assert.Contains("no multiple of 8", rounded.Layers[0].Note, StringComparison.Ordinal);
        var shared = new SharedBasisSvd().Allocate(Enumerable.Range(0, 4).Select(i => new TargetShape($"q{i}", i, "query", 64, 64)).ToArray(), 0.4).ToMultiplesOf(8);
        Assert.All(shared.Layers, l => Assert.Equal(0, l.Rank % 8));
        Assert.True(shared.Removed >= 0.4);
        Assert.Throws<ArgumentException>(() => UniformAllocation.Allocate(Four, 0.9).ToMultiplesOf(8));
    }

    [Fact]
    public void Strs_takes_the_trials_of_least_loss_and_their_lowest_rank()
    {
        var profile = new SensitivityProfile(1, [.. Four.Select((t, i) => new LossCurve(t, [(10, 0.1 * (i + 1)), (5, 0.15 * (i + 1))]))]);
        // By loss: t0@10 .1, t0@5 .15, t1@10 .2, …
        var plan = TruncationSensitivitySearch.Allocate(profile, 0.2);
        Assert.Equal(5, plan.Layers[0].Rank);
        Assert.Equal(LayerStorage.Factored, plan.Layers[1].Storage);
        Assert.Equal(LayerStorage.Dense, plan.Layers[3].Storage);
        Assert.InRange(plan.Removed, 0.2, 0.23);
        Assert.Contains("3 of 8 trials", plan.Remark, StringComparison.Ordinal);
        Assert.Contains("Measure lower ranks", Assert.Throws<ArgumentException>(() => TruncationSensitivitySearch.Allocate(profile, 0.9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Svd_llm_v2_gives_in_proportion_to_the_inverse_logarithm_of_the_loss_within_a_type()
    {
        var targets = Enumerable.Range(0, 3).Select(i => new TargetShape($"t{i}", i, "k", 400, 400)).ToArray();
        double[] scale = [1, 3, 9];
        var spectra = targets.Select((t, i) => (t, (IReadOnlyList<double>)[.. Enumerable.Range(0, 400).Select(k => scale[i] * 5 / (1 + k * 0.01))])).ToArray();
        var plan = TruncationLossAllocation.Allocate(spectra, 0.3);
        var rank = UniformAllocation.Allocate(targets, 0.3).Layers[0].Rank;
        var scores = spectra.Select(s => 1 / Math.Log(Math.Sqrt(s.Item2.Skip(rank).Sum(x => x * x)))).ToArray();
        for (var i = 0; i < 3; i++)
            Assert.Equal(3 * 0.3 * scores[i] / scores.Sum(), 1 - plan.Layers[i].StoredWeights / 160_000.0, 0.01);
        Assert.InRange(plan.Removed, 0.3, 0.305);
        var faint = spectra.Select(s => (s.t, (IReadOnlyList<double>)[.. s.Item2.Select(x => x * 1e-6)])).ToArray();
        Assert.Contains("above 1", Assert.Throws<ArgumentException>(() => TruncationLossAllocation.Allocate(faint, 0.3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Global_is_between_its_bound_and_every_other_plan()
    {
        for (var seed = 0UL; seed < 20; seed++)
        {
            var random = new SeededRandom(seed);
            TargetShape[] targets = [.. Enumerable.Range(0, 3).Select(i => new TargetShape($"t{i}", i, "k", 8 + 4 * random.Next(3), 12))];
            var curves = targets.Select(t =>
            {
                var loss = 0.0;
                return new LossCurve(t, [.. Enumerable.Range(1, t.LargestSavingRank).Reverse().Select(r => (r, loss += random.NextDouble() * random.NextDouble() * (1 + t.Layer)))]);
            }).ToArray();
            var removed = 0.15 + 0.4 * random.NextDouble();
            var toRemove = Math.Ceiling(removed * targets.Sum(t => t.Weights));
            double Loss(RankPlan plan) => plan.Layers.Zip(curves, (l, c) => l.Storage == LayerStorage.Dense ? 0 : c.Points.First(p => p.Rank == l.Rank).Increase).Sum();
            var found = GlobalAllocation.Allocate(curves, removed);
            Assert.True(found.Removed >= removed);
            var best = double.PositiveInfinity;
            foreach (var a in Levels(targets[0]))
                foreach (var b in Levels(targets[1]))
                    foreach (var c in Levels(targets[2]))
                        if (new RankPlan("", null, [a, b, c]) is var plan && plan.TargetWeights - plan.StoredWeights >= toRemove)
                            best = Math.Min(best, Loss(plan));
            var bound = LossCurveAllocation.LowerBound(curves, (long)toRemove);
            Assert.True(bound <= best + 1e-12);
            Assert.Equal(best, Loss(found), 1e-12);
        }

        static IEnumerable<LayerPlan> Levels(TargetShape t) => Enumerable.Range(1, t.LargestSavingRank).Select(r => LayerPlan.Factored(t, r)).Prepend(LayerPlan.Dense(t));
    }

    [Fact]
    public void Between_measured_ranks_a_loss_goes_with_the_truncation_loss()
    {
        var target = new TargetShape("t", 0, "k", 12, 12);
        var curve = new LossCurve(target, [(2, 1.0), (4, 0.2)]).Refined([6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0]);
        Assert.Equal([2, 3, 4, 5], curve.Points.Select(p => p.Rank));
        // Tails Σσ² are 30, 14, 5 and 1 at these ranks.
        Assert.All(curve.Points.Zip([1.0, 0.2 + 0.8 * 9 / 25, 0.2, 0.2 * 1 / 5]), p => Assert.Equal(p.Second, p.First.Increase, 1e-12));
    }

    [Fact]
    public void A_measured_gain_is_pooled_with_what_was_measured_beside_it()
    {
        var target = new TargetShape("t", 0, "k", 40, 40);
        LossCurve Monotone(params double[] falling) => new LossCurve(target, [.. falling.Select((f, i) => (10 - i, f))]).Monotone();
        Assert.Equal([0.0, 0.2, 0.2, 0.7], Monotone(-0.5, 0.3, 0.1, 0.7).Points.Select(p => p.Increase), new Near());
        Assert.Equal([0.0, 0.0, 0.0], Monotone(0.2, 0.1, -0.6).Points.Select(p => p.Increase), new Near());
        Assert.Equal([10, 9, 8], Monotone(1, 2, 3).Points.Select(p => p.Rank));
        Assert.Equal([1.0, 2, 3], Monotone(1, 2, 3).Points.Select(p => p.Increase));
    }

    [Fact]
    public void Global_removes_no_more_than_asked_where_layers_seem_to_gain()
    {
        var random = new SeededRandom(5);
        for (var trial = 0; trial < 50; trial++)
        {
            TargetShape[] targets = [.. Enumerable.Range(0, 6).Select(i => new TargetShape($"t{i}", i, "k", 32, i % 2 == 0 ? 32 : 128))];
            var spectrum = Enumerable.Range(1, 32).Select(i => 1.0 / i).ToArray();
            var curves = targets.Select(t => new LossCurve(t, [.. new[] { 14, 10, 6, 3, 1 }.Select(r => (r, 0.02 * (random.NextDouble() - 0.6) + 0.01 / r))]).Monotone().Refined(spectrum)).ToArray();
            var plan = GlobalAllocation.Allocate(curves, 0.05 + 0.3 * random.NextDouble());
            var smallest = targets.Min(t => t.WeightsPerRank);
            var excess = plan.TargetWeights - plan.StoredWeights - (long)Math.Ceiling(plan.RemovedRequested!.Value * plan.TargetWeights);
            // Where every layer is at a rank that was measured, the next rank may cost; a layer's last step, to dense, is larger than one rank.
            Assert.InRange(excess, 0, targets.Max(t => t.Weights - RankLevels.Weights(t, t.LargestSavingRank)) + smallest);
        }
    }

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-12;
        public int GetHashCode(double obj) => 0;
    }

    [Fact]
    public void Laser_keeps_the_truncations_that_help_together_and_stores_them_as_asked()
    {
        var factorization = new ModelFactorization<float>(TestModels.Random<float>(), new PlainSvd());
        var names = factorization.Targets.Select(t => t.Name).ToArray();
        // Layers 1 and 4 help, at low rank most; layer 2 helps alone but not beside them.
        double Loss(TransformerModel<float> model)
        {
            var ranks = model.TargetLinears.Where(t => t.Linear.IsFactored).ToDictionary(t => Array.IndexOf(names, t.Name), t => ((LowRankLinear<float>)t.Linear).Rank);
            double Gain(int i) => ranks.TryGetValue(i, out var rank) ? 0.5 / rank : 0;
            return 1 - Gain(1) - 2 * Gain(4) - (ranks.Count == 1 ? Gain(2) : -Gain(2)) + 0.01 * ranks.Keys.Count(k => k is not (1 or 2 or 4));
        }
        var found = LaserSearch.Search(factorization, Loss, LayerSelection.Parse("0", null));
        Assert.Equal([4, 1], found.Steps.Select(s => Array.IndexOf(names, s.Target.Name)));
        Assert.All(found.Plan.Truncated, l => Assert.Equal((LayerStorage.Product, 1), (l.Storage, l.Rank)));
        Assert.Equal(0, found.Plan.Removed);
        Assert.True(LaserSearch.Search(factorization, Loss, LayerSelection.Parse("0", null), factored: true).Plan.Removed > 0);
        var compressed = factorization.Compress(found.Plan, Parallelism.Serial);
        Assert.IsType<Linear<float>>(compressed.Model.TargetLinears[1].Linear);
        Assert.True(compressed.Reports[names[1]].Residual > 0);
    }

    [Fact]
    public void What_is_multiplied_out_is_stored_under_its_own_name_and_loads()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var targets = CheckpointCompressor.ReadTargets(folder["source"]);
        var plan = new RankPlan("x", null, [LayerPlan.Product(targets[0], 20), LayerPlan.Factored(targets[1], 5), .. targets.Skip(2).Select(t => LayerPlan.Dense(t))]);
        CheckpointCompressor.Compress(folder["source"], plan, new CheckpointCompression { Method = new PlainSvd() }, folder["out"]);
        var expected = new ModelFactorization<float>(BertModel<float>.Load(folder["source"]), new PlainSvd()).Compress(plan, Parallelism.Serial).Model;
        var loaded = BertModel<float>.Load(folder["out"]);
        Assert.IsType<Linear<float>>(loaded.TargetLinears[0].Linear);
        Assert.IsType<LowRankLinear<float>>(loaded.TargetLinears[1].Linear);
        Assert.True(TestModels.LargestDifference(TestModels.Logits(expected), TestModels.Logits(loaded)) < 1e-6);
        Assert.Equal(plan.Layers, CompressionManifest.Read(folder["out"]).Plan.Layers);
    }

    [Fact]
    public void A_gaussian_process_passes_through_what_it_saw_and_is_unsure_elsewhere()
    {
        double[][] points = [.. Enumerable.Range(0, 9).Select(i => new[] { i / 8.0 })];
        var process = new GaussianProcess(points, [.. points.Select(p => Math.Sin(5 * p[0]))]);
        foreach (var point in points)
            Assert.Equal(Math.Sin(5 * point[0]), process.Predict(point).Mean, 1e-2);
        Assert.Equal(Math.Sin(5 * 0.56), process.Predict([0.56]).Mean, 0.02);
        Assert.True(process.Predict([2]).Deviation > 10 * process.Predict([0.56]).Deviation);
        // The expected improvement, against its integral by midpoints.
        var (mean, deviation) = process.Predict([1.2]);
        var best = mean + 0.3 * deviation;
        var integral = Enumerable.Range(0, 20_000).Select(i => -8 + 16 * (i + 0.5) / 20_000).Sum(z => Math.Max(0, best - mean - deviation * z) * Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI) * 16 / 20_000);
        Assert.Equal(1, process.ExpectedImprovement([1.2], best) / integral, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bayesian_search_meets_the_budget_keeps_the_values_dense_and_beats_equal_shares(int groups)
    {
        var factorization = new ModelFactorization<float>(TestModels.Random<float>(), new PlainSvd());
        var options = new BayesianOptions { Evaluations = 24, Initial = 6, LayerGroups = groups, Seed = 3 };
        // The MLP's output is precious, and what the queries give is free.
        static double Loss(TransformerModel<float> model) => model.TargetLinears.Sum(t => t.Linear is LowRankLinear<float> low
            ? (1 - (double)low.WeightCount / (low.Inputs * low.Outputs)) * (t.Kind switch { "output" => 10, "query" or "key" => 0, _ => 1 }) : 0);
        var plan = BayesianAllocation.Search(factorization, Loss, 0.3, options);
        Assert.InRange(plan.Removed, 0.3, 0.31);
        Assert.All(plan.Layers.Where(l => l.Target.Kind == "value"), l => Assert.Equal(LayerStorage.Dense, l.Storage));
        double Given(string kind) => plan.Layers.Where(l => l.Target.Kind == kind).Average(l => 1 - (double)l.StoredWeights / l.Target.Weights);
        Assert.True(Given("output") < 0.7 * Given("query"), $"{plan.Remark}");
        Assert.Equal(plan.Layers, BayesianAllocation.Search(factorization, Loss, 0.3, options).Layers);
        Assert.Contains("dense", Assert.Throws<ArgumentException>(() => BayesianAllocation.Search(factorization, Loss, 0.95, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_allocation_by_name_meets_its_budget_and_is_the_same_twice()
    {
        static double Loss(TransformerModel<float> model) => model.TargetLinears.Sum(t => t.Linear is LowRankLinear<float> low ? 1.0 / low.Rank * (1 + t.Layer) : 0);
        var model = BertModel<float>.CreateRandom(TestModels.Config with { InitializerRange = 1 }, 1);
        foreach (var name in Allocations.Names)
        {
            var factorization = new ModelFactorization<float>(model, new PlainSvd());
            var request = new AllocationRequest<float> { Factorization = factorization, Removed = 0.25, Loss = Loss, Evaluations = 12, Parallelism = Parallelism.Serial };
            var plan = Allocations.Allocate(name, request);
            Assert.Equal(name, plan.Allocation);
            if (name != "laser")
                Assert.InRange(plan.Removed, 0.25, 0.27);
            Assert.Equal(plan.Layers, Allocations.Allocate(name, request).Layers);
            if (Allocations.NeedsLoss(name))
                Assert.Contains("no loss", Assert.Throws<ArgumentException>(() => Allocations.Allocate(name, request with { Loss = null })).Message, StringComparison.Ordinal);
        }
        Assert.Contains("uniform, selective", Assert.Throws<ArgumentException>(() => Allocations.NeedsLoss("none")).Message, StringComparison.Ordinal);
    }
}
