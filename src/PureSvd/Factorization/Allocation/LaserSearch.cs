using System.Numerics;
using PureSvd.Layers;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>One matrix truncated alone.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="Loss">The loss of the model.</param>
public sealed record LaserTrial(TargetShape Target, int Rank, double Loss);

/// <summary>What the search found.</summary>
/// <param name="Baseline">The loss of the dense model.</param>
/// <param name="Trials">Every matrix at every rank, in the order of the model.</param>
/// <param name="Steps">The truncations that were kept, in the order in which they were added, each with the loss of the model that it led to.</param>
/// <param name="Plan">All of them together.</param>
public sealed record LaserResult(double Baseline, IReadOnlyList<LaserTrial> Trials, IReadOnlyList<LaserTrial> Steps, RankPlan Plan);

/// <summary><c>laser</c>: truncates single matrices, by layer, type and rank, and keeps what makes the model better.</summary>
/// <remarks>
/// <para>Every chosen matrix is truncated alone at every rank, r = ⌊(1 − rate/10)·min(out, in)⌋ for the source's rates; those that lower the loss, each matrix's best one, are then added one
/// after the other from the best on, and kept where the loss falls again. There is no budget: the loss decides, and the remark says what was removed.</para>
/// <para>The source stores what it truncates as a matrix of the full size, so that nothing is saved (<see cref="LayerStorage.Product"/>); with <c>factored</c>, ranks below break-even are stored as factors.
/// It truncates by <c>svd</c> and searches on a part of the task's data that is not tested on: the loss that is given here should be of such a part.</para>
/// Source: P. Sharma et al., <i>The truth is in there: improving reasoning in language models with layer-selective rank reduction</i> (arXiv 2312.13558), §4 and §5.1 for the composition.
/// </remarks>
public static class LaserSearch
{
    /// <summary>The rates of the source: ten times the fraction of the ranks that is cut off.</summary>
    public static IReadOnlyList<double> Rates { get; } = [1, 2, 4, 6, 8, 9, 9.5, 9.9, 9.95];

    /// <summary>Searches.</summary>
    /// <param name="factorization">The dense model and its decompositions.</param>
    /// <param name="loss">The loss of a model; called once for the dense model, once for each matrix and rank, and once for each step.</param>
    /// <param name="selection">The matrices to try; null for all.</param>
    /// <param name="factored">Whether to store factors where they are smaller than the matrix.</param>
    /// <param name="rates">Each above 0 and below 10; null for <see cref="Rates"/>.</param>
    /// <param name="progress">Told after each evaluation.</param>
    /// <param name="cancellationToken">Stops between evaluations.</param>
    /// <exception cref="ArithmeticException">A loss is not finite.</exception>
    public static LaserResult Search<T>(
        ModelFactorization<T> factorization, Func<TransformerModel<T>, double> loss, LayerSelection? selection = null, bool factored = false, IReadOnlyList<double>? rates = null,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(factorization);
        ArgumentNullException.ThrowIfNull(loss);
        rates ??= Rates;
        if (rates.Count == 0 || rates.Any(r => !(r > 0 && r < 10)))
            throw new ArgumentException("The rates of laser are above 0 and below 10.", nameof(rates));
        var chosen = (selection ?? LayerSelection.All).Choose(factorization.Targets);
        var ranks = factorization.Targets.Where(chosen.Contains).ToDictionary(t => t, t => rates.Select(r => Math.Max(1, (int)((10 - (decimal)r) * t.FullRank / 10))).Distinct().ToArray());
        var evaluator = new LossEvaluator<T>(loss, 1 + ranks.Values.Sum(r => r.Length), "laser", progress, cancellationToken);
        var baseline = evaluator.Evaluate("the dense model", factorization.Model);
        var trials = new List<LaserTrial>();
        foreach (var target in factorization.Targets.Where(chosen.Contains))
        {
            foreach (var rank in ranks[target])
                trials.Add(new LaserTrial(target, rank, evaluator.Evaluate($"{target.Name} at rank {rank}", With(factorization, [(target, rank)]))));
        }

        // A stable sort: equal losses keep the order of the model.
        var candidates = trials.GroupBy(t => t.Target).Select(g => g.MinBy(t => t.Loss)!).Where(t => t.Loss < baseline).OrderBy(t => t.Loss).ToArray();
        var steps = new List<LaserTrial>();
        var best = baseline;
        foreach (var candidate in candidates)
        {
            var reached = steps.Count == 0 ? candidate.Loss
                : evaluator.Evaluate($"{steps.Count + 1} truncated matrices", With(factorization, [.. steps.Select(s => (s.Target, s.Rank)), (candidate.Target, candidate.Rank)]));
            if (reached >= best)
                continue;
            best = reached;
            steps.Add(candidate with { Loss = reached });
        }
        var kept = steps.ToDictionary(s => s.Target, s => s.Rank);
        var plan = new RankPlan("laser", null, [.. factorization.Targets.Select(t => !kept.TryGetValue(t, out var rank) ? LayerPlan.Dense(t)
            : factored && rank <= t.LargestSavingRank ? LayerPlan.Factored(t, rank) : LayerPlan.Product(t, rank))])
        {
            Remark = FormattableString.Invariant($"loss {baseline:G6} dense, {best:G6} with {steps.Count} of {candidates.Length} matrices that helped alone; {evaluator.Count} evaluations"),
        };
        return new LaserResult(baseline, trials, steps, plan);
    }

    private static TransformerModel<T> With<T>(ModelFactorization<T> factorization, (TargetShape Target, int Rank)[] truncated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => factorization.Model.WithLinears(truncated.ToDictionary(
            t => t.Target.Name, t => (LinearLayer<T>)factorization.Replace(t.Target.Name, factorization.Layer(t.Target.Name).Truncate(t.Rank)), StringComparer.Ordinal));
}
