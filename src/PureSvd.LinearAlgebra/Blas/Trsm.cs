using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>Triangular systems with many right-hand sides.</summary>
/// <remarks>
/// Halves of the triangle, so that nearly all the work is done by <see cref="Gemm"/>; the last <see cref="Leaf"/> unknowns by substitution.
/// A zero on the diagonal gives infinities or NaN, as in BLAS. Sources: BLAS <c>trsm</c>; E. Elmroth et al., <i>Recursive Blocked Algorithms</i> (SIAM Review 46, 2004).
/// </remarks>
public static class Trsm
{
    private const int Leaf = 32;

    /// <summary>Right-hand sides that a substitution takes at a time.</summary>
    private const int LeafSystems = 256;

    [ThreadStatic]
    private static ScratchMemory? s_transposed;

    /// <summary>B ← op(T)⁻¹·B: solves op(T)·X = B.</summary>
    /// <remarks>m²n flops.</remarks>
    /// <param name="t">[m×m] triangular.</param>
    /// <param name="triangle">The half of T that is stored; the other is not read.</param>
    /// <param name="opT">How to read T.</param>
    /// <param name="unitDiagonal">The diagonal of T is 1 and is not read.</param>
    /// <param name="b">[m×n]: B, overwritten by X; does not overlap T.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void SolveLeft<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (t.Rows != t.Columns || b.Rows != t.Rows)
            throw new ArgumentException($"Trsm: T is {t.Rows}×{t.Columns} and B is {b.Rows}×{b.Columns}.");
        if (b.Columns > 0)
            Left(t, triangle, opT, unitDiagonal, b, parallelism);
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
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void SolveRight<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (t.Rows != t.Columns || b.Columns != t.Rows)
            throw new ArgumentException($"Trsm: T is {t.Rows}×{t.Columns} and B is {b.Rows}×{b.Columns}.");
        if (b.Rows > 0)
            Right(t, triangle, opT, unitDiagonal, b, parallelism);
        t.KeepAlive();
        b.KeepAlive();
    }

    private static void Left<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var m = t.Rows;
        if (m <= Leaf)
        {
            SubstituteLeft(t, Forward(triangle, opT), opT, unitDiagonal, b, parallelism);
            return;
        }

        var half = Half(m);
        var t11 = t.Slice(0, 0, half, half);
        var t22 = t.Slice(half, half, m - half, m - half);
        var off = triangle == Triangle.Lower ? t.Slice(half, 0, m - half, half) : t.Slice(0, half, half, m - half);
        var b1 = b.RowRange(0, half);
        var b2 = b.RowRange(half, m - half);
        if (Forward(triangle, opT))
        {
            Left(t11, triangle, opT, unitDiagonal, b1, parallelism);
            Gemm.Multiply(off, opT, b1, Operand.AsIs, -T.One, T.One, b2, parallelism);
            Left(t22, triangle, opT, unitDiagonal, b2, parallelism);
        }
        else
        {
            Left(t22, triangle, opT, unitDiagonal, b2, parallelism);
            Gemm.Multiply(off, opT, b2, Operand.AsIs, -T.One, T.One, b1, parallelism);
            Left(t11, triangle, opT, unitDiagonal, b1, parallelism);
        }
    }

    private static void Right<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = t.Rows;
        if (n <= Leaf)
        {
            SubstituteRight(t, Forward(triangle, opT), opT, unitDiagonal, b, parallelism);
            return;
        }

        var half = Half(n);
        var t11 = t.Slice(0, 0, half, half);
        var t22 = t.Slice(half, half, n - half, n - half);
        var off = triangle == Triangle.Lower ? t.Slice(half, 0, n - half, half) : t.Slice(0, half, half, n - half);
        var b1 = b.ColumnRange(0, half);
        var b2 = b.ColumnRange(half, n - half);
        if (Forward(triangle, opT))
        {
            Right(t22, triangle, opT, unitDiagonal, b2, parallelism);
            Gemm.Multiply(b2, Operand.AsIs, off, opT, -T.One, T.One, b1, parallelism);
            Right(t11, triangle, opT, unitDiagonal, b1, parallelism);
        }
        else
        {
            Right(t11, triangle, opT, unitDiagonal, b1, parallelism);
            Gemm.Multiply(b1, Operand.AsIs, off, opT, -T.One, T.One, b2, parallelism);
            Right(t22, triangle, opT, unitDiagonal, b2, parallelism);
        }
    }

    /// <summary>Whether op(T) is lower triangular: the first unknown of a left system comes first.</summary>
    private static bool Forward(Triangle triangle, Operand opT) => (triangle == Triangle.Lower) == (opT == Operand.AsIs);

    private static int Half(int n) => (n / 2 + Leaf - 1) / Leaf * Leaf;

    private static void SubstituteLeft<T>(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var items = (b.Columns + LeafSystems - 1) / LeafSystems;
        if (parallelism.Threads == 1 || items < 2)
        {
            for (var item = 0; item < items; item++)
                SubstituteLeft(t, forward, opT, unitDiagonal, b, item);
        }
        else
        {
            ShareOut(t, forward, opT, unitDiagonal, b, items, parallelism);
        }

        // Apart, because a closure is allocated where its variables begin, whether it runs or not.
        static void ShareOut(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b, int items, Parallelism parallelism) =>
            parallelism.For(items, item => SubstituteLeft(t, forward, opT, unitDiagonal, b, item));
    }

    private static void SubstituteLeft<T>(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b, int item)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Substitute(t, forward, opT, unitDiagonal, b.ColumnRange(item * LeafSystems, Math.Min(LeafSystems, b.Columns - item * LeafSystems)));

    // X·op(T) = B is op(T)ᵀ·Xᵀ = Bᵀ: transposed there and back, some rows of B at a time.
    private static void SubstituteRight<T>(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var items = (b.Rows + LeafSystems - 1) / LeafSystems;
        if (parallelism.Threads == 1 || items < 2)
        {
            for (var item = 0; item < items; item++)
                SubstituteRight(t, forward, opT, unitDiagonal, b, item);
        }
        else
        {
            ShareOut(t, forward, opT, unitDiagonal, b, items, parallelism);
        }

        // Apart, because a closure is allocated where its variables begin, whether it runs or not.
        static void ShareOut(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b, int items, Parallelism parallelism) =>
            parallelism.For(items, item => SubstituteRight(t, forward, opT, unitDiagonal, b, item));
    }

    private static unsafe void SubstituteRight<T>(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b, int item)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = b.RowRange(item * LeafSystems, Math.Min(LeafSystems, b.Rows - item * LeafSystems));
        s_transposed ??= new ScratchMemory();
        var transposed = new MatrixView<T>(s_transposed, s_transposed.Reserve<T>(Leaf * LeafSystems), rows.Columns, rows.Rows, rows.Rows);
        rows.TransposeTo(transposed);
        Substitute(t, !forward, opT == Operand.AsIs ? Operand.Transposed : Operand.AsIs, unitDiagonal, transposed);
        transposed.TransposeTo(rows);
    }

    // Row i of X is row i of B less the rows already known: whole rows at a time, so that it runs along memory.
    private static void Substitute<T>(MatrixView<T> t, bool forward, Operand opT, bool unitDiagonal, MatrixView<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var m = t.Rows;
        for (var step = 0; step < m; step++)
        {
            var i = forward ? step : m - 1 - step;
            var row = b.Row(i);
            for (var known = 0; known < step; known++)
            {
                var j = forward ? known : m - 1 - known;
                TensorPrimitives.MultiplyAddEstimate(b.Row(j), -(opT == Operand.AsIs ? t[i, j] : t[j, i]), row, row);
            }

            if (!unitDiagonal)
                TensorPrimitives.Divide(row, t[i, i], row);
        }
    }
}
