using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The product of a matrix and a vector: bound by memory, since every element of A is used once.</summary>
public static unsafe class Gemv
{
    /// <summary>Elements of A below which another thread costs more than it brings.</summary>
    private const long SerialElements = 1 << 17;

    /// <summary>The fewest columns of a transposed A that a thread takes at a time; a multiple of every vector.</summary>
    private const int MinColumns = 64;

    /// <summary>Elements of y that are summed at a time: they stay in the first-level cache.</summary>
    private const int Strip = 4096;

    /// <summary>y ← α·op(A)·x + β·y.</summary>
    /// <remarks>
    /// 2mn flops. Each element of y is the same sequence of roundings for any number of threads; as stored, it is that of <see cref="Gemm"/> with x as its only row; transposed, it is another one.
    /// </remarks>
    /// <param name="a">[m×n], or [n×m] if transposed.</param>
    /// <param name="opA">How to read A.</param>
    /// <param name="x">n elements.</param>
    /// <param name="alpha">α; at 0 A and x are not read.</param>
    /// <param name="beta">β; 0 overwrites y, NaN included.</param>
    /// <param name="y">m elements; overlaps neither A nor x.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or y overlaps x.</exception>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, ReadOnlySpan<T> x, T alpha, T beta, Span<T> y, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = opA == Operand.AsIs ? (a.Rows, a.Columns) : (a.Columns, a.Rows);
        if (x.Length != n || y.Length != m)
            throw new ArgumentException($"Gemv: op(A) is {m}×{n}, x has {x.Length} elements and y {y.Length}.");
        if (x.Overlaps(y))
            throw new ArgumentException($"Gemv: y, of {y.Length} elements, overlaps x.", nameof(y));
        if (alpha == T.Zero && opA == Operand.Transposed)
            a = a.RowRange(0, 0);

        fixed (T* xs = x, ys = y)
        {
            if (opA == Operand.AsIs)
                Gemm.Multiply(new MatrixView<T>(null, xs, 1, n, n), Operand.AsIs, a, Operand.Transposed, alpha, beta, new MatrixView<T>(null, ys, 1, m, m), parallelism);
            else if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                MultiplyTransposed<T, Vector512<T>, Lanes512<T>>(a, xs, alpha, beta, ys, parallelism);
            else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                MultiplyTransposed<T, Vector256<T>, Lanes256<T>>(a, xs, alpha, beta, ys, parallelism);
            else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                MultiplyTransposed<T, Vector128<T>, Lanes128<T>>(a, xs, alpha, beta, ys, parallelism);
            else
                MultiplyTransposed<T, T, ScalarLanes<T>>(a, xs, alpha, beta, ys, parallelism);
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
    /// <exception cref="ArgumentException">The sizes do not fit, or y overlaps x.</exception>
    public static void Multiply(StoredMatrix w, ReadOnlySpan<float> x, float alpha, float beta, Span<float> y, Parallelism parallelism)
    {
        if (x.Length != w.Columns || y.Length != w.Rows)
            throw new ArgumentException($"Gemv: W is {w.Rows}×{w.Columns}, x has {x.Length} elements and y {y.Length}.");
        if (x.Overlaps(y))
            throw new ArgumentException($"Gemv: y, of {y.Length} elements, overlaps x.", nameof(y));
        fixed (float* xs = x, ys = y)
        {
            Gemm.Multiply(new MatrixView<float>(null, xs, 1, x.Length, x.Length), w, Operand.Transposed, alpha, beta, new MatrixView<float>(null, ys, 1, y.Length, y.Length), parallelism);
        }
    }

    /// <summary>y ← α·Aᵀ·x + β·y with a chosen width of vectors.</summary>
    internal static void MultiplyTransposed<T, TVector, TLanes>(MatrixView<T> a, T* x, T alpha, T beta, T* y, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        if (parallelism.Threads > 1 && a.Columns > MinColumns && (long)a.Rows * a.Columns >= SerialElements)
            Sharing<T, TVector, TLanes>.Run(a, x, alpha, beta, y, parallelism.Threads);
        else
            MultiplyPart<T, TVector, TLanes>(a, x, alpha, beta, y, 0, a.Columns);
    }

    /// <summary>Elements [<paramref name="first"/>, <paramref name="first"/> + <paramref name="count"/>) of y.</summary>
    private static void MultiplyPart<T, TVector, TLanes>(MatrixView<T> a, T* x, T alpha, T beta, T* y, int first, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        for (var i = first; i < first + count; i++)
            y[i] = beta == T.Zero ? T.Zero : beta * y[i];
        Sums<T, TVector, TLanes>(a.ColumnRange(first, count), x, alpha, y + first);
    }

    /// <summary>A product whose columns threads take one range after another; kept by the calling thread, so that a call allocates nothing.</summary>
    private sealed class Sharing<T, TVector, TLanes>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        [ThreadStatic]
        private static Sharing<T, TVector, TLanes>? s_forThisThread;

        private readonly Action _participate;
        private MatrixView<T> _a;
        private T* _x, _y;
        private T _alpha, _beta;
        private int _range, _next;

        private Sharing() => _participate = Participate;

        internal static void Run(MatrixView<T> a, T* x, T alpha, T beta, T* y, int threads)
        {
            var sharing = s_forThisThread ??= new Sharing<T, TVector, TLanes>();
            sharing._a = a;
            sharing._x = x;
            sharing._y = y;
            sharing._alpha = alpha;
            sharing._beta = beta;

            // Wide ranges: the part of a row in one should be some pages, not some lines.
            sharing._range = Math.Clamp((((a.Columns + threads - 1) / threads) + MinColumns - 1) / MinColumns * MinColumns, MinColumns, Strip);
            sharing._next = 0;
            WorkerPool.Shared.Run(threads, sharing._participate);
            sharing._a = default;
        }

        private void Participate()
        {
            for (var first = Interlocked.Add(ref _next, _range) - _range; first < _a.Columns; first = Interlocked.Add(ref _next, _range) - _range)
                MultiplyPart<T, TVector, TLanes>(_a, _x, _alpha, _beta, _y, first, Math.Min(_range, _a.Columns - first));
        }
    }

    /// <summary>y ← y + α·Σᵢ xᵢ·(row i of A): four rows at a time, one of each quarter of A so that memory delivers four streams, over a strip of y that stays in the first-level cache.</summary>
    private static void Sums<T, TVector, TLanes>(MatrixView<T> a, T* x, T alpha, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var quarter = a.Rows / 4;
        for (var j = 0; j < a.Columns; j += Strip)
        {
            var columns = Math.Min(Strip, a.Columns - j);
            var row = a.Data + j;
            var i = 0;
            for (; i < quarter; i++, row += a.Stride)
                AddFourRows<T, TVector, TLanes>(row, quarter * a.Stride, alpha * x[i], alpha * x[i + quarter], alpha * x[i + 2 * quarter], alpha * x[i + 3 * quarter], y + j, columns);
            row += 3 * quarter * a.Stride;
            for (i = 4 * quarter; i < a.Rows; i++, row += a.Stride)
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
