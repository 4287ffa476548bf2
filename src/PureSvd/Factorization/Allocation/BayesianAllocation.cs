using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>How <see cref="BayesianAllocation"/> searches.</summary>
public sealed record BayesianOptions
{
    /// <summary>Runs of the model, the uniform plan and the random ones included.</summary>
    public int Evaluations { get; init; } = 50;

    /// <summary>Plans before the process is first asked: the uniform one, and random ones.</summary>
    public int Initial { get; init; } = 10;

    /// <summary>Consecutive runs of blocks that have variables of their own: 1, or 4 as the source's layer-grouped form.</summary>
    public int LayerGroups { get; init; } = 1;

    /// <summary>Matrix types that stay dense; null for those of the source, the values of the attention.</summary>
    public IReadOnlyList<string>? DenseKinds { get; init; }

    /// <summary>Seed of the random plans.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary><c>bayes</c>: how much each matrix type gives (in each group of layers, for <c>bayes-grouped</c>), found by Bayesian optimization of the model's loss under the budget.</summary>
/// <remarks>
/// <para>One variable for query and key together, one for each other type, none for the values, which stay dense: five for Llama, 5 × 4 with four groups of layers. A point is scaled so that it removes
/// exactly the budget, and a Gaussian process (<see cref="GaussianProcess"/>, Matérn 5/2) of the losses so far says where the expected improvement is largest, among random points and points
/// near the best. The first plan is that of equal shares.</para>
/// <para>The source starts from AFM with pooled covariances and evaluates perplexity on 100 passages; here method and loss are the caller's.</para>
/// Source: Y. Ji et al., <i>Adaptive feature-based low-rank compression of large language models via Bayesian optimization</i> (Bolaco, arXiv 2405.10616), §3.3.
/// </remarks>
public static class BayesianAllocation
{
    private const int Candidates = 1000;
    private static readonly string[] Values = ["value", "v_proj"];

