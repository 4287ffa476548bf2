using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>Copies a strip of A or B into a panel: for each k its <c>width</c> elements side by side, in the order in which a micro-kernel reads them.</summary>
/// <remarks>A panel is contiguous, so it costs one page translation in place of one a row, never conflicts with itself in a cache, and ends in zeros where the matrix does.</remarks>
internal static unsafe class GemmPacking
{
    /// <summary>Rows that are copied together: a panel of twelve columns then gets whole cache lines at a visit, and no line comes back to a full set of the cache.</summary>
    private const int RowsTogether = 4;

    /// <summary>Rows ahead that are fetched: the processor does not look beyond a page, and the next row lies in another one.</summary>
    private const int RowsAhead = 8;

    private const int Line = 64;

    /// <summary>Packs strips that lie along the rows of their matrix, B as is or A transposed, into one panel after another.</summary>
    /// <remarks>Four rows at a time through all panels.</remarks>
    /// <param name="source">Element (0, 0) of the strips [k × count].</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="k">Rows.</param>
    /// <param name="count">Columns of all strips.</param>
    /// <param name="width">Columns of a panel; those of the last one from <paramref name="count"/> on become 0.</param>
    /// <param name="panels">[k × width] each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PackAlong<T>(T* source, nint stride, int k, int count, int width, T* panels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var panelSize = (nint)k * width;
        var whole = count / width * width;
        var p = 0;
        for (; p + RowsTogether <= k; p += RowsTogether, source += RowsTogether * stride, panels += RowsTogether * width)
        {
            if (Sse.IsSupported && p + RowsAhead + RowsTogether <= k)
                FetchRows(source + RowsAhead * stride, stride, count);
            var panel = panels;
            for (var j = 0; j < whole; j += width, panel += panelSize)
            {
                CopyRow(source + j, panel, width);
                CopyRow(source + stride + j, panel + width, width);
                CopyRow(source + 2 * stride + j, panel + 2 * width, width);
                CopyRow(source + 3 * stride + j, panel + 3 * width, width);
            }

            for (var i = 0; whole < count && i < RowsTogether; i++)
                CopyLastRow(source + i * stride + whole, count - whole, panel + i * width, width);
        }

        for (; p < k; p++, source += stride, panels += width)
        {
            var panel = panels;
            for (var j = 0; j < whole; j += width, panel += panelSize)
                CopyRow(source + j, panel, width);
            if (whole < count)
                CopyLastRow(source + whole, count - whole, panel, width);
        }
    }

    private static void CopyLastRow<T>(T* source, int count, T* destination, int width)
        where T : unmanaged
    {
        new Span<T>(destination, width).Clear();
        CopyRow(source, destination, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchRows<T>(T* source, nint stride, int count)
        where T : unmanaged
    {
        for (var j = 0; j < count; j += Line / sizeof(T))
        {
            for (nint i = 0; i < RowsTogether; i++)
                Sse.Prefetch0(source + i * stride + j);
        }
    }

    /// <summary>Copies a few elements: by the widest vectors that fit, of which the last one ends with the row and may overlap the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CopyRow<T>(T* source, T* destination, int width)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported && width >= Vector512<T>.Count)
        {
            var last = width - Vector512<T>.Count;
            for (var j = 0; j < last; j += Vector512<T>.Count)
                Vector512.Load(source + j).Store(destination + j);
            Vector512.Load(source + last).Store(destination + last);
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported && width >= Vector256<T>.Count)
        {
            var last = width - Vector256<T>.Count;
            for (var j = 0; j < last; j += Vector256<T>.Count)
                Vector256.Load(source + j).Store(destination + j);
            Vector256.Load(source + last).Store(destination + last);
        }
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported && width >= Vector128<T>.Count)
        {
            var last = width - Vector128<T>.Count;
            for (var j = 0; j < last; j += Vector128<T>.Count)
                Vector128.Load(source + j).Store(destination + j);
            Vector128.Load(source + last).Store(destination + last);
        }
        else
        {
            for (var j = 0; j < width; j++)
                destination[j] = source[j];
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
            ClearFrom(count, panel, k, width);
        Transposition.TransposeStrip(source, stride, count, k, panel, width);
    }

    /// <summary>Zeros in the columns of a panel from <paramref name="count"/> on; in others too, which are written next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ClearFrom<T>(int count, T* panel, int k, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!Vector512.IsHardwareAccelerated || !Vector512<T>.IsSupported || width - count > Vector512<T>.Count || width < Vector512<T>.Count)
        {
            new Span<T>(panel, k * width).Clear();
            return;
        }

        panel += width - Vector512<T>.Count;
        for (var p = 0; p < k; p++, panel += width)
            Vector512<T>.Zero.Store(panel);
    }
}
