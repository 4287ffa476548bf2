using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Triangular systems with many right-hand sides.</summary>
/// <remarks>
/// <code>
/// [T₁₁    ] [X₁]   [B₁]      T₁₁·X₁ = B₁
/// [T₂₁ T₂₂]·[X₂] = [B₂]      T₂₂·X₂ = B₂ − T₂₁·X₁
/// </code>
/// Halves of the triangle, so that nearly all the work is done by <see cref="Gemm"/>; the last 64 unknowns by substitution in registers (<see cref="TrsmLeaf"/>). No
/// block is inverted: every column of X is as backward stable as substitution makes it. Right-hand sides are independent, so the threads share them out first.
/// A zero on the diagonal gives infinities or NaN, as in BLAS. Sources: BLAS <c>trsm</c>; E. Elmroth et al., <i>Recursive Blocked Algorithms</i> (SIAM Review 46, 2004).
/// </remarks>
public static class Trsm
{
    /// <summary>So many right-hand sides are worth a thread of their own.</summary>
    private const int SystemsPerItem = 128;

    /// <summary>Multiply-adds below which one thread does it all.</summary>
    private const long SerialWork = 1L << 19;

    /// <summary>B ← op(T)⁻¹·B: solves op(T)·X = B.</summary>
    /// <remarks>m²n flops.</remarks>
    /// <param name="t">[m×m] triangular.</param>
    /// <param name="triangle">The half of T that is stored; the other is not read.</param>
    /// <param name="opT">How to read T.</param>
    /// <param name="unitDiagonal">The diagonal of T is 1 and is not read.</param>
    /// <param name="b">[m×n]: B, overwritten by X; does not overlap T.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or B overlaps T.</exception>
    public static void SolveLeft<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (t.Rows != t.Columns || b.Rows != t.Rows)
            throw new ArgumentException($"Trsm: T is {t.Rows}×{t.Columns} and B is {b.Rows}×{b.Columns}.");
        if (Overlap.Exists(b, t))
            throw new ArgumentException($"Trsm: B, {b.Rows}×{b.Columns}, overlaps T.", nameof(b));
        Solve(t, triangle, opT, unitDiagonal, b, fromRight: false, parallelism);
        t.KeepAlive();
        b.KeepAlive();
    }

    /// <summary>B ← B·op(T)⁻¹: solves X·op(T) = B.</summary>
    /// <remarks>mn² flops.</remarks>
    /// <param name="t">[n×n] triangular.</param>
    /// <param name="triangle">The half of T that is stored; the other is not read.</param>
    /// <param name="opT">How to read T.</param>
    /// <param name="unitDiagonal">The diagonal of T is 1 and is not read.</param>
    /// <param name="b">[m×n]: B, overwritten by X; does not overlap T.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or B overlaps T.</exception>
    public static void SolveRight<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (t.Rows != t.Columns || b.Columns != t.Rows)
            throw new ArgumentException($"Trsm: T is {t.Rows}×{t.Columns} and B is {b.Rows}×{b.Columns}.");
        if (Overlap.Exists(b, t))
            throw new ArgumentException($"Trsm: B, {b.Rows}×{b.Columns}, overlaps T.", nameof(b));
        Solve(t, triangle, opT, unitDiagonal, b, fromRight: true, parallelism);
        t.KeepAlive();
        b.KeepAlive();
    }

    private static void Solve<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, bool fromRight, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var systems = fromRight ? b.Rows : b.Columns;
        if (systems == 0 || t.Rows == 0)
            return;
        if ((long)t.Rows * t.Rows * systems < SerialWork)
            parallelism = Parallelism.Serial;
        if (parallelism.Threads > 1 && systems >= parallelism.Threads * SystemsPerItem)
            ShareOut(t, triangle, opT, unitDiagonal, b, fromRight, parallelism);
        else
            Recurse(t, triangle, opT, unitDiagonal, b, fromRight, parallelism);
    }

    // Whole right-hand sides for each thread: nobody waits for anybody in between.
    private static void ShareOut<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, bool fromRight, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var systems = fromRight ? b.Rows : b.Columns;
        var items = parallelism.Threads * Math.Max(1, systems / (4 * SystemsPerItem * parallelism.Threads));
        parallelism.For(items, item =>
        {
            var (first, end) = ((int)((long)item * systems / items), (int)((item + 1L) * systems / items));
            Recurse(t, triangle, opT, unitDiagonal, fromRight ? b.RowRange(first, end - first) : b.ColumnRange(first, end - first), fromRight, Parallelism.Serial);
        });
    }

    private static void Recurse<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, bool fromRight, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var m = t.Rows;
        if (m <= TrsmLeaf.Order)
        {
            TrsmLeaf.Solve(t, triangle, opT, unitDiagonal, b, fromRight);
            return;
        }

        var half = (m / 2 + TrsmLeaf.Order - 1) / TrsmLeaf.Order * TrsmLeaf.Order;
        var t11 = t.Slice(0, 0, half, half);
        var t22 = t.Slice(half, half, m - half, m - half);
        var off = triangle == Triangle.Lower ? t.Slice(half, 0, m - half, half) : t.Slice(0, half, half, m - half);
        var b1 = fromRight ? b.ColumnRange(0, half) : b.RowRange(0, half);
        var b2 = fromRight ? b.ColumnRange(half, m - half) : b.RowRange(half, m - half);

        // op(T) lower: a left system knows its first unknowns first, a right one its last.
        if ((triangle == Triangle.Lower) == (opT == Operand.AsIs) != fromRight)
        {
            Recurse(t11, triangle, opT, unitDiagonal, b1, fromRight, parallelism);
            Eliminate(off, opT, b1, b2, fromRight, parallelism);
            Recurse(t22, triangle, opT, unitDiagonal, b2, fromRight, parallelism);
        }
        else
        {
            Recurse(t22, triangle, opT, unitDiagonal, b2, fromRight, parallelism);
            Eliminate(off, opT, b2, b1, fromRight, parallelism);
            Recurse(t11, triangle, opT, unitDiagonal, b1, fromRight, parallelism);
        }
    }

    private static void Eliminate<T>(MatrixView<T> off, Operand opT, MatrixView<T> known, MatrixView<T> rest, bool fromRight, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (fromRight)
            Gemm.Multiply(known, Operand.AsIs, off, opT, -T.One, T.One, rest, parallelism);
        else
            Gemm.Multiply(off, opT, known, Operand.AsIs, -T.One, T.One, rest, parallelism);
    }
}
