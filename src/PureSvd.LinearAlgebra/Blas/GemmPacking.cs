using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        Transposition.TransposeStrip(source, stride, count, k, panel, width);
    }
}
