using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·C·Pᵀ, A [m×n] with m ≥ n: C [n×n] an upper band, nearly all of it by matrix products.</summary>
/// <remarks>
/// <para>QR of b columns, applied to the rest; then LQ of the b rows beyond the diagonal block, applied to the rest: like a bidiagonalization of blocks, but each panel needs nothing of the matrix
/// outside it, so that all else is products. 8/3·n³ flops. <see cref="BulgeChase{T}"/> takes the band to a bidiagonal.</para>
/// Sources: B. Großer and B. Lang, <i>Efficient parallel reduction to bidiagonal form</i> (1999); A. Haidar, J. Kurzak and P. Luszczek,
/// <i>An improved parallel singular value algorithm and its implementation for multicore hardware</i> (2013).
/// </remarks>
internal static class BandReduction
{
    /// <summary>Columns of a panel that are reflected one by one.</summary>
    private const int LeafColumns = 8;

    /// <summary>C as a band.</summary>
    /// <param name="a">[m×n], finite and of moderate size; destroyed.</param>
    /// <param name="bandwidth">The diagonals of C beside the main one, b; at least 1.</param>
    /// <param name="kept">Gets Q and P; null where only values are wanted.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Gets the fraction done.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    public static BandMatrix<T> Reduce<T>(MatrixView<T> a, int bandwidth, BandReflectors<T>? kept, Parallelism parallelism, IProgress<double>? progress, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (a.Rows, a.Columns);
        var band = new BandMatrix<T>(n, bandwidth);
        kept ??= BandReflectors<T>.OfOnePanel(m, n, bandwidth);
        var work = new BlockReflector<T>.Workspace();
        var halves = new QrPanel<T>(LeafColumns, parallelism);
        for (var first = 0; first < n; first += bandwidth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(bandwidth, n - first);
            var next = first + count;

            // Columns first … next of R are those of C on and above the diagonal.
            var panel = kept.Left(first, count, out var tau);
            a.Slice(first, first, m - first, count).TransposeTo(panel);
            var r = new Matrix<T>(count, count);
            var t = new Matrix<T>(count, count);
            halves.Factorize(panel, tau, r, t);
            for (var i = 0; i < count; i++)
                for (var j = i; j < count; j++)
                    band[first + i, first + j] = r[i, j];
            var rest = n - next;
            if (rest == 0)
                break;
            new BlockReflector<T>(panel, t).ApplyLeft(Operand.Transposed, a.Slice(first, next, m - first, rest), work, parallelism);

            panel = kept.Right(first, Math.Min(count, rest), out tau);
            var block = ReduceRows(a, first, count, panel, tau, halves, band, work, parallelism);
            block.ApplyRight(Operand.AsIs, a.Slice(next, next, m - next, rest), work, parallelism);
            progress?.Report(1 - Math.Pow(rest / (double)n, 3));
        }
        return band;
    }

    /// <summary>The <paramref name="count"/> rows beyond a diagonal block, [count×rest], are L·Qᵀ: L goes into the band, and Q is what is returned.</summary>
    /// <param name="a">Where the rows are; they are destroyed.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="vt">Gets the reflectors, [min(count, rest)×rest].</param>
    /// <param name="tau">Gets their factors.</param>
    /// <param name="halves">Factorizes them.</param>
    /// <param name="band">Gets L.</param>
    /// <param name="work">Work matrices.</param>
    /// <param name="parallelism">The threads to use.</param>
    internal static BlockReflector<T> ReduceRows<T>(
        MatrixView<T> a, int first, int count, MatrixView<T> vt, Span<T> tau, QrPanel<T> halves, BandMatrix<T> band, BlockReflector<T>.Workspace work, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (next, reflectors) = (first + count, vt.Rows);
        a.Slice(first, next, reflectors, vt.Columns).CopyTo(vt);
        var (l, t) = (new Matrix<T>(reflectors, count), new Matrix<T>(reflectors, reflectors));
        halves.Factorize(vt, tau, l.View.ColumnRange(0, reflectors), t);
        var block = new BlockReflector<T>(vt, t);
        if (reflectors < count)
        {
            // Fewer columns than rows: the rows that are left over get the reflectors of the others.
            var others = a.Slice(first + reflectors, next, count - reflectors, vt.Columns);
            block.ApplyRight(Operand.AsIs, others, work, parallelism);
            others.TransposeTo(l.View.ColumnRange(reflectors, count - reflectors));
        }
        for (var i = 0; i < count; i++)
            for (var j = 0; j <= Math.Min(i, reflectors - 1); j++)
                band[first + i, next + j] = l[j, i];
        return block;
    }
}
