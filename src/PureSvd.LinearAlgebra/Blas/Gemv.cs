using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The product of a matrix and a vector: bound by memory, since every element of A is used once.</summary>
public static unsafe class Gemv
{
    /// <summary>Elements of A below which another thread costs more than it brings.</summary>
    private const long SerialElements = 1 << 17;

    /// <summary>Rows, or columns if transposed, that a thread takes at a time; a multiple of every group of rows and every vector.</summary>
    private const int ItemSize = 256;

    /// <summary>y ← α·op(A)·x + β·y.</summary>
    /// <remarks>
    /// 2mn flops. Each element of y is the same sequence of roundings for any number of threads; it is another sequence than that of <see cref="Gemm"/>.
    /// </remarks>
    /// <param name="a">[m×n], or [n×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="x">n elements.</param>
    /// <param name="alpha">α; at 0 A and x are not read.</param>
    /// <param name="beta">β; 0 overwrites y, NaN included.</param>
    /// <param name="y">m elements; overlaps neither A nor x.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, ReadOnlySpan<T> x, T alpha, T beta, Span<T> y, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = opA == Operand.AsIs ? (a.Rows, a.Columns) : (a.Columns, a.Rows);
        if (x.Length != n || y.Length != m)
            throw new ArgumentException($"Gemv: op(A) is {m}×{n}, x has {x.Length} elements and y {y.Length}.");
        if (alpha == T.Zero)
            a = opA == Operand.AsIs ? a.ColumnRange(0, 0) : a.RowRange(0, 0);

