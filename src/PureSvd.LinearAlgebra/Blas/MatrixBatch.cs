using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Matrices of one shape that lie at equal distances: the heads of attention, say, which are side by side in one matrix.</summary>
/// <remarks>A plain struct, as <see cref="MatrixView{T}"/>.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly struct MatrixBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Matrix i begins i·<paramref name="step"/> elements after <paramref name="first"/>.</summary>
    /// <param name="first">The first one; its owner keeps all of them alive.</param>
    /// <param name="count">How many; at least 0.</param>
    /// <param name="step">Elements from one to the next; at 0 all are the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the step is negative.</exception>
    public MatrixBatch(MatrixView<T> first, int count, nint step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        (First, Count, Step) = (first, count, step);
    }

    /// <summary>The first matrix.</summary>
    public MatrixView<T> First { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Elements from one to the next.</summary>
    public nint Step { get; }

    /// <summary>Matrix i.</summary>
    public MatrixView<T> this[int i] => First.Moved(i * Step);

    /// <summary>The columns of <paramref name="all"/> in <paramref name="count"/> equal parts.</summary>
    /// <exception cref="ArgumentException">They cannot be divided so.</exception>
    public static MatrixBatch<T> SideBySide(MatrixView<T> all, int count)
    {
        var columns = Part(all.Columns, count, "columns");
        return new(all.ColumnRange(0, columns), count, columns);
    }

    /// <summary>The rows of <paramref name="all"/> in <paramref name="count"/> equal parts.</summary>
    /// <exception cref="ArgumentException">They cannot be divided so.</exception>
    public static MatrixBatch<T> Stacked(MatrixView<T> all, int count)
    {
        var rows = Part(all.Rows, count, "rows");
        return new(all.RowRange(0, rows), count, rows * all.Stride);
    }

    private static int Part(int size, int count, string what) =>
        count > 0 && size % count == 0 ? size / count : throw new ArgumentException($"{size} {what} do not make {count} equal parts.", nameof(count));
}
