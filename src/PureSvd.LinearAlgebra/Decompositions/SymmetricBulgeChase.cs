using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenvalues of a symmetric band matrix are those of a tridiagonal one: T from C by Householder reflections that stay inside the band.</summary>
/// <remarks>
/// <para>Only the upper triangle is kept. Sweep i clears row i beyond the superdiagonal by a reflector on the b rows and columns after i, from both sides. That fills in the block to the right of them,
/// [b×b]: of it the first row is cleared by a reflector on the next b rows and columns, and so on down the band. The rest of each bulge is left to the next sweep, one row further down.
/// About 6·n²·b flops on blocks of b×b, which stay in the first-level cache.</para>
/// Sources: B. Lang, <i>A parallel algorithm for reducing symmetric banded matrices to tridiagonal form</i> (1993); A. Haidar, H. Ltaief and J. Dongarra,
/// <i>Parallel reduction to condensed forms for symmetric eigenvalue problems using aggregated fine-grained and memory-aware kernels</i> (2011).
/// </remarks>
internal sealed unsafe class SymmetricBulgeChase<T> : BandSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private SymmetricBulgeChase(BandMatrix<T> band, CancellationToken cancellationToken)
        : base(band, cancellationToken)
    {
    }

    /// <summary>The diagonal of T and the one beside it; <paramref name="band"/>, the upper triangle of C, is destroyed.</summary>
    public static (T[] Diagonal, T[] Offdiagonal) Run(BandMatrix<T> band, Parallelism parallelism, CancellationToken cancellationToken)
    {
        new SymmetricBulgeChase<T>(band, cancellationToken).Run(parallelism);
        return band.Bidiagonal();
    }

    /// <inheritdoc/>
    protected override void Step(int sweep, int step, T* work)
    {
        var (row, low) = At(sweep, step);
        var high = Math.Min(low + Band.Bandwidth, Band.Order);
        var end = Math.Min(high + Band.Bandwidth, Band.Order);
        var count = high - low;
        var room = Band.Bandwidth + PaddedMatrix.Padding;
        var u = new Span<T>(Band.At(row, low), count);
        var v = new Span<T>(work, room);
        v.Clear();
        u.CopyTo(v);
        var (beside, tau) = HouseholderReflector.Generate(v[..count]);
        u.Clear();
        u[0] = beside;
        if (tau == T.Zero)
            return;

        // The rows of the block before, but its first, which is `row`; then the block on the diagonal, and the one to its right.
        BandReflections<T>.ApplyRight(Band.At(row + 1, low), Band.Stride, low - row - 1, count, work, tau);
        BandReflections<T>.ApplyBothSides(Band.At(low, low), Band.Stride, count, work, tau, work + room);
        BandReflections<T>.ApplyLeft(Band.At(low, high), Band.Stride, count, end - high, work, tau);
    }
}
