using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition with the algorithm that fits.</summary>
public static class Svd
{
    /// <summary>Below this order the exact decomposition takes less time than the products of <see cref="SubspaceSvd"/> need to pay.</summary>
    private const int SmallestForSubspace = 384;

    /// <summary>From this ratio of the sides on, QR makes the exact decomposition that of a small square.</summary>
    private const double LongRatio = 1.6;

    /// <summary>A = U·diag(S)·Vᵀ, thin or truncated to <see cref="SvdOptions.Rank"/>.</summary>
    /// <remarks>
    /// <see cref="SvdAlgorithm.Automatic"/> goes by what is asked for: <see cref="SvdOptions.HighRelativeAccuracy"/> needs <see cref="JacobiSvd"/>; a tolerance
    /// (<see cref="SketchOptions.Tolerance"/>) <see cref="RandomizedSvd"/>; a small part of the ranks of a large matrix, near the optimum and no nearer
    /// (<see cref="SvdOptions.Suboptimality"/>), <see cref="SubspaceSvd"/>; everything else <see cref="HouseholderSvd"/>. <see cref="SvdFactors{T}.Reason"/> says which and why.
    /// </remarks>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute; null for the thin decomposition.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">An iteration did not converge.</exception>
    /// <exception cref="OverflowException">A singular value is larger than the largest number of the type.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        var (algorithm, reason) = options.Algorithm == SvdAlgorithm.Automatic ? Choose(a.Rows, a.Columns, options) : (options.Algorithm, "it was asked for");
        var factors = algorithm switch
        {
            SvdAlgorithm.DivideAndConquer or SvdAlgorithm.Householder => HouseholderSvd.Compute(a, options with { Algorithm = algorithm }, cancellationToken),
            SvdAlgorithm.Jacobi => JacobiSvd.Compute(a, options, cancellationToken),
            SvdAlgorithm.Randomized => RandomizedSvd.Compute(a, options, cancellationToken),
            SvdAlgorithm.Subspace => SubspaceSvd.Compute(a, options, cancellationToken),
            _ => throw new ArgumentException($"There is no algorithm {algorithm}.", nameof(options)),
        };
        return factors with { Reason = factors.Reason is { } whyElse ? $"{reason}; but {whyElse}" : reason };
    }

    /// <summary>Up to this part of the ranks <see cref="SubspaceSvd"/> was the faster (benchmarks/results/svd-choice.md); 0 for accuracies that were not measured.</summary>
    private static double LargestPartForSubspace(int m, int n, double allowed)
    {
        var isLong = Math.Max(m, n) >= LongRatio * Math.Min(m, n);
        return allowed switch
        {
            >= 1e-2 => 0.3,
            >= 1e-3 => isLong ? 0.15 : 0.3,
            >= 1e-4 => isLong ? 0.1 : 0.2,
            _ => 0,
        };
    }

    private static (SvdAlgorithm Algorithm, string Reason) Choose(int m, int n, SvdOptions options)
    {
        var size = Math.Min(m, n);
        if (options.HighRelativeAccuracy)
            return (SvdAlgorithm.Jacobi, "every singular value is wanted to high relative accuracy");
        if (options.Sketch.Tolerance is { } tolerance)
            return (SvdAlgorithm.Randomized, FormattableString.Invariant($"the rank is to be found for a residual of {tolerance:G3}"));
        if (options.Suboptimality > 0 && size >= SmallestForSubspace && options.Rank <= LargestPartForSubspace(m, n, options.Suboptimality) * size)
            return (SvdAlgorithm.Subspace, FormattableString.Invariant($"{options.Rank} of {size} triplets are wanted, to within {100 * options.Suboptimality:0.00} % of the best residual"));
        return options.ValuesOnly
            ? (SvdAlgorithm.Householder, "singular values alone are wanted, exact to rounding")
            : (SvdAlgorithm.DivideAndConquer, "singular triplets are wanted that are exact to rounding");
    }
}
