using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>B ← Aᵀ, in registers.</summary>
internal static unsafe class Transposition
{
    /// <summary>A strip of this many rows is transposed at a time: the lines that it writes stay in the first-level cache.</summary>
    private const int StripRows = 32;

    /// <summary>B ← Aᵀ for A [rows×columns], strip by strip.</summary>
    internal static void Transpose<T>(MatrixView<T> a, MatrixView<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Blocks of columns too, so that the lines of B written for one strip are still at hand for the next four rows.
        const int BlockColumns = 256;
        for (var j = 0; j < a.Columns && a.Rows > 0; j += BlockColumns)
        {
            for (var i = 0; i < a.Rows; i += StripRows)
            {
                var rows = Math.Min(StripRows, a.Rows - i);
                TransposeStrip(a.Data + i * a.Stride + j, a.Stride, rows, Math.Min(BlockColumns, a.Columns - j), b.Data + j * b.Stride + i, b.Stride);
            }
        }

        a.KeepAlive();
        b.KeepAlive();
    }

    /// <summary>B ← Aᵀ for a strip A of a few rows.</summary>
    internal static void TransposeStrip<T>(T* a, nint aStride, int rows, int columns, T* b, nint bStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var i = 0;
        if (Avx512F.IsSupported && (typeof(T) == typeof(float) || typeof(T) == typeof(double)))
        {
            var side = Vector512<T>.Count;
            var whole = columns / side * side;
            for (; whole > 0 && i + side <= rows; i += side)
                TransposeSquares(a + i * aStride, aStride, whole, b + i, bStride);
            if (i > 0 && whole < columns)
                TransposeStrip(a + whole, aStride, i, columns - whole, b + whole * bStride, bStride);
        }

        if (typeof(T) == typeof(float) && Avx.IsSupported)
        {
            for (; i + 8 <= rows; i += 8)
                TransposeEightRows((float*)(a + i * aStride), aStride, columns, (float*)(b + i), bStride);
        }
        else if (typeof(T) == typeof(double) && Avx.IsSupported)
        {
            for (; i + 4 <= rows; i += 4)
                TransposeFourRows((double*)(a + i * aStride), aStride, columns, (double*)(b + i), bStride);
        }

        if (typeof(T) == typeof(float) && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i + 4 <= rows; i += 4)
                TransposeFourRows((float*)(a + i * aStride), aStride, columns, (float*)(b + i), bStride);
        }
        else if (typeof(T) == typeof(double) && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i + 2 <= rows; i += 2)
                TransposeTwoRows((double*)(a + i * aStride), aStride, columns, (double*)(b + i), bStride);
        }

        for (; i < rows; i++)
        {
            var row = a + i * aStride;
            for (var j = 0; j < columns; j++)
                b[j * bStride + i] = row[j];
        }
    }

    // Squares of whole cache lines, 16×16 or 8×8: each line is read once and written once, so that it does not matter that rows a power of two apart share a
    // few sets of the cache. Inside the quarters of the vectors as below, then the quarters among themselves.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeSquares<T>(T* a, nint aStride, int columns, T* b, nint bStride)
        where T : unmanaged
    {
        for (var j = 0; j < columns; j += Vector512<T>.Count, a += Vector512<T>.Count, b += Vector512<T>.Count * bStride)
        {
            if (typeof(T) == typeof(float))
            {
                InterleaveFourRows((float*)a, aStride, out var p0, out var p1, out var p2, out var p3);
                InterleaveFourRows((float*)a + 4 * aStride, aStride, out var q0, out var q1, out var q2, out var q3);
                InterleaveFourRows((float*)a + 8 * aStride, aStride, out var r0, out var r1, out var r2, out var r3);
                InterleaveFourRows((float*)a + 12 * aStride, aStride, out var s0, out var s1, out var s2, out var s3);
                StoreQuarters(p0, q0, r0, s0, (double*)b, 2 * bStride);
                StoreQuarters(p1, q1, r1, s1, (double*)(b + bStride), 2 * bStride);
                StoreQuarters(p2, q2, r2, s2, (double*)(b + 2 * bStride), 2 * bStride);
                StoreQuarters(p3, q3, r3, s3, (double*)(b + 3 * bStride), 2 * bStride);
            }
            else
            {
                InterleaveTwoRows((double*)a, aStride, out var p0, out var p1);
                InterleaveTwoRows((double*)a + 2 * aStride, aStride, out var q0, out var q1);
                InterleaveTwoRows((double*)a + 4 * aStride, aStride, out var r0, out var r1);
                InterleaveTwoRows((double*)a + 6 * aStride, aStride, out var s0, out var s1);
                StoreQuarters(p0, q0, r0, s0, (double*)b, 2 * bStride);
                StoreQuarters(p1, q1, r1, s1, (double*)(b + bStride), 2 * bStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleaveFourRows(float* a, nint aStride, out Vector512<double> c0, out Vector512<double> c1, out Vector512<double> c2, out Vector512<double> c3)
    {
        var x0 = Vector512.Load(a);
        var x1 = Vector512.Load(a + aStride);
        var x2 = Vector512.Load(a + 2 * aStride);
        var x3 = Vector512.Load(a + 3 * aStride);
        var low01 = Avx512F.UnpackLow(x0, x1).AsDouble();
        var high01 = Avx512F.UnpackHigh(x0, x1).AsDouble();
        var low23 = Avx512F.UnpackLow(x2, x3).AsDouble();
        var high23 = Avx512F.UnpackHigh(x2, x3).AsDouble();
        c0 = Avx512F.UnpackLow(low01, low23);
        c1 = Avx512F.UnpackHigh(low01, low23);
        c2 = Avx512F.UnpackLow(high01, high23);
        c3 = Avx512F.UnpackHigh(high01, high23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleaveTwoRows(double* a, nint aStride, out Vector512<double> c0, out Vector512<double> c1)
    {
        var x0 = Vector512.Load(a);
        var x1 = Vector512.Load(a + aStride);
        c0 = Avx512F.UnpackLow(x0, x1);
        c1 = Avx512F.UnpackHigh(x0, x1);
    }

    // The first quarters of p, q, r and s side by side, then the second ones, …: columns that are as far apart as a quarter has elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarters(Vector512<double> p, Vector512<double> q, Vector512<double> r, Vector512<double> s, double* b, nint apart)
    {
        const byte Lower = 0x44, Upper = 0xEE, Even = 0x88, Odd = 0xDD;
        var pq01 = Avx512F.Shuffle4x128(p, q, Lower);
        var pq23 = Avx512F.Shuffle4x128(p, q, Upper);
        var rs01 = Avx512F.Shuffle4x128(r, s, Lower);
        var rs23 = Avx512F.Shuffle4x128(r, s, Upper);
        Avx512F.Shuffle4x128(pq01, rs01, Even).Store(b);
        Avx512F.Shuffle4x128(pq01, rs01, Odd).Store(b + apart);
        Avx512F.Shuffle4x128(pq23, rs23, Even).Store(b + 2 * apart);
        Avx512F.Shuffle4x128(pq23, rs23, Odd).Store(b + 3 * apart);
    }

    // Rows 0–3 in the lower halves of vectors and rows 4–7 in the upper: two transpositions of 4×4 side by side, and whole columns of eight come out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeEightRows(float* a, nint aStride, int columns, float* b, nint bStride)
    {
        var a4 = a + 4 * aStride;
        var j = 0;
        for (; j + 4 <= columns; j += 4, a += 4, a4 += 4, b += 4 * bStride)
        {
            var x0 = Vector256.Create(Vector128.Load(a), Vector128.Load(a4));
            var x1 = Vector256.Create(Vector128.Load(a + aStride), Vector128.Load(a4 + aStride));
            var x2 = Vector256.Create(Vector128.Load(a + 2 * aStride), Vector128.Load(a4 + 2 * aStride));
            var x3 = Vector256.Create(Vector128.Load(a + 3 * aStride), Vector128.Load(a4 + 3 * aStride));
            var low01 = Avx.UnpackLow(x0, x1).AsDouble();
            var high01 = Avx.UnpackHigh(x0, x1).AsDouble();
            var low23 = Avx.UnpackLow(x2, x3).AsDouble();
            var high23 = Avx.UnpackHigh(x2, x3).AsDouble();
            Avx.UnpackLow(low01, low23).AsSingle().Store(b);
            Avx.UnpackHigh(low01, low23).AsSingle().Store(b + bStride);
            Avx.UnpackLow(high01, high23).AsSingle().Store(b + 2 * bStride);
            Avx.UnpackHigh(high01, high23).AsSingle().Store(b + 3 * bStride);
        }

        for (; j < columns; j++, a++, b += bStride)
        {
            for (nint i = 0; i < 8; i++)
                b[i] = a[i * aStride];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeFourRows(double* a, nint aStride, int columns, double* b, nint bStride)
    {
        var j = 0;
        for (; j + 2 <= columns; j += 2, a += 2, b += 2 * bStride)
        {
            var x0 = Vector256.Create(Vector128.Load(a), Vector128.Load(a + 2 * aStride));
            var x1 = Vector256.Create(Vector128.Load(a + aStride), Vector128.Load(a + 3 * aStride));
            Avx.UnpackLow(x0, x1).Store(b);
            Avx.UnpackHigh(x0, x1).Store(b + bStride);
        }

        if (j < columns)
        {
            for (nint i = 0; i < 4; i++)
                b[i] = a[i * aStride];
        }
    }

    // Lanes: rows a b c d of four floats; interleave a with b and c with d (a0 b0 a1 b1 …), then their pairs (a0 b0 c0 d0).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeFourRows(float* a, nint aStride, int columns, float* b, nint bStride)
    {
        float* row0 = a, row1 = row0 + aStride, row2 = row1 + aStride, row3 = row2 + aStride;
        var j = 0;
        for (; j + 4 <= columns; j += 4, b += 4 * bStride)
        {
            var x0 = Vector128.Load(row0 + j);
            var x1 = Vector128.Load(row1 + j);
            var x2 = Vector128.Load(row2 + j);
            var x3 = Vector128.Load(row3 + j);
            var low01 = InterleaveLow(x0, x1).AsDouble();
            var high01 = InterleaveHigh(x0, x1).AsDouble();
            var low23 = InterleaveLow(x2, x3).AsDouble();
            var high23 = InterleaveHigh(x2, x3).AsDouble();
            InterleaveLow(low01, low23).AsSingle().Store(b);
            InterleaveHigh(low01, low23).AsSingle().Store(b + bStride);
            InterleaveLow(high01, high23).AsSingle().Store(b + 2 * bStride);
            InterleaveHigh(high01, high23).AsSingle().Store(b + 3 * bStride);
        }

        for (; j < columns; j++, b += bStride)
        {
            b[0] = row0[j];
            b[1] = row1[j];
            b[2] = row2[j];
            b[3] = row3[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeTwoRows(double* a, nint aStride, int columns, double* b, nint bStride)
    {
        double* row0 = a, row1 = row0 + aStride;
        var j = 0;
        for (; j + 2 <= columns; j += 2, b += 2 * bStride)
        {
            var x0 = Vector128.Load(row0 + j);
            var x1 = Vector128.Load(row1 + j);
            InterleaveLow(x0, x1).Store(b);
            InterleaveHigh(x0, x1).Store(b + bStride);
        }

        if (j < columns)
        {
            b[0] = row0[j];
            b[1] = row1[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> InterleaveLow(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> InterleaveHigh(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
