using System.Numerics;
using CommunityToolkit.HighPerformance;

namespace PureSvd.LinearAlgebra;

/// <summary>The way to and from the two-dimensional spans of CommunityToolkit.HighPerformance.</summary>
public static class Matrix2DExtensions
{
    /// <summary>The same memory as a <see cref="Span2D{T}"/>.</summary>
    /// <exception cref="ArgumentException">The gap between two rows is more than <see cref="int.MaxValue"/> elements.</exception>
    public static Span2D<T> AsSpan2D<T>(this MatrixView<T> view)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var gap = view.Stride - view.Columns;
        if (gap > int.MaxValue)
            throw new ArgumentException($"A gap of {gap} elements between rows does not fit a Span2D.", nameof(view));
        return view.Rows == 0 || view.Columns == 0 ? default : Span2D<T>.DangerousCreate(ref view[0, 0], view.Rows, view.Columns, (int)gap);
    }

    /// <summary>The same memory as a <see cref="Span2D{T}"/>.</summary>
    public static Span2D<T> AsSpan2D<T>(this Matrix<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return matrix.Rows == 0 || matrix.Columns == 0 ? default : Span2D<T>.DangerousCreate(ref matrix[0, 0], matrix.Rows, matrix.Columns, 0);
    }

    /// <summary>A new matrix with the same elements.</summary>
    public static Matrix<T> ToMatrix<T>(this ReadOnlySpan2D<T> span)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new Matrix<T>(span.Height, span.Width);
        if (span.Length > 0)
            span.CopyTo(matrix.Span);
        return matrix;
    }

    /// <summary>A new matrix with the same elements.</summary>
    public static Matrix<T> ToMatrix<T>(this Span2D<T> span)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ((ReadOnlySpan2D<T>)span).ToMatrix();

    /// <summary>Pins the memory and gives a view on it: no copy. Dispose of the result when no view of it is used any more.</summary>
    public static PinnedMatrix<T> ToPinnedMatrix<T>(this Memory2D<T> memory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(memory);
}
