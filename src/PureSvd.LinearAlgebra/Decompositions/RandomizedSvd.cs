using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A truncated singular value decomposition from a random sketch of the range.</summary>
/// <remarks>
/// <para>If the columns of Q [m×l] span nearly all that A does, A ≈ Q·(QᵀA), and the decomposition of the small QᵀA = W·S·Vᵀ gives A ≈ (Q·W)·S·Vᵀ
/// (Halko, Martinsson and Tropp, algorithm 5.1). Q comes from A·Ω with Gaussian Ω, sharpened by power iterations: the expected error for l = k + p columns is at most
/// (1 + k/(p − 1))^{½/(2q + 1)} of the optimum's leading term, so it is good where the spectrum falls, and <see cref="SubspaceSvd"/> is where it does not.</para>
/// <para>Either the rank is given, or with <see cref="SketchOptions.Tolerance"/> the error, and the rank is found. The residual is measured against A, always.</para>
/// 4(q + 1)·m·n·l flops. Source: N. Halko, P.-G. Martinsson and J. Tropp, <i>Finding structure with randomness</i> (2011); <see cref="RangeFinder"/> for the sketch.
/// </remarks>
public static class RandomizedSvd
{
    /// <summary>A ≈ U·diag(S)·Vᵀ of <see cref="SvdOptions.Rank"/> or <see cref="SketchOptions.Tolerance"/>, with its measured residual ‖A − U·diag(S)·Vᵀ‖_F/‖A‖_F.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute, and in <see cref="SvdOptions.Sketch"/> how; the same seed gives the same bits.</param>
    /// <param name="cancellationToken">Stops between products.</param>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="OverflowException">A singular value is larger than the largest number of the type.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        if (a.Rows == 0 || a.Columns == 0)
            return SvdFactors<T>.Empty(a.Rows, a.Columns, SvdAlgorithm.Randomized) with { Residual = 0 };
        var (scaled, scale) = PowerOfTwoScale.Take(a);
        cancellationToken.ThrowIfCancellationRequested();
        var (basis, small) = options.Sketch.Tolerance is { } tolerance
            ? FixedTolerance(scaled, tolerance, options, cancellationToken)
            : FixedRank(scaled, options, cancellationToken);
        var u = new Matrix<T>(a.Rows, small.S.Length);
        Gemm.Multiply<T>(basis, Operand.AsIs, small.U, Operand.AsIs, T.One, T.Zero, u, options.Parallelism);

        var error = TruncationError<T>.Of(scaled, u, small.S, small.Vt, samples: 0, options, cancellationToken);
        scale.Restore<T>(small.S);
        var factors = small with { U = u, Algorithm = SvdAlgorithm.Randomized, Residual = error.Relative };
        options.Progress?.Report(1);
        return options.ValuesOnly ? factors.Keep(options) : factors;
    }

    private static (Matrix<T> Basis, SvdFactors<T> Small) FixedRank<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var size = Math.Min(a.Rows, a.Columns);
        var rank = Math.Min(options.Rank ?? size, size);
        var basis = RangeFinder.FixedWidth<T>(a, (int)Math.Min(size, (long)rank + options.Sketch.Oversampling), options, cancellationToken);
        var projected = new Matrix<T>(basis.Columns, a.Columns);
        Gemm.Multiply<T>(basis, Operand.Transposed, a, Operand.AsIs, T.One, T.Zero, projected, options.Parallelism);
        return (basis, Decompose(projected, rank, options, cancellationToken));
    }

    /// <summary>As few triplets as the tolerance takes: what the basis misses and what is cut off add up, as squares.</summary>
    private static (Matrix<T> Basis, SvdFactors<T> Small) FixedTolerance<T>(Matrix<T> a, double tolerance, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var size = Math.Min(a.Rows, a.Columns);
        var widest = Math.Min(options.Rank ?? size, size);
        var (basis, projected, error) = RangeFinder.FixedTolerance(a, tolerance, widest, options, cancellationToken);
        var small = Decompose(projected, basis.Columns, options, cancellationToken);
        var norm = double.CreateTruncating(Norms.Frobenius<T>(a));
        var spare = ((tolerance * tolerance) - (error * error)) * norm * norm;
        var rank = small.S.Length;
        while (rank > 0 && spare >= double.CreateTruncating(small.S[rank - 1] * small.S[rank - 1]))
        {
            rank--;
            spare -= double.CreateTruncating(small.S[rank] * small.S[rank]);
        }
        return (basis, small.Keep(new SvdOptions { Rank = rank }));
    }

    private static SvdFactors<T> Decompose<T>(Matrix<T> projected, int rank, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => HouseholderSvd.Compute<T>(projected, options with { Rank = rank, ValuesOnly = false, Progress = null }, cancellationToken);
}
