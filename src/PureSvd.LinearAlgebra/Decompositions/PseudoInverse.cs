using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The Moore–Penrose inverse of any matrix.</summary>
/// <remarks>
/// A⁺ = V·diag(1/σᵢ)·Uᵀ over the singular values that count (<see cref="RankOptions.Tolerance"/>): the one matrix with A·A⁺·A = A, A⁺·A·A⁺ = A⁺ and both products symmetric.
/// To solve equations take <see cref="LeastSquares"/>, which does not form it. One SVD and 2·m·n·rank flops.
/// Source: G. Golub and C. Van Loan, <i>Matrix Computations</i>, 4th ed. (2013), section 5.5.2.
/// </remarks>
public static class PseudoInverse
{
    /// <summary>A⁺ [n×m] and the rank that was found.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="OverflowException">An element of A⁺ is larger than the largest number of the type.</exception>
    public static PseudoInverseResult<T> Compute<T>(MatrixView<T> a, RankOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new RankOptions();
        options.Validate();
        var (scaled, scale) = PowerOfTwoScale.Take(a);
        var (u, s, vt) = Svd.Compute<T>(scaled, new SvdOptions { Parallelism = options.Parallelism }, cancellationToken);
        var rank = options.Rank<T>(s, a.Rows, a.Columns);
        for (var i = 0; i < rank; i++)
            foreach (ref var element in vt.Row(i))
                element /= s[i];
        var inverse = new Matrix<T>(a.Columns, a.Rows);
        Gemm.Multiply(vt.View.RowRange(0, rank), Operand.Transposed, u.View.ColumnRange(0, rank), Operand.Transposed, T.One, T.Zero, inverse, options.Parallelism);
        new PowerOfTwoScale(-scale.Exponent).Restore<T>(inverse.Span);
        scale.Restore<T>(s);
        return new PseudoInverseResult<T>(inverse, rank, s);
    }
}

/// <summary>What <see cref="PseudoInverse"/> found.</summary>
/// <param name="Inverse">A⁺ [n×m].</param>
/// <param name="Rank">How many singular values counted.</param>
/// <param name="SingularValues">All of them, descending.</param>
public sealed record PseudoInverseResult<T>(Matrix<T> Inverse, int Rank, T[] SingularValues)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
