using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Memory for a kernel's packed operands: aligned, pinned, and kept for the next call, so that calls allocate nothing once it has grown.</summary>
internal sealed unsafe class ScratchMemory
{
    /// <summary>A page, so that a panel does not straddle more pages than it must.</summary>
    private const int Alignment = 4096;

    // Eight bytes an element, since the length of an array is limited and that of a matrix counts in elements too.
    private ulong[] _array = [];
    private byte* _memory;
    private long _size;

    /// <summary>At least <paramref name="count"/> elements, aligned, with whatever they held; valid until the next call, and as long as this is reachable.</summary>
    internal T* Reserve<T>(long count)
        where T : unmanaged
    {
        var size = count * sizeof(T);
        if (size > _size)
        {
            _size = 0;
            _array = GC.AllocateUninitializedArray<ulong>(checked((int)((size + Alignment) / sizeof(ulong) + 1)), pinned: true);
            _memory = (byte*)(((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array)) + Alignment - 1) & -Alignment);
            _size = size;
        }

        return (T*)_memory;
    }

    /// <summary>A view [<paramref name="rows"/>×<paramref name="columns"/>] on at least <paramref name="count"/> reserved elements, with whatever they held; it holds the memory by itself.</summary>
    internal MatrixView<T> ReserveView<T>(long count, int rows, int columns, nint stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var data = Reserve<T>(Math.Max(1, count));
        return new MatrixView<T>(_array, _array, data, rows, columns, stride);
    }
}
