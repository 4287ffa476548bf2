using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The Cholesky decomposition of a symmetric positive definite matrix, by blocks.</summary>
/// <remarks>
/// Left-looking: a block column takes the product of all blocks to its left at once, then its diagonal block is factorized and the rows below are solved against it.
/// n³/3 flops. Nothing is ever added to the diagonal. Source: LAPACK xPOTRF.
/// </remarks>
public static class Cholesky
{
    /// <summary>A = L·Lᵀ.</summary>
    /// <param name="a">[n×n], symmetric; its lower triangle is used; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <returns>L [n×n], lower triangular, zeros above.</returns>
    /// <exception cref="ArgumentException">A is not square.</exception>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="NotPositiveDefiniteException">A is not positive definite; says at which pivot.</exception>
    public static Matrix<T> Factorize<T>(MatrixView<T> a, CholeskyOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != a.Columns)
            throw new ArgumentException($"A positive definite matrix is square; this one is {a.Rows}×{a.Columns}.", nameof(a));
        options ??= new CholeskyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));

        // An even exponent has a square root that is a power of two as well.
        var (l, scale) = PowerOfTwoScale.Take(a, target: PowerOfTwoScale.Of(a).Exponent & 1);
        FactorizeInPlace(l.View, options, scale.Exponent, cancellationToken);
        for (var i = 0; i < l.Rows; i++)
            l.Row(i)[(i + 1)..].Clear();
        new PowerOfTwoScale(scale.Exponent / 2).Restore<T>(l.Span);
        return l;
    }

    private static void FactorizeInPlace<T>(MatrixView<T> a, CholeskyOptions options, int exponent, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = a.Rows;
        for (var first = 0; first < n; first += options.BlockSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(options.BlockSize, n - first);
            var column = a.Slice(first, first, n - first, count);
            Gemm.Multiply(
                a.Slice(first, 0, n - first, first), Operand.AsIs,
                a.Slice(first, 0, count, first), Operand.Transposed,
                -T.One, T.One, column, options.Parallelism);

            var diagonal = column.RowRange(0, count);
            CholeskyReference.FactorizeInPlace(diagonal, first, exponent);
            Trsm.SolveRight(diagonal, Triangle.Lower, Operand.Transposed, unitDiagonal: false, column.RowRange(count, n - first - count), options.Parallelism);
        }
    }
}
