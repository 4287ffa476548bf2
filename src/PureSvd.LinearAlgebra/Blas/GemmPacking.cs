using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>Copies a strip of A or B into a panel: for each k its <c>width</c> elements side by side, in the order in which a micro-kernel reads them.</summary>
/// <remarks>A panel is contiguous, so it costs one page translation in place of one a row, never conflicts with itself in a cache, and ends in zeros where the matrix does.</remarks>
internal static unsafe class GemmPacking
{
    /// <summary>Packs a strip that lies along the rows of its matrix: B as is, or A transposed.</summary>
    /// <param name="source">Element (0, 0) of the strip [k × count].</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="k">Rows.</param>
    /// <param name="count">Columns, at most <paramref name="width"/>.</param>
    /// <param name="width">Columns of the panel; those from <paramref name="count"/> on become 0.</param>
    /// <param name="panel">[k × width].</param>
    internal static void PackAlong<T>(T* source, nint stride, int k, int count, int width, T* panel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count < width)
        {
            for (; k > 0; k--, source += stride, panel += width)
            {
                new Span<T>(source, count).CopyTo(new Span<T>(panel, count));
                new Span<T>(panel + count, width - count).Clear();
            }
        }
        else if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported && width % Vector512<T>.Count == 0)
        {
            for (; k > 0; k--, source += stride, panel += width)
            {
                for (var j = 0; j < width; j += Vector512<T>.Count)
                    Vector512.Load(source + j).Store(panel + j);
            }
        }
        else if (Vector128<T>.IsSupported && width >= Vector128<T>.Count)
        {
            // The last vector ends at the end of the row and may overlap the one before.
            var last = width - Vector128<T>.Count;
            for (; k > 0; k--, source += stride, panel += width)
            {
                for (var j = 0; j < last; j += Vector128<T>.Count)
                    Vector128.Load(source + j).Store(panel + j);
                Vector128.Load(source + last).Store(panel + last);
            }
        }
        else
        {
            for (; k > 0; k--, source += stride, panel += width)
            {
                for (var j = 0; j < width; j++)
                    panel[j] = source[j];
            }
        }
    }

    /// <summary>Packs a strip that lies across the rows of its matrix: A as is, or B transposed. It is transposed on the way, in registers.</summary>
    /// <param name="source">Element (0, 0) of the strip [count × k].</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="k">Columns.</param>
    /// <param name="count">Rows, at most <paramref name="width"/>.</param>
    /// <param name="width">Columns of the panel; those from <paramref name="count"/> on become 0.</param>
    /// <param name="panel">[k × width].</param>
    internal static void PackAcross<T>(T* source, nint stride, int k, int count, int width, T* panel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count < width)
            new Span<T>(panel, k * width).Clear();

        var i = 0;
        if (typeof(T) == typeof(float) && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i + 4 <= count; i += 4)
                TransposeFour((float*)source + i * stride, stride, k, (float*)panel + i, width);
        }
        else if (typeof(T) == typeof(double) && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            for (; i + 2 <= count; i += 2)
                TransposeTwo((double*)source + i * stride, stride, k, (double*)panel + i, width);
        }

        for (; i < count; i++)
        {
            var row = source + i * stride;
            for (var p = 0; p < k; p++)
                panel[p * width + i] = row[p];
        }
    }

    /// <summary>Four rows of floats become four neighbours in each row of the panel.</summary>
    private static void TransposeFour(float* source, nint stride, int k, float* panel, nint width)
    {
        float* row0 = source, row1 = row0 + stride, row2 = row1 + stride, row3 = row2 + stride;
        var p = 0;
        for (; p + 4 <= k; p += 4, panel += 4 * width)
        {
            var x0 = Vector128.Load(row0 + p);
            var x1 = Vector128.Load(row1 + p);
            var x2 = Vector128.Load(row2 + p);
            var x3 = Vector128.Load(row3 + p);
            var low01 = InterleaveLow(x0, x1);
            var high01 = InterleaveHigh(x0, x1);
            var low23 = InterleaveLow(x2, x3);
            var high23 = InterleaveHigh(x2, x3);
            InterleaveLow(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(panel);
            InterleaveHigh(low01.AsDouble(), low23.AsDouble()).AsSingle().Store(panel + width);
            InterleaveLow(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(panel + 2 * width);
            InterleaveHigh(high01.AsDouble(), high23.AsDouble()).AsSingle().Store(panel + 3 * width);
        }

        for (; p < k; p++, panel += width)
        {
            panel[0] = row0[p];
            panel[1] = row1[p];
            panel[2] = row2[p];
            panel[3] = row3[p];
        }
    }

    /// <summary>Two rows of doubles become two neighbours in each row of the panel.</summary>
    private static void TransposeTwo(double* source, nint stride, int k, double* panel, nint width)
    {
        double* row0 = source, row1 = row0 + stride;
        var p = 0;
        for (; p + 2 <= k; p += 2, panel += 2 * width)
        {
            var x0 = Vector128.Load(row0 + p);
            var x1 = Vector128.Load(row1 + p);
            InterleaveLow(x0, x1).Store(panel);
            InterleaveHigh(x0, x1).Store(panel + width);
        }

        if (p < k)
        {
            panel[0] = row0[p];
            panel[1] = row1[p];
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
