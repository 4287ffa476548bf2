using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A dense row-major matrix [rows×columns] that owns its memory; it begins with a cache line and does not move, so that views may hold a pointer to it.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Matrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Bytes of a cache line: a vector that straddles two of them takes two loads.</summary>
    private const int Alignment = 64;

    private readonly T[] _data;
    private readonly int _first;

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
        var padding = Alignment / Unsafe.SizeOf<T>();
        _data = GC.AllocateArray<T>((int)Math.Min(Array.MaxLength, (long)rows * columns + padding), pinned: true);
        if (_data.Length == rows * columns + padding)
            _first = (int)((Alignment - (nint)Marshal.UnsafeAddrOfPinnedArrayElement(_data, 0) % Alignment) % Alignment) / Unsafe.SizeOf<T>();
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Element (i, j).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public ref T this[int i, int j]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)i >= (uint)Rows || (uint)j >= (uint)Columns)
                ThrowOutside(i, j);
            return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_data), _first + (nint)i * Columns + j);
        }
    }

    /// <summary>The elements, row by row.</summary>
    public Span<T> Span => _data.AsSpan(_first, Rows * Columns);

    /// <summary>All of it as a view.</summary>
    public MatrixView<T> View => new(_data, _first, Rows, Columns, Columns);

    /// <summary>All of it as a view.</summary>
    public static implicit operator MatrixView<T>(Matrix<T> matrix) => matrix.View;

    /// <summary>Row i.</summary>
    public Span<T> Row(int i) => Span.Slice(i * Columns, Columns);

    private void ThrowOutside(int i, int j) => throw new ArgumentOutOfRangeException(nameof(i), $"A matrix of {Rows}×{Columns} has no element ({i}, {j}).");

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
