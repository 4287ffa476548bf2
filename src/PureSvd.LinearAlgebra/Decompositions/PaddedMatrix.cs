using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Work matrices whose rows begin at cache lines and end in zeros, so that kernels read whole aligned vectors and have no edges.</summary>
internal static class PaddedMatrix
{
    /// <summary>Rows are a multiple of so many elements long, and kernels may read up to the next multiple: two vectors of 512 bits of float.</summary>
    public const int Padding = 32;

    /// <summary>Zeros [<paramref name="rows"/>×<paramref name="columns"/>]; what lies between <paramref name="columns"/> and the stride may be read and written, and is zero too.</summary>
    public static MatrixView<T> Zeros<T>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var stride = RoundUp(Math.Max(1, columns));

        // Rows a multiple of a page apart would share a few sets of the first-level cache.
        if ((long)stride * Unsafe.SizeOf<T>() % 2048 == 0)
            stride += Padding;
        var view = new ScratchMemory().ReserveView<T>((long)rows * stride, rows, columns, stride);
        for (var i = 0; i < rows; i++)
            MemoryMarshal.CreateSpan(ref view[i, 0], stride).Clear();
        return view;
    }

    /// <summary>A copy of <paramref name="a"/>.</summary>
    public static MatrixView<T> Copy<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var copy = Zeros<T>(a.Rows, a.Columns);
        a.CopyTo(copy);
        return copy;
    }

    /// <summary>The next multiple of <see cref="Padding"/>.</summary>
    public static int RoundUp(int count) => (count + Padding - 1) / Padding * Padding;

    /// <summary>The multiple of <see cref="Padding"/> at or before <paramref name="index"/>.</summary>
    public static int RoundDown(int index) => index / Padding * Padding;
}
