namespace PureSvd.LinearAlgebra;

/// <summary>A row-major window [rows×columns] on weights in the precision in which they are stored: read only, and widened to float32 by the kernel that reads them.</summary>
/// <remarks>
/// <para>A checkpoint in float16 or bfloat16 is multiplied where it lies, in the mapped file say, and never exists in float32 as a whole: half the memory,
/// and for one token half the time, since a product with a vector is bound by the bytes that it reads. Sums are float32.</para>
/// <para>A plain struct with a pointer, as <see cref="MatrixView{T}"/>; kernels end with <see cref="KeepAlive"/>. The memory need not be aligned.</para>
/// </remarks>
public readonly unsafe struct StoredMatrix
{
    /// <summary>A view [<paramref name="rows"/>×<paramref name="columns"/>] on <paramref name="data"/>, whose rows are <paramref name="stride"/> elements apart.</summary>
    /// <param name="owner">Whatever keeps <paramref name="data"/> alive; null for memory that outlives every view.</param>
    /// <param name="data">Element (0, 0), at any address; does not move.</param>
    /// <param name="rows">At least 0.</param>
    /// <param name="columns">At least 0.</param>
    /// <param name="stride">At least <paramref name="columns"/>.</param>
    /// <param name="kind">What an element is.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind, a size is negative, or the stride is less than a row.</exception>
    public StoredMatrix(object? owner, void* data, int rows, int columns, nint stride, ElementKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        if (kind is not (ElementKind.F32 or ElementKind.F16 or ElementKind.BF16))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such element kind.");
        Owner = owner;
        Data = (byte*)data;
        Rows = rows;
        Columns = columns;
        Stride = stride;
        Kind = kind;
    }

    /// <summary>What keeps the memory alive.</summary>
    public object? Owner { get; }

    /// <summary>The first byte of element (0, 0).</summary>
    public byte* Data { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from one row to the next.</summary>
    public nint Stride { get; }

    /// <summary>What an element is.</summary>
    public ElementKind Kind { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementSize => Kind == ElementKind.F32 ? sizeof(float) : sizeof(ushort);

    /// <summary>A float32 matrix as it is.</summary>
    public static implicit operator StoredMatrix(MatrixView<float> view) => FromMatrixView(view);

    /// <summary>A float32 matrix as it is.</summary>
    public static implicit operator StoredMatrix(Matrix<float> matrix) => FromMatrixView(matrix.View);

    /// <summary>A float32 matrix as it is.</summary>
    public static StoredMatrix FromMatrixView(MatrixView<float> view) => new(view.Owner, view.Data, view.Rows, view.Columns, view.Stride, ElementKind.F32);

    /// <summary>Rows [<paramref name="row"/>, <paramref name="row"/> + <paramref name="rows"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all rows of this matrix.</exception>
    public StoredMatrix RowRange(int row, int rows)
    {
        if ((uint)row > (uint)Rows || (uint)rows > (uint)(Rows - row))
            throw new ArgumentOutOfRangeException(nameof(row), $"Rows {row} to {row + rows} do not fit a matrix of {Rows}×{Columns}.");
        return new StoredMatrix(Owner, Data + row * Stride * ElementSize, rows, Columns, Stride, Kind);
    }

    /// <summary>Writes row <paramref name="i"/>, widened, to <paramref name="destination"/>: what an embedding does.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length than a row.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no row <paramref name="i"/>.</exception>
    public void CopyRowTo(int i, Span<float> destination)
    {
        if ((uint)i >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(i), i, $"A matrix of {Rows}×{Columns} has no such row.");
        if (destination.Length != Columns)
            throw new ArgumentException($"A row of {Columns} elements does not fit a destination of {destination.Length}.", nameof(destination));
        var row = Data + i * Stride * ElementSize;
        switch (Kind)
        {
            case ElementKind.F16:
                HalfPrecision.FromFloat16(new ReadOnlySpan<Half>(row, Columns), destination);
                break;
            case ElementKind.BF16:
                HalfPrecision.FromBFloat16(new ReadOnlySpan<ushort>(row, Columns), destination);
                break;
            default:
                new ReadOnlySpan<float>(row, Columns).CopyTo(destination);
                break;
        }

        KeepAlive();
    }

    /// <summary>A new float32 matrix with the same elements.</summary>
    public Matrix<float> ToMatrix()
    {
        var matrix = new Matrix<float>(Rows, Columns);
        for (var i = 0; i < Rows; i++)
            CopyRowTo(i, matrix.Row(i));
        return matrix;
    }

    /// <summary>Keeps <see cref="Owner"/> reachable up to this point.</summary>
    public void KeepAlive() => GC.KeepAlive(Owner);
}
