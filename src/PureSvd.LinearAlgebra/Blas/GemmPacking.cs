using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>Copies a strip of A or B into a panel: for each k its <c>width</c> elements side by side, in the order in which a micro-kernel reads them.</summary>
/// <remarks>A panel is contiguous, so it costs one page translation in place of one a row, never conflicts with itself in a cache, and ends in zeros where the matrix does.</remarks>
internal static unsafe class GemmPacking
{
    /// <summary>Packs strips that lie along the rows of their matrix, B as is or A transposed, into one panel after another.</summary>
    /// <remarks>Row by row through all panels: a row lies in one page, and the processor sees where it leads.</remarks>
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
        for (var p = 0; p < k; p++, source += stride, panels += width)
        {
            var panel = panels;
            for (var j = 0; j < whole; j += width, panel += panelSize)
                CopyRow(source + j, panel, width);
            if (whole < count)
            {
                new Span<T>(panel, width).Clear();
                CopyRow(source + whole, panel, count - whole);
            }
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
            new Span<T>(panel, k * width).Clear();

        Transposition.TransposeStrip(source, stride, count, k, panel, width);
    }
}
