using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>One buffer that is reshaped from batch to batch and grows when it must.</summary>
internal sealed class ScratchMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Matrix<T> _memory = new(0, 0);

    /// <summary>The current shape; its contents are whatever was written since the last <see cref="Resize"/>.</summary>
    public MatrixView<T> View { get; private set; }

    /// <summary>Takes the shape [rows×columns]; the contents become undefined.</summary>
    public MatrixView<T> Resize(int rows, int columns)
    {
        var needed = (long)rows * columns;
        if (needed > (long)_memory.Rows * _memory.Columns)
            _memory = new Matrix<T>(1, checked((int)Math.Min(Array.MaxLength, needed + needed / 4))); // Room to spare: batches vary in length.
        return View = _memory.View.Reshape(0, rows, columns);
    }

    /// <summary>The same with a cache line between the rows where they would otherwise all fall into the same few sets of a cache; they do not lie end to end then.</summary>
    public unsafe MatrixView<T> ResizeApart(int rows, int columns)
    {
        const int Line = 64, Sets = 1024;
        return columns * sizeof(T) % Sets != 0 ? Resize(rows, columns) : View = Resize(rows, columns + Line / sizeof(T)).ColumnRange(0, columns);
    }

    /// <summary>All elements of the current shape.</summary>
    public Span<T> Span => View.Span;
}
