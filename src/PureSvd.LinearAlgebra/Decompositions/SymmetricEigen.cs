using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenvalues and eigenvectors of a real symmetric matrix.</summary>
public static class SymmetricEigen
{
    /// <summary>A = Q·diag(λ)·Qᵀ, λ descending.</summary>
    /// <param name="a">[n×n]; its lower triangle is read; not changed.</param>
    /// <param name="options">What to compute; null for values and vectors.</param>
    /// <param name="cancellationToken">Stops between panels and sweeps.</param>
    /// <exception cref="ArgumentException">A is not square, or has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">An eigenvalue took too many sweeps.</exception>
    public static EigenFactors<T> Compute<T>(MatrixView<T> a, SymmetricEigenOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != a.Columns)
            throw new ArgumentException($"A symmetric matrix is square; this one is {a.Rows}×{a.Columns}.", nameof(a));
        options ??= new SymmetricEigenOptions();
        var factors = SymmetricEigenReference.Compute(a, cancellationToken);
        return options.ValuesOnly ? factors with { Vectors = new Matrix<T>(a.Rows, 0) } : factors;
    }
}
