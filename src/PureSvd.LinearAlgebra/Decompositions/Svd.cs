using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition with the algorithm that fits.</summary>
public static class Svd
{
    /// <summary>A = U·diag(S)·Vᵀ, thin or truncated to <see cref="SvdOptions.Rank"/>.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute; null for the thin decomposition.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="ArgumentException">A has a NaN or an infinity.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        if (options.Rank is < 0)
            throw new ArgumentException($"The rank is {options.Rank}; it cannot be negative.", nameof(options));
        return JacobiSvdReference.Compute(a, cancellationToken).Keep(options);
    }
}
