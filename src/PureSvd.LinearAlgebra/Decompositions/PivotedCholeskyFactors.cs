using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Pᵀ·A·P = L·Lᵀ + E of a positive semi-definite A [n×n] of rank r: row i of L is row <c>Permutation[i]</c> of A.</summary>
/// <param name="L">[n×r], lower trapezoidal, zeros above; its diagonal falls.</param>
/// <param name="Permutation">The rows of A in the order of those of L, n.</param>
/// <param name="Residual">The largest magnitude in E, the part of A that was left when its diagonal had become negligible; 0 at full rank.</param>
public sealed record PivotedCholeskyFactors<T>(Matrix<T> L, int[] Permutation, T Residual)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>r: the rank found.</summary>
    public int Rank => L.Columns;
}
