using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A ≈ U·diag(S)·Vᵀ: U [m×k] and Vᵀ [k×n] with orthonormal columns and rows, S descending and non-negative.</summary>
/// <param name="U">Left singular vectors [m×k]; [m×0] when only values were asked for.</param>
/// <param name="S">Singular values, descending.</param>
/// <param name="Vt">Right singular vectors, transposed [k×n]; [0×n] when only values were asked for.</param>
public sealed record SvdFactors<T>(Matrix<T> U, T[] S, Matrix<T> Vt)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The algorithm that ran.</summary>
    public SvdAlgorithm Algorithm { get; init; }

    /// <summary>‖A − U·diag(S)·Vᵀ‖_F/‖A‖_F as measured; null where the algorithm is backward stable and nothing was measured.</summary>
    public double? Residual { get; init; }

    /// <summary>Residual/optimum − 1, the optimum being √(Σ_{i>k} σᵢ²) of Eckart and Young, as estimated from the residual itself; null where it was not measured.</summary>
    public double? Suboptimality { get; init; }

    /// <summary>Why this algorithm ran, where that was not asked for.</summary>
    public string? Reason { get; init; }

    /// <summary>What <paramref name="options"/> asks for of a full result.</summary>
    internal SvdFactors<T> Keep(SvdOptions options)
    {
        var rank = Math.Min(options.Rank ?? S.Length, S.Length);
        if (options.ValuesOnly)
            return this with { U = new Matrix<T>(U.Rows, 0), S = S[..rank], Vt = new Matrix<T>(0, Vt.Columns) };
        return rank == S.Length
            ? this
            : this with { U = U.View.ColumnRange(0, rank).ToMatrix(), S = S[..rank], Vt = Vt.View.RowRange(0, rank).ToMatrix() };
    }
}
