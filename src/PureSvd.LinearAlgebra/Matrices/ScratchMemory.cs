using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Memory for a kernel's packed operands: aligned, unmanaged, and kept for the next call, so that calls allocate nothing once it has grown.</summary>
internal sealed unsafe class ScratchMemory
{
    private void* _memory;
    private nuint _size;

    ~ScratchMemory() => NativeMemory.AlignedFree(_memory);

    /// <summary>At least <paramref name="count"/> elements, aligned to a cache line, with whatever they held; valid until the next call.</summary>
    internal T* Reserve<T>(long count)
        where T : unmanaged
    {
        var size = (nuint)(count * sizeof(T));
        if (size > _size)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _size = 0;
            // A page, so that a panel does not straddle more pages than it must.
            _memory = NativeMemory.AlignedAlloc(size, 4096);
            _size = size;
        }

        return (T*)_memory;
    }
}
