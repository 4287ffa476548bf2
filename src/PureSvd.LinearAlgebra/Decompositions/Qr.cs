using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition by blocked Householder reflections.</summary>
/// <remarks>
/// <para>A panel of columns is factorized by halves (<see cref="QrPanel{T}"/>); the rest of the matrix then gets the whole panel at once, as I − V·Tᵀ·Vᵀ, by matrix products: each panel
/// reads and writes all that is left of A, so it should be wide where A is beyond the caches. 2n²(m − n/3) flops, and as many again for the thin Q, which takes the same blocks in reverse.</para>
/// Source: LAPACK xGEQRF, xGEQRT, xORGQR.
/// </remarks>
public static class Qr
{
    /// <summary>Up to this order the matrix stays in the caches, and narrow panels serve it better.</summary>
    private const int SmallOrder = 1024;

    /// <summary>Columns of a panel that are reflected one by one.</summary>
    private const int LeafColumns = 8;

    /// <summary>A = Q·R.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static QrFactors<T> Factorize<T>(MatrixView<T> a, QrOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new QrOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        using var work = new PooledMatrix<T>(a.Rows, a.Columns);
        var scale = PowerOfTwoScale.Copy(a, work.View, transpose: false, options.Parallelism);
        var factors = FactorizeInPlace(work.View, options, cancellationToken);
        scale.Restore<T>(factors.R.Span);
        return factors;
    }

    /// <summary>The same for a matrix that may be overwritten and is known to be finite and scaled.</summary>
    internal static QrFactors<T> FactorizeInPlace<T>(MatrixView<T> work, QrOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (work.Rows, work.Columns);
        var k = Math.Min(m, n);
        var width = (int)Math.Min(Math.Max(1, k), (k <= SmallOrder ? 2L : 4L) * options.BlockSize);
        var vt = new Matrix<T>(k, m);
        var r = new Matrix<T>(k, n);
        var tau = new T[k];
        var blocks = new BlockReflector<T>[(k + width - 1) / width];
        var space = new BlockReflector<T>.Workspace();
        var halves = new QrPanel<T>(Math.Min(options.BlockSize, LeafColumns), options.Parallelism);
        for (var first = 0; first < k; first += width)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(width, k - first);
            var panel = vt.View.Slice(first, first, count, m - first);
            Transpose(work.Slice(first, first, m - first, count), panel, options.Parallelism);
            var t = new Matrix<T>(count, count);
            halves.Factorize(panel, tau.AsSpan(first, count), r.View.Slice(first, first, count, count), t);
            blocks[first / width] = new BlockReflector<T>(panel, t);

            var rest = n - first - count;
            if (rest == 0)
                continue;
            var trailing = work.Slice(first, first + count, m - first, rest);
            blocks[first / width].ApplyLeft(Operand.Transposed, trailing, space, options.Parallelism);
            trailing.RowRange(0, count).CopyTo(r.View.Slice(first, first + count, count, rest));
        }
        return new QrFactors<T>(r, new ReflectorSequence<T>(blocks, m, 0, width, options.Parallelism));
    }

    private static void Transpose<T>(MatrixView<T> columns, MatrixView<T> panel, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Rows = 1024;
        parallelism.For((columns.Rows + Rows - 1) / Rows, item =>
        {
            var (row, count) = (item * Rows, Math.Min(Rows, columns.Rows - item * Rows));
            Transposition.Transpose(columns.RowRange(row, count), panel.ColumnRange(row, count));
        });
    }
}
