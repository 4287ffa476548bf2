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
    /// <summary>Truncates the weights of a group at <paramref name="rank"/>; both factors are then rounded by <paramref name="round"/>, if there is one.</summary>
    internal static SharedBasis<T> Of(
        IFactorizationMethod method, IReadOnlyList<Matrix<T>> weights, IReadOnlyList<LayerStatistics?> statistics, int rank, Action<Matrix<T>>? round, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var inputs = statistics.Zip(weights, (s, w) => s.RequireInputs(method.Name, w.Rows, w.Columns)).ToArray();
        var factorization = method.Decompose<T>(Stack(weights), new LayerStatistics(null) { Inputs = InputStatistics.Pool(inputs) }, rank, parallelism, cancellationToken);
        var factors = factorization.Truncate(rank);
        var exact = round is null ? null : Measure(weights, Split(factors, weights), inputs, parallelism);
        round?.Invoke(factors.A);
        round?.Invoke(factors.B);
        var split = Split(factors, weights);
        var reports = Measure(weights, split, inputs, parallelism).Select((report, i) => report with
        {
            EffectiveRank = factorization.EffectiveRank,
            StatisticsRank = factorization.StatisticsRank,
            UnroundedResidual = exact?[i].Residual,
        });
        return new SharedBasis<T>(factors.A, [.. split.Select(s => s.B)], [.. reports]);
    }

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

    private static TruncationReport[] Measure(IReadOnlyList<Matrix<T>> weights, LowRankFactors<T>[] factors, InputStatistics[] inputs, Parallelism parallelism)
        => [.. factors.Select((f, i) => TruncationReport.Measure(weights[i], f, InputMetric.OfMoment(inputs[i].SecondMoment), parallelism))];
}
