using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A = Q·C·Qᵀ of a symmetric A [n×n]: C a symmetric band, nearly all of it by matrix products.</summary>
/// <remarks>
/// <para>The b rows beyond a diagonal block are L·Qᵀ, Q = I − V·T·Vᵀ. With Y = A·V·T and X = Y − ½·V·(TᵀVᵀY) the rest of A becomes Qᵀ·A·Q = A − X·Vᵀ − V·Xᵀ. Unlike in
/// <see cref="Tridiagonalization{T}"/> a panel needs one product with the rest of A and not one a column, so that A is read n/b times and not n. Both triangles are kept and updated: 2n³ flops in place of
/// 4n³/3, in two large products. <see cref="SymmetricBulgeChase{T}"/> takes the band to a tridiagonal.</para>
/// Source: C. Bischof, B. Lang and X. Sun, <i>A framework for symmetric band reduction</i> (2000).
/// </remarks>
internal static class SymmetricBandReduction
{
    /// <summary>Columns of a panel that are reflected one by one.</summary>
    private const int LeafColumns = 8;

    /// <summary>The upper triangle of C as a band, for its eigenvalues alone: Q is not kept.</summary>
    /// <param name="a">[n×n], symmetric, both triangles, finite and of moderate size; destroyed.</param>
    /// <param name="bandwidth">The diagonals of C above the main one, b; at least 1.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    public static BandMatrix<T> Reduce<T>(MatrixView<T> a, int bandwidth, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = a.Rows;
        var band = new BandMatrix<T>(n, bandwidth);
        var halves = new QrPanel<T>(LeafColumns, parallelism);
        var (tau, work) = (new T[bandwidth], new BlockReflector<T>.Workspace());
        var (panels, update) = (new Scratch<T>(bandwidth, n), new TwoSidedUpdate<T>(Math.Min(bandwidth, n), n, parallelism));
        for (var first = 0; first < n; first += bandwidth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(bandwidth, n - first);
            for (var i = first; i < first + count; i++)
                for (var j = i; j < first + count; j++)
                    band[i, j] = a[i, j];
            var next = first + count;
            var rest = n - next;
            if (rest == 0)
                break;

            var reflectors = Math.Min(count, rest);
            var block = BandReduction.ReduceRows(a, first, count, panels.Take(reflectors, rest), tau.AsSpan(0, reflectors), halves, band, work, parallelism);
            update.Apply(block, a.Slice(next, next, rest, rest));
        }

        return band;
    }

    /// <summary>A ← Qᵀ·A·Q = A − [X V]·[V X]ᵀ.</summary>
    private sealed class TwoSidedUpdate<T>(int bandwidth, int order, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Scratch<T> _projected = new(bandwidth, order);
        private readonly Scratch<T> _left = new(2 * bandwidth, order);
        private readonly Scratch<T> _right = new(2 * bandwidth, order);

        internal void Apply(BlockReflector<T> block, MatrixView<T> a)
        {
            var (vt, t) = (block.Vt, block.Factor);
            var (k, n) = (vt.Rows, vt.Columns);
            var projected = _projected.Take(k, n);
            var (left, right) = (_left.Take(2 * k, n), _right.Take(2 * k, n));
            var xt = left.RowRange(0, k);
            Gemm.Multiply(vt, Operand.AsIs, a, Operand.AsIs, T.One, T.Zero, projected, parallelism);
            Gemm.Multiply(t, Operand.Transposed, projected, Operand.AsIs, T.One, T.Zero, xt, parallelism);

            // xt is Yᵀ; S = TᵀVᵀY is symmetric.
            var (vty, s) = (new Matrix<T>(k, k), new Matrix<T>(k, k));
            Gemm.Multiply(vt, Operand.AsIs, xt, Operand.Transposed, T.One, T.Zero, vty, parallelism);
            Gemm.Multiply(t, Operand.Transposed, vty, Operand.AsIs, T.One, T.Zero, s, Parallelism.Serial);
            Gemm.Multiply(s, Operand.Transposed, vt, Operand.AsIs, -T.One / T.CreateTruncating(2), T.One, xt, parallelism);

            vt.CopyTo(left.RowRange(k, k));
            vt.CopyTo(right.RowRange(0, k));
            xt.CopyTo(right.RowRange(k, k));
            Gemm.Multiply(left, Operand.Transposed, right, Operand.AsIs, -T.One, T.One, a, parallelism);
        }
    }
}
