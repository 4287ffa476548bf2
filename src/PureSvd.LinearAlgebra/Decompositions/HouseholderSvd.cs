using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition by bidiagonalization, and divide and conquer or implicit QR.</summary>
/// <remarks>
/// <para>A tall matrix is first factorized as Q·R, a wide one is taken transposed; then R = Q₁·B·P₁ᵀ with B bidiagonal, B = U₁·S·V₁ᵀ by divide and conquer
/// (by zero-shift QR for small orders and where <see cref="SvdAlgorithm.Householder"/> asks for it; values alone by bisection), U = Q·Q₁·U₁ and
/// V = P₁·V₁ by blocks of reflectors. Nothing m×m is formed. Backward stable: the error of each singular value is a small multiple of ε·‖A‖₂.</para>
/// <para>For a square A the reduction takes 8/3·n³ flops, half of them bound by memory, divide and conquer up to 8/3·n³, and each side's vectors 2·n²·rank. Large matrices take the way over a band
/// (<see cref="TwoStageBidiagonalization{T}"/>), where all 8/3·n³ are products and each side's vectors cost 2·n²·rank more.</para>
/// <para>Workspace beside the result, in units of k² elements for A [m×k], m ≥ k: the copy of A and the reduction 2·m/k + 2, by way of a band 2 more, then 4 for divide and conquer.</para>
/// Sources: G. Golub and C. Reinsch (1970); T. Chan, <i>An improved algorithm for computing the SVD</i> (1982); LAPACK xGESVD, xGESDD.
/// </remarks>
public static class HouseholderSvd
{
    /// <summary>From this ratio m/n on, QR first costs less than bidiagonalizing all rows (LAPACK's crossover).</summary>
    private const double TallRatio = 1.6;

    /// <summary>Two stages pay from this order on for values alone, and from these sizes of A on with all vectors and with at most half of them: measured, and no function of the machine, so that the bits are not.</summary>
    private const int TwoStageValuesOrder = 1536;
    private const long TwoStageBytes = 72_000_000;
    private const long TwoStageBytesForFew = 64_000_000;

    /// <summary>A = U·diag(S)·Vᵀ, thin or truncated to <see cref="SvdOptions.Rank"/>.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute; null for the thin decomposition.</param>
    /// <param name="cancellationToken">Stops between panels and sweeps.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The QR iteration did not converge.</exception>
    /// <exception cref="OverflowException">A singular value is larger than the largest number of the type.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        if (a.Rows == 0 || a.Columns == 0)
            return SvdFactors<T>.Empty(a.Rows, a.Columns, SvdAlgorithm.Householder);
        var wide = a.Rows < a.Columns;
        var (tall, scale) = PowerOfTwoScale.Take(a, transpose: wide);
        var k = tall.Columns;
        var rank = Math.Min(options.Rank ?? k, k);
        var useTree = options.Algorithm != SvdAlgorithm.Householder && !options.ValuesOnly && k > LeafSize(options);
        var algorithm = useTree ? SvdAlgorithm.DivideAndConquer : SvdAlgorithm.Householder;

        QrFactors<T>? qr = null;
        MatrixView<T> square = tall;
        if (tall.Rows >= TallRatio * k && tall.Rows > k)
        {
            qr = Qr.FactorizeInPlace<T>(tall, new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken);
            square = qr.R;
        }
        var reduction = Reduce(square, rank, options, cancellationToken);

