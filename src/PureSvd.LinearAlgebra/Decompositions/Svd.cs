using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition with the algorithm that fits.</summary>
public static class Svd
{
    /// <summary>A = U·diag(S)·Vᵀ, thin or truncated to <see cref="SvdOptions.Rank"/>.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute; null for the thin decomposition.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        return options.Algorithm switch
        {
            SvdAlgorithm.Automatic or SvdAlgorithm.DivideAndConquer or SvdAlgorithm.Householder => HouseholderSvd.Compute(a, options, cancellationToken),
            SvdAlgorithm.Jacobi => JacobiSvd.Compute(a, options, cancellationToken),
            SvdAlgorithm.Randomized => RandomizedSvd.Compute(a, options, cancellationToken),
            _ => throw new ArgumentException($"There is no algorithm {options.Algorithm}.", nameof(options)),
        };
    }
}
