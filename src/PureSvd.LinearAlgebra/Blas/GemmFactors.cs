using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The left factor op(A) of a product, as <see cref="GemmLoops{T, TKernel}"/> packs it: panels of m_R rows.</summary>
/// <param name="Address">Element (0, 0) of A.</param>
/// <param name="Stride">Elements from one row of A to the next.</param>
/// <param name="Op">How to read A.</param>
internal readonly unsafe record struct GemmLeft<T, TKernel>(nint Address, nint Stride, Operand Op)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    internal T* Data => (T*)Address;

    /// <summary>The rows from <paramref name="row"/> on.</summary>
    internal GemmLeft<T, TKernel> From(int row) => this with { Address = (nint)(Data + (Op == Operand.AsIs ? row * Stride : row)) };

    /// <summary>Packs rows from <paramref name="row"/> on, columns from <paramref name="p"/> on.</summary>
    internal void Pack(int row, int rows, int p, int depth, T* packed)
    {
        if (Op == Operand.Transposed)
        {
            // Whole tiles together; a low one has panels of another width.
            var whole = rows % TKernel.Rows > TKernel.LowRows ? rows : rows / TKernel.Rows * TKernel.Rows;
            var source = Data + p * Stride + row;
            GemmPacking.PackAlong(source, Stride, depth, whole, TKernel.Rows, packed);
            if (whole < rows)
                GemmPacking.PackAlong(source + whole, Stride, depth, rows - whole, TKernel.LowRows, packed + (nint)whole * depth);
            return;
        }

        for (var i = 0; i < rows; i += TKernel.Rows)
        {
            var height = Math.Min(TKernel.Rows, rows - i);
            GemmPacking.PackAcross(Data + (row + i) * Stride + p, Stride, depth, height, GemmTiles<T, TKernel>.PackedRows(height), packed + (nint)i * depth);
        }
    }
}

/// <summary>The right factor op(B) of a product: elements of T, or of a kind that is widened on the way, or packed beforehand; panels of n_R columns.</summary>
/// <param name="Address">Element (0, 0) of B, or the first panel.</param>
/// <param name="Stride">Elements from one row of B to the next; of all panels, if packed.</param>
/// <param name="Op">How to read B.</param>
/// <param name="Kind">What its elements are; null for T.</param>
/// <param name="IsPacked">Whether it was packed beforehand.</param>
/// <param name="FirstPacked">Of one that was, the first column of the product, a multiple of n_R.</param>
internal readonly unsafe record struct GemmRight<T, TKernel>(nint Address, nint Stride, Operand Op, ElementKind? Kind = null, bool IsPacked = false, int FirstPacked = 0)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IGemmMicroKernel<T>
{
    internal T* Data => (T*)Address;

    internal byte* Bytes => (byte*)Address;

    internal int ElementSize => Kind is null ? sizeof(T) : sizeof(ushort);

    /// <summary>Where it was packed beforehand: the panels from <paramref name="column"/> on of the block of k that begins at <paramref name="p"/>.</summary>
    internal T* Panels(int p, int depth, int column) => Data + p * Stride + (nint)(FirstPacked + column) * depth;

    /// <summary>The columns from <paramref name="column"/> on.</summary>
    internal GemmRight<T, TKernel> From(int column) =>
        IsPacked ? this with { FirstPacked = FirstPacked + column } : this with { Address = Address + (Op == Operand.AsIs ? column : column * Stride) * ElementSize };

    /// <summary>Packs rows from <paramref name="p"/> on, columns from <paramref name="column"/> on.</summary>
    internal void Pack(int p, int depth, int column, int columns, T* panels)
    {
        if (Kind is { } kind)
        {
            PackWidened(kind, p, depth, column, columns, panels);
            return;
        }

        if (Op == Operand.AsIs)
        {
            GemmPacking.PackAlong(Data + p * Stride + column, Stride, depth, columns, TKernel.Columns, panels);
            return;
        }

        for (var j = 0; j < columns; j += TKernel.Columns)
            GemmPacking.PackAcross(Data + (column + j) * Stride + p, Stride, depth, Math.Min(TKernel.Columns, columns - j), TKernel.Columns, panels + (nint)j * depth);
    }

    /// <summary>Packs all of it [k×n]: the blocks of k_C rows one after the other, in each its panels.</summary>
    internal void PackAll(int k, int n, T* packed, nint packedStride)
    {
        for (var p = 0; p < k; p += TKernel.Depth)
            Pack(p, Math.Min(TKernel.Depth, k - p), 0, n, packed + p * packedStride);
    }

    /// <summary>The same from elements that are not T: a strip at a time is widened into the first-level cache and packed from there.</summary>
    [SkipLocalsInit]
    private void PackWidened(ElementKind kind, int p, int depth, int column, int columns, T* panels)
    {
        const int StripDepth = 64;
        var strip = stackalloc T[TKernel.Columns * StripDepth];
        var size = ElementSize;
        for (var j = 0; j < columns; j += TKernel.Columns, panels += (nint)depth * TKernel.Columns)
        {
            var width = Math.Min(TKernel.Columns, columns - j);
            for (var q = 0; q < depth; q += StripDepth)
            {
                var steps = Math.Min(StripDepth, depth - q);
                if (Op == Operand.AsIs)
                {
                    for (var i = 0; i < steps; i++)
                        TKernel.Widen(Bytes + ((p + q + i) * Stride + column + j) * size, kind, strip + i * TKernel.Columns, width);
                    GemmPacking.PackAlong(strip, TKernel.Columns, steps, width, TKernel.Columns, panels + q * TKernel.Columns);
                }
                else
                {
                    for (var i = 0; i < width; i++)
                        TKernel.Widen(Bytes + ((column + j + i) * Stride + p + q) * size, kind, strip + i * StripDepth, steps);
                    GemmPacking.PackAcross(strip, StripDepth, steps, width, TKernel.Columns, panels + q * TKernel.Columns);
                }
            }
        }
    }
}
