using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A row-major window [rows×columns] on memory that something else owns; element (i, j) is at <c>Data[i·Stride + j]</c>.</summary>
/// <remarks>
/// A plain struct with a pointer, so that closures and threads can hold it. <see cref="Owner"/> keeps the memory alive as long as the view is reachable;
/// a kernel that works on the bare pointer ends with <see cref="KeepAlive"/>.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public readonly unsafe struct MatrixView<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A view [<paramref name="rows"/>×<paramref name="columns"/>] on <paramref name="data"/>, whose rows are <paramref name="stride"/> elements apart.</summary>
    /// <param name="owner">Whatever keeps <paramref name="data"/> alive; null for memory that outlives every view.</param>
    /// <param name="data">Element (0, 0); does not move.</param>
    /// <param name="rows">At least 0.</param>
    /// <param name="columns">At least 0.</param>
    /// <param name="stride">At least <paramref name="columns"/>.</param>
    public MatrixView(object? owner, T* data, int rows, int columns, nint stride)
    {
        Debug.Assert(rows >= 0 && columns >= 0 && stride >= columns);
        Owner = owner;
        Data = data;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>What keeps the memory alive.</summary>
    public object? Owner { get; }

    /// <summary>Element (0, 0).</summary>
    public T* Data { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from one row to the next.</summary>
    public nint Stride { get; }

    /// <summary>Element (i, j).</summary>
    public ref T this[int i, int j]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert((uint)i < (uint)Rows && (uint)j < (uint)Columns);
            return ref Data[i * Stride + j];
        }
    }

    /// <summary>Row i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Row(int i)
    {
        Debug.Assert((uint)i < (uint)Rows);
        return new Span<T>(Data + i * Stride, Columns);
    }

    /// <summary>The window of <paramref name="rows"/>×<paramref name="columns"/> elements at (<paramref name="row"/>, <paramref name="column"/>).</summary>
    public MatrixView<T> Slice(int row, int column, int rows, int columns)
    {
        if ((uint)row > (uint)Rows || (uint)rows > (uint)(Rows - row) || (uint)column > (uint)Columns || (uint)columns > (uint)(Columns - column))
            throw new ArgumentOutOfRangeException(nameof(row), $"A window of {rows}×{columns} at ({row}, {column}) does not fit a matrix of {Rows}×{Columns}.");
        return new MatrixView<T>(Owner, Data + row * Stride + column, rows, columns, Stride);
    }

    /// <summary>Rows [<paramref name="row"/>, <paramref name="row"/> + <paramref name="rows"/>).</summary>
    public MatrixView<T> RowRange(int row, int rows) => Slice(row, 0, rows, Columns);

    /// <summary>Columns [<paramref name="column"/>, <paramref name="column"/> + <paramref name="columns"/>).</summary>
    public MatrixView<T> ColumnRange(int column, int columns) => Slice(0, column, Rows, columns);

    /// <summary>Sets every element to <paramref name="value"/>.</summary>
    public void Fill(T value)
    {
        for (var i = 0; i < Rows; i++)
            Row(i).Fill(value);
        KeepAlive();
    }

    /// <summary>Copies into <paramref name="destination"/> of the same shape; the two must not overlap.</summary>
    public void CopyTo(MatrixView<T> destination)
    {
        if (destination.Rows != Rows || destination.Columns != Columns)
            throw new ArgumentException($"Cannot copy {Rows}×{Columns} to {destination.Rows}×{destination.Columns}.", nameof(destination));
        for (var i = 0; i < Rows; i++)
            Row(i).CopyTo(destination.Row(i));
        KeepAlive();
        destination.KeepAlive();
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
}
