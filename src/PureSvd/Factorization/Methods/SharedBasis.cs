using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>A group of layers with one factor A, truncated: each layer's B, and how well each is met on its own inputs.</summary>
/// <param name="A">A [r×in], the same for all.</param>
/// <param name="B">B [out×r] of each layer, in the order of the group.</param>
/// <param name="Reports">One a layer.</param>
internal sealed record SharedBasis<T>(Matrix<T> A, IReadOnlyList<Matrix<T>> B, IReadOnlyList<TruncationReport> Reports)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private IReadOnlyList<Matrix<T>> Weights { get; init; } = [];

    private InputStatistics[] Inputs { get; init; } = [];

    /// <summary>Truncates the weights of a group at <paramref name="rank"/>.</summary>
    internal static SharedBasis<T> Of(
        IFactorizationMethod method, IReadOnlyList<Matrix<T>> weights, IReadOnlyList<LayerStatistics?> statistics, int rank, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var inputs = statistics.Zip(weights, (s, w) => s.RequireInputs(method.Name, w.Rows, w.Columns)).ToArray();
        var factorization = method.Decompose<T>(Stack(weights), new LayerStatistics(null) { Inputs = InputStatistics.Pool(inputs) }, rank, parallelism, cancellationToken);
        var factors = factorization.Truncate(rank);
        var split = Split(factors, weights);
        var reports = split.Select((f, i) => Measure(weights[i], f, inputs[i], parallelism) with { EffectiveRank = factorization.EffectiveRank, StatisticsRank = factorization.StatisticsRank });
        return new SharedBasis<T>(factors.A, [.. split.Select(s => s.B)], [.. reports]) { Weights = weights, Inputs = inputs };
    }

    /// <summary>The report of one layer whose factors were rounded since.</summary>
    internal TruncationReport Remeasured(int layer, LowRankFactors<T> rounded, Parallelism parallelism)
        => Reports[layer] with { UnroundedResidual = Reports[layer].Residual, Residual = Measure(Weights[layer], rounded, Inputs[layer], parallelism).Residual };

    private static Matrix<T> Stack(IReadOnlyList<Matrix<T>> weights)
    {
        var stack = new Matrix<T>(weights.Sum(w => w.Rows), weights[0].Columns);
        var first = 0;
        foreach (var weight in weights)
        {
            weight.View.CopyTo(stack.View.RowRange(first, weight.Rows));
            first += weight.Rows;
        }
        return stack;
    }

    private static LowRankFactors<T>[] Split(LowRankFactors<T> factors, IReadOnlyList<Matrix<T>> weights)
    {
        var first = 0;
        var parts = new LowRankFactors<T>[weights.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new LowRankFactors<T>(factors.A, factors.B.View.RowRange(first, weights[i].Rows).ToMatrix());
            first += weights[i].Rows;
        }
        return parts;
    }

    private static TruncationReport Measure(Matrix<T> weight, LowRankFactors<T> factors, InputStatistics inputs, Parallelism parallelism)
        => TruncationReport.Measure(weight, factors, InputMetric.OfMoment(inputs.SecondMoment), parallelism);
}
