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
    private readonly double[] _inputWeights;

    /// <param name="weight">W [out×in].</param>
    /// <param name="a">A of full rank [k×in], k = min(out, in); the caller gives it away.</param>
    /// <param name="b">B of full rank [out×k]; the caller gives it away.</param>
    /// <param name="singularValues">σ [k] of the matrix whose truncation the objective is.</param>
    /// <param name="inputWeights">d [in]: the objective is Σ_i d_i²‖(W−W')_{·i}‖².</param>
    /// <param name="effectiveRank">See <see cref="TruncationReport.EffectiveRank"/>.</param>
    /// <param name="statisticsRank">See <see cref="TruncationReport.StatisticsRank"/>.</param>
    internal LayerFactorization(MatrixView<T> weight, Matrix<T> a, Matrix<T> b, double[] singularValues, double[] inputWeights, int effectiveRank, int? statisticsRank)
    {
        _weight = weight;
        _a = a;
        _b = b;
        _inputWeights = inputWeights;
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
    public int FullRank => _a.Rows;

    /// <summary>σ of the matrix whose truncation the method's objective is (W itself for <c>svd</c>), descending.</summary>
    public IReadOnlyList<double> SingularValues { get; }

    /// <summary>See <see cref="TruncationReport.EffectiveRank"/>.</summary>
    public int EffectiveRank { get; }

    /// <summary>See <see cref="TruncationReport.StatisticsRank"/>.</summary>
    public int? StatisticsRank { get; }

    /// <summary>√Σ_{i&gt;r}σ_i²: the least residual at <paramref name="rank"/>.</summary>
    public double OptimalResidual(int rank)
    {
        var sum = 0.0;
        for (var i = SingularValues.Count - 1; i >= rank; i--)
            sum += SingularValues[i] * SingularValues[i];
        return Math.Sqrt(sum);
    }

    /// <summary>The factors of rank <paramref name="rank"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rank is below 1 or above <see cref="FullRank"/>.</exception>
    public LowRankFactors<T> Truncate(int rank)
    {
        if (rank < 1 || rank > FullRank)
            throw new ArgumentOutOfRangeException(nameof(rank), rank, $"A matrix of {Outputs}×{Inputs} takes a rank from 1 to {FullRank}.");
        return new LowRankFactors<T>(_a.View.RowRange(0, rank).ToMatrix(), _b.View.ColumnRange(0, rank).ToMatrix());
    }

    /// <summary>Measures <paramref name="factors"/>, which may have been rounded since they were cut.</summary>
    public TruncationReport Measure(LowRankFactors<T> factors, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(factors);
        var product = factors.Product(parallelism);
        var weightSum = 0.0;
        var errorSum = 0.0;
        var objectiveSum = 0.0;
        var residualSum = 0.0;
        for (var i = 0; i < Outputs; i++)
        {
            var w = _weight.Row(i);
            var p = product.Row(i);
            for (var j = 0; j < w.Length; j++)
            {
                var element = double.CreateTruncating(w[j]);
                var error = element - double.CreateTruncating(p[j]);
                weightSum += element * element;
                errorSum += error * error;
                element *= _inputWeights[j];
                error *= _inputWeights[j];
                objectiveSum += element * element;
                residualSum += error * error;
            }
        }
        _weight.KeepAlive();
        var frobenius = weightSum == 0 ? 0 : Math.Sqrt(errorSum / weightSum);
        return new TruncationReport(factors.Rank, Math.Sqrt(residualSum), OptimalResidual(factors.Rank), Math.Sqrt(objectiveSum), frobenius, EffectiveRank, StatisticsRank);
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
