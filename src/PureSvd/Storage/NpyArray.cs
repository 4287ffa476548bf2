using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>An array out of a <c>.npy</c> file.</summary>
/// <param name="DType">The element type in the file.</param>
/// <param name="Shape">Its sizes; empty for a 0-D array.</param>
/// <param name="Values">The elements, row-major.</param>
public sealed record NpyArray<T>(TensorDType DType, int[] Shape, T[] Values)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>As a matrix: 2-D as it is, 1-D as one row, 0-D as 1×1, and of more dimensions the leading ones together as the rows.</summary>
    public Matrix<T> ToMatrix()
    {
        var columns = Shape.Length == 0 ? 1 : Shape[^1];
        var rows = 1;
        foreach (var size in Shape.AsSpan(0, Math.Max(0, Shape.Length - 1)))
            rows = checked(rows * size);
        var matrix = new Matrix<T>(rows, columns);
        Values.CopyTo(matrix.Span);
        return matrix;
    }
}
