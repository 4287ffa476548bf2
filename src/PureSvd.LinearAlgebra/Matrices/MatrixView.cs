using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A row-major window [rows×columns] on memory that something else owns; element (i, j) is at <c>Data[i·Stride + j]</c>.</summary>
/// <remarks>
/// A plain struct, so that closures and threads can hold it. <c>this[i, j]</c> and <see cref="Row"/> are references into the array that holds the elements, and the garbage collector
/// sees them: whoever has one keeps the memory alive. It sees no <see cref="Data"/>; a kernel that works on the bare pointer ends with <see cref="KeepAlive"/>.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly unsafe struct MatrixView<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The elements are found from the array and not from a pointer, so that no way to them leads past what the garbage collector sees. Memory outside its heap is as far from an anchor.
    private readonly byte[] _array; // Of any element type: only where its first element lies counts.
    private readonly nint _offset;

    /// <summary>A view [<paramref name="rows"/>×<paramref name="columns"/>] on <paramref name="data"/>, whose rows are <paramref name="stride"/> elements apart.</summary>
    /// <param name="owner">
    /// Whatever keeps <paramref name="data"/> alive; null for memory that outlives every view. An array T[] is the pinned one that <paramref name="data"/> lies in; of anything else the garbage
    /// collector does not know what it owns, and the caller keeps it alive while elements are used.
    /// </param>
    /// <param name="data">Element (0, 0); does not move.</param>
    /// <param name="rows">At least 0.</param>
    /// <param name="columns">At least 0.</param>
    /// <param name="stride">At least <paramref name="columns"/>.</param>
    public MatrixView(object? owner, T* data, int rows, int columns, nint stride)
        : this(owner, owner as T[] ?? (Array)OutsideHeap.Anchor, data, rows, columns, stride)
    {
    }

    /// <summary>A view on a pinned <paramref name="array"/> of any element type, which <paramref name="data"/> lies in.</summary>
    internal MatrixView(object? owner, Array array, T* data, int rows, int columns, nint stride)
        : this(owner, Unsafe.As<byte[]>(array), (nint)data - (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Unsafe.As<byte[]>(array))), rows, columns, stride)
    {
    }

    /// <summary>A view on a pinned array, whose element (0, 0) is element <paramref name="first"/> of the array.</summary>
    internal MatrixView(T[] array, nint first, int rows, int columns, nint stride)
        : this(array, Unsafe.As<byte[]>(array), first * sizeof(T), rows, columns, stride)
    {
    }

    private MatrixView(object? owner, byte[] array, nint offset, int rows, int columns, nint stride)
    {
        Debug.Assert(rows >= 0 && columns >= 0 && stride >= columns);
        Owner = owner;
        _array = array;
        _offset = offset;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>What keeps the memory alive.</summary>
    public object? Owner { get; }

    /// <summary>Element (0, 0); valid as long as <see cref="Owner"/> is kept alive.</summary>
    public T* Data
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _array is null ? null : (T*)Unsafe.AsPointer(ref First);
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from one row to the next.</summary>
    public nint Stride { get; }

    private ref T First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(_array), _offset));
    }

    /// <summary>Element (i, j).</summary>
    public ref T this[int i, int j]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert((uint)i < (uint)Rows && (uint)j < (uint)Columns);
            return ref Unsafe.Add(ref First, i * Stride + j);
        }
    }

    /// <summary>Row i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Row(int i)
    {
        Debug.Assert((uint)i < (uint)Rows);
        return MemoryMarshal.CreateSpan(ref Unsafe.Add(ref First, i * Stride), Columns);
    }

    /// <summary>The window of <paramref name="rows"/>×<paramref name="columns"/> elements at (<paramref name="row"/>, <paramref name="column"/>).</summary>
    public MatrixView<T> Slice(int row, int column, int rows, int columns)
    {
        if ((uint)row > (uint)Rows || (uint)rows > (uint)(Rows - row) || (uint)column > (uint)Columns || (uint)columns > (uint)(Columns - column))
            throw new ArgumentOutOfRangeException(nameof(row), $"A window of {rows}×{columns} at ({row}, {column}) does not fit a matrix of {Rows}×{Columns}.");
        return new MatrixView<T>(Owner, _array, _offset + (row * Stride + column) * sizeof(T), rows, columns, Stride);
    }

    /// <summary>Rows [<paramref name="row"/>, <paramref name="row"/> + <paramref name="rows"/>).</summary>
    public MatrixView<T> RowRange(int row, int rows) => Slice(row, 0, rows, Columns);

    /// <summary>Columns [<paramref name="column"/>, <paramref name="column"/> + <paramref name="columns"/>).</summary>
    public MatrixView<T> ColumnRange(int column, int columns) => Slice(0, column, Rows, columns);

    /// <summary>All elements, row by row.</summary>
    /// <exception cref="InvalidOperationException">The rows do not lie end to end.</exception>
    public Span<T> Span => Rows == 0 || Columns == 0 ? default : MemoryMarshal.CreateSpan(ref First, checked(Rows * EndToEnd().Columns));

    /// <summary>The elements from the one at <paramref name="first"/> on, counted row by row, as a matrix [<paramref name="rows"/>×<paramref name="columns"/>] of another shape.</summary>
    /// <exception cref="InvalidOperationException">The rows do not lie end to end.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many elements.</exception>
    public MatrixView<T> Reshape(long first, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (first < 0 || first > (long)Rows * Columns - (long)rows * columns)
            throw new ArgumentOutOfRangeException(nameof(first), $"A matrix of {rows}×{columns} from element {first} on is more than one of {Rows}×{Columns} has.");
        return new MatrixView<T>(Owner, EndToEnd()._array, _offset + (nint)first * sizeof(T), rows, columns, columns);
    }

    /// <summary>Sets every element to <paramref name="value"/>.</summary>
    public void Fill(T value)
    {
        for (var i = 0; i < Rows && Columns > 0; i++)
            Row(i).Fill(value);
    }

    /// <summary>Copies into <paramref name="destination"/> of the same shape; the two must not overlap.</summary>
    public void CopyTo(MatrixView<T> destination)
    {
        if (destination.Rows != Rows || destination.Columns != Columns)
            throw new ArgumentException($"Cannot copy {Rows}×{Columns} to {destination.Rows}×{destination.Columns}.", nameof(destination));
        for (var i = 0; i < Rows && Columns > 0; i++)
            Row(i).CopyTo(destination.Row(i));
    }

    /// <summary>A new matrix with the same elements.</summary>
    public Matrix<T> ToMatrix()
    {
        var copy = new Matrix<T>(Rows, Columns);
        CopyTo(copy.View);
        return copy;
    }

    /// <summary>A new matrix, the transpose [columns×rows].</summary>
    public Matrix<T> Transpose()
    {
        var transpose = new Matrix<T>(Columns, Rows);
        Transposition.Transpose(this, transpose.View);
        return transpose;
    }

    /// <summary>Writes the transpose into <paramref name="destination"/> [columns×rows]; the two must not overlap.</summary>
    public void TransposeTo(MatrixView<T> destination)
    {
        if (destination.Rows != Columns || destination.Columns != Rows)
            throw new ArgumentException($"Cannot transpose {Rows}×{Columns} to {destination.Rows}×{destination.Columns}.", nameof(destination));
        Transposition.Transpose(this, destination);
    }

    /// <summary>Keeps <see cref="Owner"/> reachable up to this point.</summary>
    public void KeepAlive() => GC.KeepAlive(Owner);

    /// <summary>The window of the same shape that begins so many elements later.</summary>
    internal MatrixView<T> Moved(nint elements) => new(Owner, _array, _offset + elements * sizeof(T), Rows, Columns, Stride);

    private MatrixView<T> EndToEnd() => Rows <= 1 || Stride == Columns
        ? this
        : throw new InvalidOperationException($"The rows of a view of {Rows}×{Columns} are {Stride} elements apart, and must lie end to end for this.");
}

/// <summary>The fixed point that views of memory outside the garbage collector's heap are measured from.</summary>
file static class OutsideHeap
{
    internal static readonly byte[] Anchor = GC.AllocateArray<byte>(1, pinned: true);
}
