using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>One layer decomposed by one method: the best B·A of every rank are the leading columns of B and rows of A.</summary>
/// <remarks>
/// The factors are balanced: column i of B and row i of A have equal norms. B·A does not depend on that, and it suits half-precision storage and
/// fine-tuning, where one large and one small factor would not; for <c>svd</c> it is the split of √Σ to both sides.
/// </remarks>
public sealed class LayerFactorization<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixView<T> _weight;
    private readonly Matrix<T> _a;
    private readonly Matrix<T> _b;
    private readonly LayerObjective _objective;
    private readonly double _rest;
    private Func<LowRankFactors<T>, LowRankFactors<T>>? _refine;

    /// <param name="weight">W [out×in].</param>
    /// <param name="a">A [k×in] of the largest rank that was asked for; the caller gives it away.</param>
    /// <param name="b">B [out×k]; the caller gives it away.</param>
    /// <param name="singularValues">The leading σ of the matrix whose truncation the objective is: all, or as many as were asked for.</param>
    /// <param name="rest">Σσ² of the others.</param>
    /// <param name="objective">What the method minimizes.</param>
    /// <param name="effectiveRank">See <see cref="TruncationReport.EffectiveRank"/>.</param>
    /// <param name="statisticsRank">See <see cref="TruncationReport.StatisticsRank"/>.</param>
    internal LayerFactorization(MatrixView<T> weight, Matrix<T> a, Matrix<T> b, double[] singularValues, double rest, LayerObjective objective, int effectiveRank, int? statisticsRank)
    {
        _weight = weight;
        _a = a;
        _b = b;
        _objective = objective;
        _rest = rest;
        SingularValues = singularValues;
        EffectiveRank = effectiveRank;
        StatisticsRank = statisticsRank;
        Balance(a, b);
    }

    /// <summary>out.</summary>
    public int Outputs => _weight.Rows;

    /// <summary>in.</summary>
    public int Inputs => _weight.Columns;

    /// <summary>min(out, in): the rank at which nothing is lost.</summary>
    public int FullRank => Math.Min(Outputs, Inputs);

    /// <summary>The largest rank that it can be truncated at: <see cref="FullRank"/>, or what the decomposition was limited to.</summary>
    public int LargestRank => _a.Rows;

    /// <summary>σ of the matrix whose truncation the method's objective is (W itself for <c>svd</c>), descending; up to <see cref="LargestRank"/> of them where the decomposition was limited.</summary>
    public IReadOnlyList<double> SingularValues { get; }

    /// <summary>See <see cref="TruncationReport.EffectiveRank"/>.</summary>
    public int EffectiveRank { get; }

    /// <summary>See <see cref="TruncationReport.StatisticsRank"/>.</summary>
    public int? StatisticsRank { get; }

    /// <summary>A [<see cref="LargestRank"/>×in].</summary>
    internal Matrix<T> A => _a;

    /// <summary>B [out×<see cref="LargestRank"/>].</summary>
    internal Matrix<T> B => _b;

    /// <summary>Σσ² of the singular values that were not asked for.</summary>
    internal double SquaredTail => _rest;

    /// <summary>x̄ [in], where the method shifts the bias; else null.</summary>
    internal double[]? MeanInput { get; init; }

    /// <summary>The same start under another objective, each truncation of which is improved by <paramref name="refine"/>.</summary>
    internal LayerFactorization<T> Refined(LayerObjective objective, Func<LowRankFactors<T>, LowRankFactors<T>> refine)
        => new(_weight, _a, _b, [], 0, objective, EffectiveRank, StatisticsRank) { _refine = refine };

    /// <summary>(W − B·A)·x̄ [out]: what the bias must gain so that the mean output is that of the dense layer; null where the method leaves the bias alone.</summary>
    /// <param name="factors">Factors of this layer, which may have been rounded.</param>
    public double[]? BiasShift(LowRankFactors<T> factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        if (MeanInput is null)
            return null;
        var inner = Product(factors.A.View, MeanInput);
        var outer = Product(factors.B.View, inner);
        var dense = Product(_weight, MeanInput);
        return [.. dense.Zip(outer, (d, o) => d - o)];
    }

    /// <summary>√Σ_{i&gt;r}σ_i²: the least residual at <paramref name="rank"/>; 0 for a method without a closed form, where the least is not known.</summary>
    public double OptimalResidual(int rank)
    {
        var sum = _rest;
        for (var i = SingularValues.Count - 1; i >= rank; i--)
            sum += SingularValues[i] * SingularValues[i];
        return Math.Sqrt(sum);
    }

    /// <summary>The factors of rank <paramref name="rank"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rank is below 1 or above <see cref="LargestRank"/>.</exception>
    public LowRankFactors<T> Truncate(int rank)
    {
        if (rank < 1 || rank > LargestRank)
            throw new ArgumentOutOfRangeException(nameof(rank), rank, $"A matrix of {Outputs}×{Inputs} takes a rank from 1 to {FullRank}{(LargestRank < FullRank ? $", and this one was decomposed up to {LargestRank}" : "")}.");
        var leading = new LowRankFactors<T>(_a.View.RowRange(0, rank).ToMatrix(), _b.View.ColumnRange(0, rank).ToMatrix());
        return _refine is null ? leading : _refine(leading);
    }

    /// <summary>The same for the last use: the largest rank is given away instead of copied, and whoever changes it changes what this would truncate.</summary>
    internal LowRankFactors<T> Give(int rank) => rank == LargestRank && _refine is null ? new LowRankFactors<T>(_a, _b) : Truncate(rank);

    /// <summary>Measures <paramref name="factors"/>, which may have been rounded since they were cut.</summary>
    public TruncationReport Measure(LowRankFactors<T> factors, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return TruncationReport.Measure(_weight, factors, _objective, parallelism) with
        {
            OptimalResidual = OptimalResidual(factors.Rank),
            EffectiveRank = EffectiveRank,
            StatisticsRank = StatisticsRank,
        };
    }

    private static double[] Product(MatrixView<T> matrix, double[] x)
    {
        var y = new double[matrix.Rows];
        for (var i = 0; i < y.Length; i++)
        {
            var row = matrix.Row(i);
            for (var j = 0; j < row.Length; j++)
                y[i] += double.CreateTruncating(row[j]) * x[j];
        }
        return y;
    }

    private static void Balance(Matrix<T> a, Matrix<T> b)
    {
        var bSquares = new double[b.Columns];
        for (var i = 0; i < b.Rows; i++)
        {
            var row = b.Row(i);
            for (var j = 0; j < row.Length; j++)
                bSquares[j] += double.CreateTruncating(row[j]) * double.CreateTruncating(row[j]);
        }

        var bScale = new T[b.Columns];
        for (var k = 0; k < a.Rows; k++)
        {
            var aSquares = 0.0;
            foreach (var element in a.Row(k))
                aSquares += double.CreateTruncating(element) * double.CreateTruncating(element);
            // s with ‖A_k‖·s = ‖B_k‖/s; a pair with a zero side is zero on both.
            var scale = aSquares > 0 ? Math.Sqrt(Math.Sqrt(bSquares[k] / aSquares)) : 0;
            bScale[k] = scale > 0 ? T.CreateTruncating(1 / scale) : T.Zero;
            foreach (ref var element in a.Row(k))
                element *= T.CreateTruncating(scale);
        }
        for (var i = 0; i < b.Rows; i++)
        {
            var row = b.Row(i);
            for (var j = 0; j < row.Length; j++)
                row[j] *= bScale[j];
        }
    }
}
