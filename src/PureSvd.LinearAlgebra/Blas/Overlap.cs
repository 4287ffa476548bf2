using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Whether two windows on memory share an element: a product that writes what it still reads is wrong, and differently so for every number of threads.</summary>
internal static unsafe class Overlap
{
    /// <summary>Windows of one matrix side by side do not overlap, though their rows alternate in memory.</summary>
    /// <remarks>A few comparisons where the windows lie apart or have the same stride; otherwise linear in their rows.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Exists<T>(MatrixView<T> a, MatrixView<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Exists((byte*)a.Data, a.Rows, (long)a.Columns * sizeof(T), a.Stride * sizeof(T), (byte*)b.Data, b.Rows, (long)b.Columns * sizeof(T), b.Stride * sizeof(T));

    /// <summary>Whether the memory from the first to the last element of one batch meets that of the other; if not, no matrix of one overlaps one of the other.</summary>
    internal static bool Hulls<T>(MatrixBatch<T> a, MatrixBatch<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return a.Count > 0 && b.Count > 0 && a.First.Data < End(b) && b.First.Data < End(a);

        static T* End(MatrixBatch<T> batch) => batch[batch.Count - 1].Data + (Math.Max(1, batch.First.Rows) - 1) * batch.First.Stride + batch.First.Columns;
    }

    /// <summary>The same for rows of <paramref name="aWidth"/> and <paramref name="bWidth"/> bytes, strides in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Exists(byte* a, int aRows, long aWidth, nint aStride, byte* b, int bRows, long bWidth, nint bStride)
    {
        if (aRows == 0 || bRows == 0 || aWidth == 0 || bWidth == 0)
            return false;
        if (a + (aRows - 1) * aStride + aWidth <= b || b + (bRows - 1) * bStride + bWidth <= a)
            return false;
        return Meet(a, aRows, aWidth, aStride, b, bRows, bWidth, bStride);
    }

    /// <summary>The same where the memory from first to last element meets.</summary>
    private static bool Meet(byte* a, int aRows, long aWidth, nint aStride, byte* b, int bRows, long bWidth, nint bStride)
    {
        if (aStride != bStride || aStride == 0)
            return RowByRow(a, aRows, aWidth, aStride, b, bRows, bWidth, bStride);

        // b begins `rows` rows and `columns` bytes after a; it reaches into the row below as well, where it begins before a does.
        var rows = (nint)(b - a) / aStride;
        var columns = (nint)(b - a) % aStride;
        if (columns < 0)
            (rows, columns) = (rows - 1, columns + aStride);
        return (columns < aWidth && rows < aRows && rows > -bRows) || (columns - aStride > -bWidth && rows + 1 < aRows && rows + 1 > -bRows);
    }

    private static bool RowByRow(byte* a, int aRows, long aWidth, nint aStride, byte* b, int bRows, long bWidth, nint bStride)
    {
        while (aRows > 0 && bRows > 0)
        {
            if (a + aWidth <= b)
            {
                a += aStride;
                aRows--;
            }
            else if (b + bWidth <= a)
            {
                b += bStride;
                bRows--;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