        fixed (T* xs = x, ys = y)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                Multiply<T, Vector512<T>, Lanes512<T>>(a, opA, xs, alpha, beta, ys, parallelism);
            else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                Multiply<T, Vector256<T>, Lanes256<T>>(a, opA, xs, alpha, beta, ys, parallelism);
            else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                Multiply<T, Vector128<T>, Lanes128<T>>(a, opA, xs, alpha, beta, ys, parallelism);
            else
                Multiply<T, T, ScalarLanes<T>>(a, opA, xs, alpha, beta, ys, parallelism);
        }

        a.KeepAlive();
    }

    /// <summary>y ← α·W·x + β·y with weights as they are stored, in float16, bfloat16 or float32; they are widened in the kernel.</summary>
    /// <remarks>2mn flops, and the bytes of W are read once. The bits are those of <see cref="Gemm"/> with x as its only row.</remarks>
    /// <param name="w">[m×n].</param>
    /// <param name="x">n elements.</param>
    /// <param name="alpha">α; at 0 W and x are not read.</param>
    /// <param name="beta">β; 0 overwrites y, NaN included.</param>
    /// <param name="y">m elements; overlaps neither W nor x.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void Multiply(StoredMatrix w, ReadOnlySpan<float> x, float alpha, float beta, Span<float> y, Parallelism parallelism)
    {
        if (x.Length != w.Columns || y.Length != w.Rows)
            throw new ArgumentException($"Gemv: W is {w.Rows}×{w.Columns}, x has {x.Length} elements and y {y.Length}.");
        fixed (float* xs = x, ys = y)
        {
            Gemm.Multiply(new MatrixView<float>(null, xs, 1, x.Length, x.Length), w, Operand.Transposed, alpha, beta, new MatrixView<float>(null, ys, 1, y.Length, y.Length), parallelism);
        }
    }

    /// <summary>The same with a chosen width of vectors.</summary>
    internal static void Multiply<T, TVector, TLanes>(MatrixView<T> a, Operand opA, T* x, T alpha, T beta, T* y, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var m = opA == Operand.AsIs ? a.Rows : a.Columns;
        if (parallelism.Threads > 1 && m > ItemSize && (long)a.Rows * a.Columns >= SerialElements)
            ShareOut<T, TVector, TLanes>(a, opA, x, alpha, beta, y, parallelism);
        else
            MultiplyPart<T, TVector, TLanes>(a, opA, x, alpha, beta, y, 0, m);
    }

    private static void ShareOut<T, TVector, TLanes>(MatrixView<T> a, Operand opA, T* x, T alpha, T beta, T* y, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var m = opA == Operand.AsIs ? a.Rows : a.Columns;
        parallelism.For((m + ItemSize - 1) / ItemSize, item =>
            MultiplyPart<T, TVector, TLanes>(a, opA, x, alpha, beta, y, item * ItemSize, Math.Min(ItemSize, m - item * ItemSize)));
    }

    /// <summary>Elements [<paramref name="first"/>, <paramref name="first"/> + <paramref name="count"/>) of y.</summary>
    private static void MultiplyPart<T, TVector, TLanes>(MatrixView<T> a, Operand opA, T* x, T alpha, T beta, T* y, int first, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        if (opA == Operand.AsIs)
        {
            Dots<T, TVector, TLanes>(a.RowRange(first, count), x, alpha, beta, y + first);
        }
        else
        {
            for (var i = first; i < first + count; i++)
                y[i] = beta == T.Zero ? T.Zero : beta * y[i];
            Sums<T, TVector, TLanes>(a.ColumnRange(first, count), x, alpha, y + first);
        }
    }

    /// <summary>yᵢ ← α·(row i of A)·x + β·yᵢ. Four rows at a time share the loads of x; at the end the last row stands in for those that are missing.</summary>
    private static void Dots<T, TVector, TLanes>(MatrixView<T> a, T* x, T alpha, T beta, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var dots = stackalloc T[4];
        var last = a.Data + (a.Rows - 1) * a.Stride;
        for (var i = 0; i < a.Rows; i += 4)
        {
            var rows = Math.Min(4, a.Rows - i);
            var row = a.Data + i * a.Stride;
            FourDots<T, TVector, TLanes>(row, rows > 1 ? row + a.Stride : last, rows > 2 ? row + 2 * a.Stride : last, rows > 3 ? row + 3 * a.Stride : last, x, a.Columns, dots);
            for (var r = 0; r < rows; r++)
                y[i + r] = beta == T.Zero ? alpha * dots[r] : alpha * dots[r] + beta * y[i + r];
        }
    }

    // Two accumulators a row: eight chains hide the latency of a multiply-add.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourDots<T, TVector, TLanes>(T* row0, T* row1, T* row2, T* row3, T* x, int n, T* dots)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var zero = TLanes.Broadcast(T.Zero);
        TVector s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero;
        nint j = 0;
        for (; j + 2 * TLanes.Count <= n; j += 2 * TLanes.Count)
        {
            var x0 = TLanes.Load(x + j);
            var x1 = TLanes.Load(x + j + TLanes.Count);
            s00 = TLanes.MultiplyAdd(TLanes.Load(row0 + j), x0, s00);
            s01 = TLanes.MultiplyAdd(TLanes.Load(row0 + j + TLanes.Count), x1, s01);
            s10 = TLanes.MultiplyAdd(TLanes.Load(row1 + j), x0, s10);
            s11 = TLanes.MultiplyAdd(TLanes.Load(row1 + j + TLanes.Count), x1, s11);
            s20 = TLanes.MultiplyAdd(TLanes.Load(row2 + j), x0, s20);
            s21 = TLanes.MultiplyAdd(TLanes.Load(row2 + j + TLanes.Count), x1, s21);
            s30 = TLanes.MultiplyAdd(TLanes.Load(row3 + j), x0, s30);
            s31 = TLanes.MultiplyAdd(TLanes.Load(row3 + j + TLanes.Count), x1, s31);
        }

        T sum0 = TLanes.Sum(s00) + TLanes.Sum(s01), sum1 = TLanes.Sum(s10) + TLanes.Sum(s11);
        T sum2 = TLanes.Sum(s20) + TLanes.Sum(s21), sum3 = TLanes.Sum(s30) + TLanes.Sum(s31);
        for (; j < n; j++)
        {
            sum0 += row0[j] * x[j];
            sum1 += row1[j] * x[j];
            sum2 += row2[j] * x[j];
            sum3 += row3[j] * x[j];
        }

        dots[0] = sum0;
        dots[1] = sum1;
        dots[2] = sum2;
        dots[3] = sum3;
    }

    /// <summary>y ← y + α·Σᵢ xᵢ·(row i of A): four rows at a time over a strip of y that stays in the first-level cache.</summary>
    private static void Sums<T, TVector, TLanes>(MatrixView<T> a, T* x, T alpha, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        const int Strip = 2048;
        for (var j = 0; j < a.Columns; j += Strip)
        {
            var columns = Math.Min(Strip, a.Columns - j);
            var row = a.Data + j;
            var i = 0;
            for (; i + 4 <= a.Rows; i += 4, row += 4 * a.Stride)
                AddFourRows<T, TVector, TLanes>(row, a.Stride, alpha * x[i], alpha * x[i + 1], alpha * x[i + 2], alpha * x[i + 3], y + j, columns);
            for (; i < a.Rows; i++, row += a.Stride)
                AddRow<T, TVector, TLanes>(row, alpha * x[i], y + j, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFourRows<T, TVector, TLanes>(T* row0, nint stride, T x0, T x1, T x2, T x3, T* y, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        T* row1 = row0 + stride, row2 = row1 + stride, row3 = row2 + stride;
        TVector v0 = TLanes.Broadcast(x0), v1 = TLanes.Broadcast(x1), v2 = TLanes.Broadcast(x2), v3 = TLanes.Broadcast(x3);
        nint j = 0;
        for (; j + TLanes.Count <= n; j += TLanes.Count)
        {
            var sum = TLanes.MultiplyAdd(TLanes.Load(row0 + j), v0, TLanes.Load(y + j));
            sum = TLanes.MultiplyAdd(TLanes.Load(row1 + j), v1, sum);
            sum = TLanes.MultiplyAdd(TLanes.Load(row2 + j), v2, sum);
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(row3 + j), v3, sum), y + j);
        }

        for (; j < n; j++)
            y[j] = row3[j] * x3 + (row2[j] * x2 + (row1[j] * x1 + (row0[j] * x0 + y[j])));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow<T, TVector, TLanes>(T* row, T x, T* y, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var v = TLanes.Broadcast(x);
        nint j = 0;
        for (; j + TLanes.Count <= n; j += TLanes.Count)
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(row + j), v, TLanes.Load(y + j)), y + j);
        for (; j < n; j++)
            y[j] = row[j] * x + y[j];
    }
}
