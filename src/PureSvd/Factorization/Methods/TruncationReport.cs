using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>How well a truncation approximates its layer, measured on the factors themselves.</summary>
/// <param name="Rank">r.</param>
/// <param name="Residual">The square root of the method's objective at W' = B·A: ‖W−W'‖_F for <c>svd</c>, √Σ_i Î_i‖(W−W')_{·i}‖² for <c>fwsvd</c>.</param>
/// <param name="OptimalResidual">The least that any matrix of rank r reaches: √Σ_{i&gt;r}σ_i²; 0 where that is not known, as for <c>tfwsvd</c>.</param>
/// <param name="ObjectiveNorm">The same measure of W itself; <see cref="Residual"/> over it is a relative error.</param>
/// <param name="FrobeniusResidual">‖W−W'‖_F/‖W‖_F, comparable between methods.</param>
/// <param name="EffectiveRank">How many directions of W the objective can tell from rounding; above that rank nothing is gained by it. Counted up to the rank that was decomposed.</param>
/// <param name="StatisticsRank">How many of the layer's inputs the statistics see; null where the method uses none. Below in, the statistics are singular.</param>
public sealed record TruncationReport(
    int Rank, double Residual, double OptimalResidual, double ObjectiveNorm, double FrobeniusResidual, int EffectiveRank, int? StatisticsRank)
{
    /// <summary><see cref="Residual"/> before the factors were rounded to the type that they are stored in; null where nothing was rounded.</summary>
    public double? UnroundedResidual { get; init; }

    /// <summary><see cref="Residual"/>/<see cref="ObjectiveNorm"/>; 0 for a zero norm.</summary>
    public double RelativeResidual => ObjectiveNorm == 0 ? 0 : Residual / ObjectiveNorm;

    /// <summary><see cref="OptimalResidual"/>/<see cref="ObjectiveNorm"/>; 0 for a zero norm.</summary>
    public double RelativeOptimum => ObjectiveNorm == 0 ? 0 : OptimalResidual / ObjectiveNorm;

    /// <summary>Rows that are measured at a time.</summary>
    private const int MeasuredRows = 256;

    /// <summary>The residual of <paramref name="factors"/> for W = <paramref name="weight"/> under <paramref name="objective"/>; optimum and effective rank are not known here.</summary>
    internal static TruncationReport Measure<T>(MatrixView<T> weight, LowRankFactors<T> factors, LayerObjective objective, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (weightSum, errorSum, objectiveSum, residualSum) = (0.0, 0.0, 0.0, 0.0);
        var (block, n) = (Math.Min(objective.IsSumOverRows ? MeasuredRows : int.MaxValue, weight.Rows), weight.Columns);
        var products = new Matrix<T>(block, n);
        using WorkMemory originals = new(), errors = new();
        using var memory = new LayerObjective.NormMemory();
        for (var first = 0; first < weight.Rows; first += block)
        {
            var rows = Math.Min(block, weight.Rows - first);
            var (product, original, error) = (products.View.RowRange(0, rows), originals.Widen(weight.RowRange(first, rows)), errors.Take(rows, n));
            Gemm.Multiply<T>(factors.B.View.RowRange(first, rows), Operand.AsIs, factors.A, Operand.AsIs, T.One, T.Zero, product, parallelism);
            for (var i = 0; i < rows; i++)
            {
                TensorPrimitives.ConvertTruncating<T, double>(product.Row(i), error.Row(i));
                TensorPrimitives.Subtract(original.Row(i), error.Row(i), error.Row(i));
                weightSum += Reductions.SumOfSquares<double>(original.Row(i));
                errorSum += Reductions.SumOfSquares<double>(error.Row(i));
            }
            objectiveSum += objective.SquaredNorm(first, original, memory, parallelism);
            residualSum += objective.SquaredNorm(first, error, memory, parallelism);
        }
        weight.KeepAlive();
        var frobenius = weightSum == 0 ? 0 : Math.Sqrt(errorSum / weightSum);
        return new TruncationReport(factors.Rank, Math.Sqrt(residualSum), 0, Math.Sqrt(objectiveSum), frobenius, 0, null);
    }

    /// <summary>‖W − W'‖_F of a W' that is no product of factors, such as a rounded or a pruned one.</summary>
    internal static TruncationReport Measure<T>(Matrix<T> weight, Matrix<T> stored)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (sum, error) = (0.0, 0.0);
        for (var i = 0; i < weight.Rows; i++)
        {
            var row = weight.Row(i);
            var other = stored.Row(i);
            for (var j = 0; j < row.Length; j++)
            {
                var (w, d) = (double.CreateTruncating(row[j]), double.CreateTruncating(row[j] - other[j]));
                (sum, error) = (sum + w * w, error + d * d);
            }
        }
        var full = Math.Min(weight.Rows, weight.Columns);
        return new TruncationReport(full, Math.Sqrt(error), 0, Math.Sqrt(sum), sum == 0 ? 0 : Math.Sqrt(error / sum), full, null);
    }
}
