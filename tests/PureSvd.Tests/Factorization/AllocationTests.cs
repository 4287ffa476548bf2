using FsCheck;
using FsCheck.Fluent;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Factorization;

public class AllocationTests
{
    private static readonly TargetShape[] BertBase = [.. Enumerable.Range(0, 12).SelectMany(l => Block(l, 768, 3072))];

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.4)]
    [InlineData(0.6)]
    [InlineData(0.123)]
    public void Uniform_on_bert_base_removes_what_was_asked_for_and_less_than_one_rank_more(double removed)
    {
        var plan = UniformAllocation.Allocate(BertBase, removed);
        var excess = plan.Removed * plan.TargetWeights - removed * plan.TargetWeights;
        Assert.InRange(excess, -0.5, 1536);
        foreach (var layer in plan.Layers)
        {
            var exact = (1 - removed) * layer.Target.BreakEvenRank;
            Assert.InRange(layer.Rank, Math.Floor(exact), Math.Floor(exact) + 1);
        }
    }

    [Fact]
    public void Uniform_plans_meet_any_budget_from_above_with_the_least_excess()
    {
        var generator =
            from seed in Gen.Choose(0, int.MaxValue)
            from count in Gen.Choose(1, 8)
            from percent in Gen.Choose(1, 90)
            select (Seed: (ulong)seed, Count: count, Removed: percent / 100.0);
        Prop.ForAll(Arb.From(generator), c =>
        {
            var random = new SeededRandom(c.Seed);
            var targets = Enumerable.Range(0, c.Count).Select(i => new TargetShape($"t{i}", i, "k", 8 + 8 * random.Next(4), 8 + 8 * random.Next(4))).ToArray();
            var toRemove = (long)Math.Ceiling((decimal)c.Removed * targets.Sum(t => t.Weights));
            if (targets.Sum(t => t.Weights - t.WeightsPerRank) < toRemove)
                return true;
            var plan = UniformAllocation.Allocate(targets, c.Removed);
            var removed = plan.TargetWeights - plan.StoredWeights;
            return removed >= toRemove && removed - toRemove == LeastExcess(targets, c.Removed, toRemove);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(5, 9));
    }

    [Fact]
    public void Removed_0_leaves_every_layer_dense()
    {
        var plan = UniformAllocation.Allocate(BertBase, 0);
        Assert.All(plan.Layers, l => Assert.Equal(LayerStorage.Dense, l.Storage));
        Assert.Equal(0, plan.Removed);
    }

    [Fact]
    public void A_rank_at_break_even_stays_dense_and_the_plan_says_so()
    {
        var target = new TargetShape("q", 0, "query", 768, 768);
        Assert.Equal(384, target.BreakEvenRank);
        Assert.Equal(LayerStorage.Factored, LayerPlan.Factored(target, 383).Storage);
        var guarded = LayerPlan.Factored(target, 384);
        Assert.Equal(LayerStorage.Dense, guarded.Storage);
        Assert.Contains("break-even 384", guarded.Note, StringComparison.Ordinal);
        Assert.Equal(LayerStorage.Factored, LayerPlan.Factored(target, 768, guard: false).Storage);
        Assert.True(RankPlan.FixedRank([target], 10_000, guard: false).Removed < 0);
    }

    [Fact]
    public void A_selection_meets_the_budget_of_all_layers_with_the_chosen_ones_alone()
    {
        var plan = UniformAllocation.Allocate(BertBase, 0.1, LayerSelection.Parse("0-5", "intermediate,output"));
        Assert.Equal("selective", plan.Allocation);
        Assert.InRange(plan.Removed * plan.TargetWeights - 0.1 * plan.TargetWeights, -0.5, 3840);
        Assert.Equal(12, plan.Factored.Count());
        Assert.All(plan.Factored, l => Assert.True(l.Target.Layer <= 5 && l.Target.Kind is "intermediate" or "output"));
    }

    [Theory]
    [InlineData("0-1", null, 0.5, "keep")]
    [InlineData("0-12", null, 0.1, "blocks are 0-11")]
    [InlineData(null, "gate", 0.1, "attention.output")]
    [InlineData("x", null, 0.1, "'x'")]
    [InlineData("3-1", null, 0.1, "'3-1'")]
    [InlineData(null, null, 1.0, "below 1")]
    [InlineData(null, null, -0.1, "at least 0")]
    [InlineData(null, null, double.NaN, "at least 0")]
    [InlineData(null, null, 0.9999, "rank 1")]
    public void What_cannot_be_met_is_said(string? layers, string? kinds, double removed, string message)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => UniformAllocation.Allocate(BertBase, removed, LayerSelection.Parse(layers, kinds)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sensitivity_takes_from_the_layers_that_cost_least_and_meets_the_budget()
    {
        // The loss of layer i grows i times as fast, so layer 0 goes first and the last layer stays dense.
        var targets = Enumerable.Range(0, 4).Select(i => new TargetShape($"t{i}", i, "k", 64, 64)).ToArray();
        int[] ranks = [1, 8, 16, 24];
        var profile = new SensitivityProfile(1, [.. targets.Select((t, i) => new LossCurve(t, [.. ranks.Select(r => (r, (i + 1) * (32.0 - r) / 32))]))]);
        var plan = profile.Allocate(0.3);
        Assert.InRange(plan.Removed * plan.TargetWeights - 0.3 * plan.TargetWeights, -0.5, 128);
        Assert.Equal(1, plan.Layers[0].Rank);
        Assert.Equal(LayerStorage.Factored, plan.Layers[1].Storage);
        Assert.Equal(LayerStorage.Dense, plan.Layers[2].Storage);
        Assert.Equal(LayerStorage.Dense, plan.Layers[3].Storage);
        Assert.Contains("Measure lower ranks", Assert.Throws<ArgumentException>(() => profile.Allocate(0.99)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_whose_loss_falls_when_truncated_is_truncated_first()
    {
        var targets = Enumerable.Range(0, 2).Select(i => new TargetShape($"t{i}", i, "k", 64, 64)).ToArray();
        var profile = new SensitivityProfile(1, [new LossCurve(targets[0], [(8, 0.5), (16, 0.1)]), new LossCurve(targets[1], [(8, -0.2), (16, 0.3)])]);
        var plan = profile.Allocate(0.2);
        Assert.Equal(LayerStorage.Dense, plan.Layers[0].Storage);
        Assert.Equal(LayerStorage.Factored, plan.Layers[1].Storage);
    }

    [Fact]
    public void Spectrum_gives_rank_to_the_layer_that_has_it()
    {
        var low = new TargetShape("low", 0, "k", 32, 32);
        var flat = new TargetShape("flat", 0, "k", 32, 32);
        var plan = SpectrumAllocation.Allocate([(low, [.. Enumerable.Range(0, 32).Select(i => Math.Pow(0.5, i))]), (flat, [.. Enumerable.Repeat(1.0, 32)])], 0.4);
        Assert.InRange(plan.Removed * plan.TargetWeights - 0.4 * plan.TargetWeights, -0.5, 64);
        Assert.True(plan.Layers[0].Rank < 6);
        Assert.Equal(LayerStorage.Dense, plan.Layers[1].Storage);
    }

    [Fact]
    public void Very_small_layers_are_left_dense_rather_than_grown()
    {
        TargetShape[] targets = [new("one", 0, "k", 1, 1), new("row", 0, "k", 1, 64), new("big", 0, "k", 64, 64)];
        var plan = UniformAllocation.Allocate(targets, 0.3);
        Assert.Equal(LayerStorage.Dense, plan.Layers[0].Storage);
        Assert.Equal(LayerStorage.Dense, plan.Layers[1].Storage);
        Assert.True(plan.Removed >= 0.3);
    }

    [Fact]
    public void A_plan_for_another_model_says_where_it_differs()
    {
        var plan = UniformAllocation.Allocate(BertBase, 0.2);
        Assert.Null(plan.MismatchWith(BertBase));
        Assert.Contains("lacks other", plan.MismatchWith([new TargetShape("other", 0, "query", 1, 1)]), StringComparison.Ordinal);
        Assert.Contains("768×768", plan.MismatchWith([BertBase[0] with { Outputs = 5 }, .. BertBase[1..]]), StringComparison.Ordinal);
        Assert.Contains("which the model lacks", plan.MismatchWith(BertBase[..71]), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RankPlan("x", null, [plan.Layers[0], plan.Layers[0]]));
    }

    /// <summary>By exhaustion: every layer at ⌊r⌋ or one step above.</summary>
    private static long LeastExcess(TargetShape[] targets, double removed, long toRemove)
    {
        var kept = 1 - (decimal)toRemove / targets.Sum(t => t.Weights);
        var budget = targets.Sum(t => t.Weights) - toRemove;
        var best = -1L;
        for (var mask = 0; mask < 1 << targets.Length; mask++)
        {
            var stored = 0L;
            for (var i = 0; i < targets.Length; i++)
            {
                var rank = Math.Max(1, (int)(kept * targets[i].Weights / targets[i].WeightsPerRank)) + (mask >> i & 1);
                stored += Math.Min(rank * targets[i].WeightsPerRank, targets[i].Weights);
            }
            if (stored <= budget)
                best = Math.Max(best, stored);
        }
        // Where rank 1 everywhere is more than the share of some layer, others go below their floor: not this test's matter.
        return best < 0 ? UniformAllocation.Allocate(targets, removed) is var plan ? plan.TargetWeights - plan.StoredWeights - toRemove : 0 : budget - best;
    }

    private static TargetShape[] Block(int layer, int hidden, int intermediate) =>
    [
        new($"{layer}.query", layer, "query", hidden, hidden), new($"{layer}.key", layer, "key", hidden, hidden),
        new($"{layer}.value", layer, "value", hidden, hidden), new($"{layer}.attention.output", layer, "attention.output", hidden, hidden),
        new($"{layer}.intermediate", layer, "intermediate", intermediate, hidden), new($"{layer}.output", layer, "output", hidden, intermediate),
    ];
}
