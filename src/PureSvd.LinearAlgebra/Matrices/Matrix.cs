using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A dense row-major matrix [rows×columns] that owns its memory; it does not move, so that views may hold a pointer to it.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Matrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _data;

    /// <summary>A matrix [<paramref name="rows"/>×<paramref name="columns"/>] of zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or there are more elements than an array holds.</exception>
    public Matrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if ((long)rows * columns > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(rows), $"A matrix of {rows}×{columns} has more than {Array.MaxLength} elements.");
        Rows = rows;
        Columns = columns;
        _data = GC.AllocateArray<T>(Math.Max(1, rows * columns), pinned: true);
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Element (i, j).</summary>
    public ref T this[int i, int j] => ref _data[i * Columns + j];

    /// <summary>The elements, row by row.</summary>
    public Span<T> Span => _data.AsSpan(0, Rows * Columns);

    /// <summary>All of it as a view.</summary>
    public unsafe MatrixView<T> View
    {
        get
        {
            fixed (T* data = _data)
                return new MatrixView<T>(_data, data, Rows, Columns, Columns);
        }
    }

    /// <summary>All of it as a view.</summary>
    public static implicit operator MatrixView<T>(Matrix<T> matrix) => matrix.View;

    /// <summary>Row i.</summary>
    public Span<T> Row(int i) => Span.Slice(i * Columns, Columns);

    /// <summary>The identity [<paramref name="n"/>×<paramref name="n"/>].</summary>
    public static Matrix<T> Identity(int n)
    {
        var identity = new Matrix<T>(n, n);
        for (var i = 0; i < n; i++)
            identity[i, i] = T.One;
        return identity;
    }

    /// <summary>A matrix whose element (i, j) is <paramref name="element"/>(i, j).</summary>
    public static Matrix<T> Create(int rows, int columns, Func<int, int, T> element)
    {
        ArgumentNullException.ThrowIfNull(element);
        var matrix = new Matrix<T>(rows, columns);
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                matrix[i, j] = element(i, j);
        return matrix;
    }
}
