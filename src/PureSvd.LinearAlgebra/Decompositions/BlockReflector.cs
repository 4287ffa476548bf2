using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>H₀·H₁⋯Hₖ₋₁ = I − V·T·Vᵀ: k reflectors as one (compact WY), so that they are applied by matrix products.</summary>
/// <remarks>
/// V is kept transposed, a reflector a row, zeros and ones included; T [k×k] is upper triangular.
/// Source: R. Schreiber and C. Van Loan, <i>A storage-efficient WY representation for products of Householder transformations</i> (1989); LAPACK xLARFT, xLARFB.
/// </remarks>
/// <param name="vt">Vᵀ [k×m].</param>
/// <param name="t">T [k×k], its lower part zero.</param>
internal readonly struct BlockReflector<T>(MatrixView<T> vt, MatrixView<T> t)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long DotsWorthSharing = 1 << 20;

    /// <summary>Vᵀ.</summary>
    public MatrixView<T> Vt => vt;

    /// <summary>T.</summary>
    public MatrixView<T> Factor => t;

    /// <summary>The block of the reflectors in the rows of <paramref name="vt"/> with the factors <paramref name="tau"/>.</summary>
    public static BlockReflector<T> Create(MatrixView<T> vt, ReadOnlySpan<T> tau, Parallelism parallelism)
    {
        var t = new Matrix<T>(vt.Rows, vt.Rows);
        FormT(vt, tau, new Matrix<T>(vt.Rows, vt.Rows), t, parallelism);
        return new BlockReflector<T>(vt, t);
    }

    /// <summary>The upper triangle of T for the reflectors in the rows of <paramref name="vt"/>; <paramref name="gram"/>, at least as large, is overwritten.</summary>
    public static void FormT(MatrixView<T> vt, ReadOnlySpan<T> tau, MatrixView<T> gram, MatrixView<T> t, Parallelism parallelism)
    {
        var k = vt.Rows;

        // Not by Gemm: the reflectors of a constant matrix are constant, and a long running sum of equal numbers rounds one way. H is as orthogonal as T is accurate.
        var threads = (long)k * k * vt.Columns < DotsWorthSharing ? Parallelism.Serial : parallelism;
        threads.For(k, (Vt: vt, Gram: gram), static (j, state) =>
            Gemv.Multiply<T>(state.Vt.RowRange(0, j), Operand.AsIs, state.Vt.Row(j), T.One, T.Zero, state.Gram.Row(j)[..j], Parallelism.Serial));

        // Column j of T: −τⱼ·T·(Vᵀvⱼ), from the columns before it.
        for (var j = 0; j < k; j++)
        {
            for (var i = 0; i < j; i++)
                t[i, j] = -tau[j] * Reductions.Dot<T>(t.Row(i)[i..j], gram.Row(j)[i..j]);
            t[j, j] = tau[j];
        }
    }

    /// <summary>C ← op(H)·C, C [m×n].</summary>
    public void ApplyLeft(Operand op, MatrixView<T> c, Workspace work, Parallelism parallelism)
    {
        var projected = work.Projected.Take(vt.Rows, c.Columns);
        var weighted = work.Weighted.Take(vt.Rows, c.Columns);
        Gemm.Multiply(vt, Operand.AsIs, c, Operand.AsIs, T.One, T.Zero, projected, parallelism);
        Gemm.Multiply(t, op, projected, Operand.AsIs, T.One, T.Zero, weighted, parallelism);
        Gemm.Multiply(vt, Operand.Transposed, weighted, Operand.AsIs, -T.One, T.One, c, parallelism);
    }

    /// <summary>C ← C·op(H), C [n×m].</summary>
    public void ApplyRight(Operand op, MatrixView<T> c, Workspace work, Parallelism parallelism)
    {
        var projected = work.Projected.Take(c.Rows, vt.Rows);
        var weighted = work.Weighted.Take(c.Rows, vt.Rows);
        Gemm.Multiply(c, Operand.AsIs, vt, Operand.Transposed, T.One, T.Zero, projected, parallelism);
        Gemm.Multiply(projected, Operand.AsIs, t, op, T.One, T.Zero, weighted, parallelism);
        Gemm.Multiply(weighted, Operand.AsIs, vt, Operand.AsIs, -T.One, T.One, c, parallelism);
    }

    /// <summary>The two thin products in between.</summary>
    internal sealed class Workspace
    {
        /// <summary>Vᵀ·C or C·V.</summary>
        public Scratch<T> Projected { get; } = new();

        /// <summary>The same times T.</summary>
        public Scratch<T> Weighted { get; } = new();
    }
}