        // Vectors are rows from here on, Uᵀ with as many columns as A has rows, so that Q is applied in its place.
        var (s, ut, vt) = useTree
            ? ByTree(reduction, rank, tall.Rows, options, cancellationToken)
            : ByQr(reduction, rank, tall.Rows, options, cancellationToken);
        scale.Restore<T>(s);
        if (!options.ValuesOnly)
        {
            reduction.LiftLeft(ut.View.ColumnRange(0, square.Rows), LiftBlock(options, k), cancellationToken);
            qr?.ApplyQTransposedFromRight(ut, cancellationToken);
            reduction.LiftRight(vt, LiftBlock(options, k), cancellationToken);
        }
        options.Progress?.Report(1);
        return (wide
            ? new SvdFactors<T>(vt.View.Transpose(), s, ut)
            : new SvdFactors<T>(ut.View.Transpose(), s, vt)) with
        { Algorithm = algorithm };
    }

    /// <summary>Reflectors are applied in larger blocks than they are made: the products are deeper, and there is no panel to wait for.</summary>
    private static int LiftBlock(SvdOptions options, int k) => Math.Min(options.BlockSize, Math.Max(1, k)) * (k < 1024 ? 2 : k < 3072 ? 4 : 6);

    /// <summary>The bidiagonal form of <paramref name="a"/>, which may be destroyed, directly or by way of a band.</summary>
    private static IBidiagonalForm<T> Reduce<T>(MatrixView<T> a, int rank, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var progress = new ProgressRange(options.Progress, 0, 0.4);
        return PaysByBand(a.Columns, rank, Unsafe.SizeOf<T>(), options)
            ? TwoStageBidiagonalization<T>.Reduce(a, (options.ValuesOnly ? 2 : 4) * Math.Min(options.BlockSize, a.Columns), !options.ValuesOnly, options.Parallelism, progress, cancellationToken)
            : Bidiagonalization<T>.Reduce(a, options.BlockSize, options.Parallelism, progress, cancellationToken);
    }

    /// <summary>Whether to reduce in two stages: where A does not stay in a cache from column to column, and no more vectors are wanted than that saves.</summary>
    private static bool PaysByBand(int n, int rank, int elementBytes, SvdOptions options)
    {
        if (options.TwoStageOrder is { } order)
            return n >= order;
        var bytes = (long)n * n * elementBytes;
        return options.ValuesOnly ? n >= TwoStageValuesOrder : bytes >= TwoStageBytes || (bytes >= TwoStageBytesForFew && rank <= n / 2);
    }

    /// <summary>Up to this order QR iteration beats the tree; smaller with small blocks, so that tests reach the merges.</summary>
    private static int LeafSize(SvdOptions options) => Math.Clamp(options.BlockSize, 2, 32);

    private static (T[] S, Matrix<T> Ut, Matrix<T> Vt) ByTree<T>(IBidiagonalForm<T> reduction, int rank, int m, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var d = reduction.Diagonal;
        var tree = BidiagonalDivideAndConquer<T>.Decompose(
            d, reduction.Superdiagonal, LeafSize(options), options.Parallelism, new ProgressRange(options.Progress, 0.4, 0.9), cancellationToken);
        var order = Enumerable.Range(0, d.Length).OrderByDescending(i => d[i]).Take(rank).ToArray();
        var (ut, vt) = (new Matrix<T>(rank, m), new Matrix<T>(rank, d.Length));
        for (var i = 0; i < rank; i++)
        {
            tree.Ut.Row(order[i]).CopyTo(ut.Row(i));
            tree.Vt.Row(order[i]).CopyTo(vt.Row(i));
        }
        return (Array.ConvertAll(order, i => d[i]), ut, vt);
    }

    /// <summary>All values of a bidiagonal matrix, descending.</summary>
    private static T[] ValuesAlone<T>(T[] d, T[] e, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (d.Length > LeafSize(options))
            return BidiagonalBisection.Values(d, e, options.Parallelism, cancellationToken);
        BidiagonalQr<T>.Diagonalize(d, e, null, null, cancellationToken);
        return [.. d.Select(T.Abs).OrderDescending()];
    }

    /// <summary>The leading values, and unless only they are wanted, their vectors as rows, those of U followed by zeros up to m.</summary>
    private static (T[] S, Matrix<T> Ut, Matrix<T> Vt) ByQr<T>(IBidiagonalForm<T> reduction, int rank, int m, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var d = reduction.Diagonal;
        if (options.ValuesOnly)
            return (ValuesAlone(d, reduction.Superdiagonal, options, cancellationToken)[..rank], new Matrix<T>(0, m), new Matrix<T>(0, d.Length));
        var vectors = new BidiagonalVectors<T>(d.Length, options.Parallelism);
        BidiagonalQr<T>.Diagonalize(d, reduction.Superdiagonal, vectors, new ProgressRange(options.Progress, 0.4, 0.9), cancellationToken);
        var order = Enumerable.Range(0, d.Length).OrderByDescending(i => T.Abs(d[i])).Take(rank).ToArray();
        var (ut, vt) = (new Matrix<T>(rank, m), new Matrix<T>(rank, d.Length));
        for (var i = 0; i < rank; i++)
        {
            vectors.Left.CopyRow(order[i], T.One, ut.Row(i)[..d.Length]);
            vectors.Right.CopyRow(order[i], T.CopySign(T.One, d[order[i]]), vt.Row(i));
        }
        return (Array.ConvertAll(order, i => T.Abs(d[i])), ut, vt);
    }
}
