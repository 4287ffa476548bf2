using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular values of an upper band matrix are those of a bidiagonal one: B from C by Householder reflections that stay inside the band.</summary>
/// <remarks>
/// <para>Sweep i clears row i beyond the superdiagonal by a reflector on b columns. That fills in b columns below the diagonal: of these the first is cleared by a
/// reflector on b rows, which fills in b more columns to the right, of which the first row is cleared by a reflector on those columns, and so on down the band. The rest of each bulge is left
/// to the next sweep, which comes along one row further down. About 8·n²·b flops on blocks of b×2b, which stay in the first-level cache.</para>
/// Sources: B. Lang, <i>Parallel reduction of banded matrices to bidiagonal form</i> (1996); A. Haidar, J. Kurzak and P. Luszczek (2013).
/// </remarks>
internal sealed unsafe class BulgeChase<T> : BandSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ChaseReflectors<T>? _left;
    private readonly ChaseReflectors<T>? _right;

    private BulgeChase(BandMatrix<T> band, ChaseReflectors<T>? left, ChaseReflectors<T>? right, CancellationToken cancellationToken)
        : base(band, cancellationToken)
        => (_left, _right) = (left, right);

    /// <summary>The diagonal and the superdiagonal of B = Zₗᵀ·C·Zᵣ.</summary>
    /// <param name="band">C; destroyed.</param>
    /// <param name="left">Gets the reflectors of Zₗ; null where only values are wanted.</param>
    /// <param name="right">Gets those of Zᵣ.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static (T[] Diagonal, T[] Superdiagonal) Run(
        BandMatrix<T> band, ChaseReflectors<T>? left, ChaseReflectors<T>? right, Parallelism parallelism, CancellationToken cancellationToken)
    {
        new BulgeChase<T>(band, left, right, cancellationToken).Run(parallelism);
        return band.Bidiagonal();
    }

    /// <summary>Clears a row beyond the superdiagonal, or beyond the first column of the bulge, then that column below the diagonal.</summary>
    protected override void Step(int sweep, int step, T* work)
    {
        var (n, b) = (Band.Order, Band.Bandwidth);
        var (row, low) = At(sweep, step);
        var high = Math.Min(low + b, n);
        var u = new Span<T>(Band.At(row, low), high - low);
        var (superdiagonal, tau) = HouseholderReflector.Generate(u);
        if (tau != T.Zero)
            BandReflections<T>.ApplyRight(Band.At(row + 1, low), Band.Stride, high - row - 1, high - low, Band.At(row, low), tau);
        _right?.Keep(sweep, step, u, tau);
        u.Clear();
        u[0] = superdiagonal;

        var v = new Span<T>(work, high - low);
        for (var i = low; i < high; i++)
            v[i - low] = Band[i, low];
        (var diagonal, tau) = HouseholderReflector.Generate(v);
        _left?.Keep(sweep, step, v, tau);
        var end = Math.Min(high + b, n);
        if (tau != T.Zero && end > low + 1)
            BandReflections<T>.ApplyLeft(Band.At(low, low + 1), Band.Stride, high - low, end - low - 1, work, tau);
        for (var i = low; i < high; i++)
            Band[i, low] = T.Zero;
        Band[low, low] = diagonal;
    }
}