    /// <summary>Searches for the plan of least loss that removes <paramref name="removed"/> of the target linears' weights.</summary>
    /// <param name="factorization">The dense model and its decompositions.</param>
    /// <param name="loss">The loss of a model; called <see cref="BayesianOptions.Evaluations"/> times.</param>
    /// <param name="removed">0 ≤ removed &lt; 1.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="progress">Told after each evaluation.</param>
    /// <param name="cancellationToken">Stops between evaluations.</param>
    /// <exception cref="ArgumentException">The fraction is out of range, or more than the types that may give have.</exception>
    /// <exception cref="ArithmeticException">A loss is not finite.</exception>
    public static RankPlan Search<T>(
        ModelFactorization<T> factorization, Func<TransformerModel<T>, double> loss, double removed, BayesianOptions? options = null,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(factorization);
        ArgumentNullException.ThrowIfNull(loss);
        options ??= new BayesianOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Initial, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Evaluations, options.Initial);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LayerGroups, 1);
        var name = options.LayerGroups == 1 ? "bayes" : "bayes-grouped";
        if (removed == 0)
            return RankPlan.Dense(factorization.Targets, name);
        var space = new Space(factorization.Targets, removed, options);
        var random = new SeededRandom(options.Seed);
        var evaluator = new LossEvaluator<T>(loss, options.Evaluations, name, progress, cancellationToken);
        var (points, losses) = (new List<double[]>(), new List<double>());
        while (points.Count < options.Evaluations)
        {
            var point = points.Count == 0 ? space.Feasible(Enumerable.Repeat(1.0, space.Dimension).ToArray())
                : points.Count < options.Initial ? space.Random(random)
                : Next(space, points, losses, random);
            losses.Add(evaluator.Evaluate($"plan {points.Count + 1}", factorization.Truncated(space.Plan(name, point), cancellationToken)));
            points.Add(point);
        }
        var best = losses.IndexOf(losses.Min());
        var plan = space.Plan(name, points[best]);
        return new RankPlan(name, removed, plan.Layers)
        {
            Remark = FormattableString.Invariant($"loss {losses[0]:G6} with equal shares, {losses[best]:G6} at evaluation {best + 1} of {losses.Count}; removed: {space.Describe(points[best])}"),
        };
    }

    private static double[] Next(Space space, List<double[]> points, List<double> losses, SeededRandom random)
    {
        var process = new GaussianProcess(points, losses);
        var least = losses.Min();
        var incumbent = points[losses.IndexOf(least)];
        var (best, improvement) = (incumbent, double.NegativeInfinity);
        for (var i = 0; i < Candidates; i++)
        {
            // Half of them anywhere, half near the best, at three distances.
            var candidate = i % 2 == 0 ? space.Random(random) : space.Near(incumbent, 0.02 * Math.Pow(3, i / 2 % 3), random);
            var expected = process.ExpectedImprovement(candidate, least);
            if (expected > improvement)
                (best, improvement) = (candidate, expected);
        }
        return best;
    }

    /// <summary>The variables: the fraction that each type, or each type in each group of layers, gives.</summary>
    private sealed class Space
    {
        private readonly IReadOnlyList<TargetShape> _targets;
        private readonly double _removed;
        private readonly long _toRemove;
        private readonly int[] _variables;
        private readonly string[] _names;
        private readonly double[] _weights;
        private readonly double[] _most;

        internal Space(IReadOnlyList<TargetShape> targets, double removed, BayesianOptions options)
        {
            (_targets, _removed) = (targets, removed);
            _toRemove = UniformAllocation.WeightsToRemove(targets, removed);
            var dense = options.DenseKinds ?? Values;
            var blocks = targets.Max(t => t.Layer) + 1;
            var names = new List<string>();
            _variables = [.. targets.Select(t =>
            {
                if (dense.Contains(t.Kind))
                    return -1;
                var kind = t.Kind is "key" ? "query" : t.Kind is "k_proj" ? "q_proj" : t.Kind;
                var name = options.LayerGroups == 1 ? kind : FormattableString.Invariant($"{kind}/{t.Layer * options.LayerGroups / blocks}");
                if (!names.Contains(name))
                    names.Add(name);
                return names.IndexOf(name);
            })];
            _names = [.. names];
            _weights = new double[names.Count];
            var least = new double[names.Count];
            for (var i = 0; i < targets.Count; i++)
            {
                if (_variables[i] < 0)
                    continue;
                _weights[_variables[i]] += targets[i].Weights;
                least[_variables[i]] += RankLevels.Weights(targets[i], 1);
            }
            _most = [.. _weights.Zip(least, (w, l) => 1 - l / w)];
            var available = (long)_weights.Zip(_most, (w, m) => w * m).Sum();
            if (available < _toRemove)
                throw new ArgumentException(FormattableString.Invariant($"Removing {removed} of all target linears takes away {_toRemove} weights; with {string.Join(" and ", dense)} dense, the others can give {available}."));
        }

        internal int Dimension => _names.Length;

        internal double[] Random(SeededRandom random) => Feasible([.. _names.Select(_ => random.NextDouble())]);

        internal double[] Near(double[] point, double distance, SeededRandom random) => Feasible([.. point.Select(x => Math.Max(0, x + distance * random.NextGaussian()))]);

        /// <summary>The multiple of <paramref name="point"/>, cut off where a type has no more to give, that removes exactly the budget.</summary>
        internal double[] Feasible(double[] point)
        {
            // A type that gives nothing at all could never be scaled up to give enough.
            var direction = Array.ConvertAll(point, x => Math.Max(x, 1e-6));
            double[] Scaled(double s) => [.. direction.Select((x, i) => Math.Min(s * x, _most[i]))];
            var (low, high) = (0.0, 1.0);
            while (Removes(Scaled(high)) < _toRemove && high < 1e12)
                high *= 2;
            for (var i = 0; i < 100; i++)
            {
                var middle = 0.5 * (low + high);
                (low, high) = Removes(Scaled(middle)) < _toRemove ? (middle, high) : (low, middle);
            }
            return Scaled(high);
        }

        internal RankPlan Plan(string name, double[] point)
        {
            var givers = Enumerable.Range(0, _targets.Count).Where(i => _variables[i] >= 0).ToArray();
            var levels = FractionAllocation.Levels(
                [.. givers.Select(i => _targets[i])], [.. givers.Select(i => 1 - (decimal)point[_variables[i]])], givers.Sum(i => _targets[i].Weights) - _toRemove);
            var plans = givers.Zip(levels).ToDictionary(p => p.First, p => RankLevels.Plan(_targets[p.First], p.Second));
            return new RankPlan(name, _removed, [.. _targets.Select((t, i) => plans.GetValueOrDefault(i) ?? LayerPlan.Dense(t))]);
        }

        internal string Describe(double[] point) => string.Join(", ", _names.Zip(point, (n, x) => FormattableString.Invariant($"{n} {x:P0}")));

        private double Removes(double[] point) => _weights.Zip(point, (w, x) => w * x).Sum();
    }
}
