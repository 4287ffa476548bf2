using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenvalues and eigenvectors of a real symmetric matrix, by tridiagonalization and implicit QL.</summary>
/// <remarks>Backward stable: the error of each eigenvalue is a small multiple of ε·‖A‖₂. About 9n³ flops with vectors. Source: LAPACK xSYEV.</remarks>
public static class SymmetricEigen
{
    /// <summary>A = Q·diag(λ)·Qᵀ, λ descending.</summary>
    /// <param name="a">[n×n], symmetric; its lower triangle is used; not changed.</param>
    /// <param name="options">What to compute; null for values and vectors.</param>
    /// <param name="cancellationToken">Stops between panels and sweeps.</param>
    /// <exception cref="ArgumentException">A is not square.</exception>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">An eigenvalue took too many sweeps.</exception>
    /// <exception cref="OverflowException">An eigenvalue is larger than the largest number of the type.</exception>
    public static EigenFactors<T> Compute<T>(MatrixView<T> a, SymmetricEigenOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != a.Columns)
            throw new ArgumentException($"A symmetric matrix is square; this one is {a.Rows}×{a.Columns}.", nameof(a));
        options ??= new SymmetricEigenOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));

        var n = a.Rows;
        var (work, scale) = PowerOfTwoScale.Take(a);
        for (var i = 0; i < n; i++)
            for (var j = i + 1; j < n; j++)
                work[i, j] = work[j, i];
        var reduction = Tridiagonalization<T>.Reduce(work, options.BlockSize, options.Parallelism, cancellationToken);
        var d = reduction.Diagonal;
        var vectors = options.ValuesOnly ? null : new RotationStrips<T>(n);
        TridiagonalQl<T>.Diagonalize(d, reduction.Offdiagonal, vectors, options.Parallelism, cancellationToken);

        var order = Enumerable.Range(0, n).OrderByDescending(i => d[i]).ToArray();
        var values = Array.ConvertAll(order, i => d[i]);
        scale.Restore<T>(values);
        if (vectors is null)
            return new EigenFactors<T>(values, new Matrix<T>(n, 0));

        var rows = new Matrix<T>(n, n);
        for (var i = 0; i < n; i++)
            vectors.CopyRow(order[i], T.One, rows.Row(i));
        reduction.Q(options.BlockSize).ApplyRight(Operand.Transposed, rows, cancellationToken);
        return new EigenFactors<T>(values, rows.View.Transpose());
    }
}
