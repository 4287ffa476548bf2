using System.Numerics;
using PureSvd.Layers;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>What the loss becomes when one target linear alone is truncated: measured once, allocated from at any budget.</summary>
/// <param name="Baseline">The loss of the dense model.</param>
/// <param name="Curves">Every target linear of the model, in its order.</param>
public sealed record SensitivityProfile(double Baseline, IReadOnlyList<LossCurve> Curves)
{
    /// <summary>The fractions of a layer's own weights that are removed when none are named.</summary>
    public static IReadOnlyList<double> DefaultRates { get; } = [0.2, 0.4, 0.6, 0.8, 0.95];

    /// <summary>Measures it.</summary>
    /// <param name="factorization">The dense model and its decompositions.</param>
    /// <param name="loss">The loss of a model, such as the mean cross-entropy over a fixed sample; called once for the dense model and once for each layer and rate, one call at a time.</param>
    /// <param name="rates">Fractions of a layer's weights to remove, each above 0 and below 1; null for <see cref="DefaultRates"/>.</param>
    /// <param name="progress">Told after each evaluation.</param>
    /// <param name="cancellationToken">Stops between evaluations.</param>
    /// <exception cref="ArithmeticException">A loss is not finite.</exception>
    public static SensitivityProfile Measure<T>(
        ModelFactorization<T> factorization, Func<TransformerModel<T>, double> loss, IReadOnlyList<double>? rates = null,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(factorization);
        ArgumentNullException.ThrowIfNull(loss);
        rates ??= DefaultRates;
        if (rates.Count == 0 || rates.Any(r => !(r > 0 && r < 1)))
            throw new ArgumentException("Sensitivity is measured at rates above 0 and below 1.", nameof(rates));

        var ranks = factorization.Targets.Select(t => Ranks(t, rates)).ToArray();
        var evaluator = new LossEvaluator<T>(loss, 1 + ranks.Sum(r => r.Length), "sensitivity", progress, cancellationToken);
        var baseline = evaluator.Evaluate("the dense model", factorization.Model);
        var curves = new LossCurve[ranks.Length];
        for (var i = 0; i < ranks.Length; i++)
        {
            var target = factorization.Targets[i];
            var points = new (int Rank, double Increase)[ranks[i].Length];
            for (var p = 0; p < points.Length; p++)
            {
                var layer = factorization.Layer(target.Name).Truncate(ranks[i][p]);
                var truncated = factorization.Model.WithLinears(new Dictionary<string, LinearLayer<T>> { [target.Name] = factorization.Replace(target.Name, layer) });
                points[p] = (ranks[i][p], evaluator.Evaluate($"{target.Name} at rank {ranks[i][p]}", truncated) - baseline);
            }
            curves[i] = new LossCurve(target, points);
        }
        return new SensitivityProfile(baseline, curves);
    }

    /// <summary><c>selective</c> by measurement: the ranks that remove <paramref name="removed"/> of all target linears at the least sum of single-layer losses; what the loss depends on most stays dense.</summary>
    /// <exception cref="ArgumentException">The fraction is out of range, or more than the measured ranks reach.</exception>
    public RankPlan Allocate(double removed) => LossCurveAllocation.Allocate("selective", Curves, removed);

    private static int[] Ranks(TargetShape target, IReadOnlyList<double> rates) =>
        [.. rates.Order().Select(rate => Math.Max(1, (int)((1 - (decimal)rate) * target.Weights / target.WeightsPerRank))).Where(r => r <= target.LargestSavingRank).Distinct()];
}
