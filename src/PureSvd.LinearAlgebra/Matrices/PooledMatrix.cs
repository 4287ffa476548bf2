using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A work matrix in memory that is handed on from one decomposition to the next.</summary>
/// <remarks>
/// The first touch of a page costs a microsecond: for a matrix of 2048×2048 doubles 12 ms, a tenth of its QR decomposition. The shared pool of arrays keeps what is returned to it, and lets it go
/// when memory is short. Beyond <see cref="LargeBytes"/> the decomposition takes seconds and its pages a hundredth of that, while a pool that keeps them doubles what a process needs: such a matrix is the
/// system's again as soon as it is disposed. Rows begin at cache lines and are never a multiple of a page apart, which would put them into the same sets of the first-level cache.
/// </remarks>
internal sealed unsafe class PooledMatrix<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LineBytes = 64;

    /// <summary>A matrix from this size on has memory of its own: order 4096 in float64.</summary>
    private const long LargeBytes = 1L << 27;

    // One of the two has the elements.
    private readonly T[]? _array;
    private void* _own;

    private readonly MatrixView<T> _view;
    private GCHandle _pin;

    /// <summary>A matrix [<paramref name="rows"/>×<paramref name="columns"/>] with any content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has more elements than an array holds.</exception>
    public PooledMatrix(int rows, int columns)
    {
        var line = LineBytes / sizeof(T);
        var stride = (Math.Max(1, columns) + line - 1) / line * line;
        if (stride * sizeof(T) % 2048 == 0)
            stride += line;
        var length = (long)rows * stride + line;
        if (length > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(rows), FormattableString.Invariant($"A work matrix of {rows}×{columns} has more elements than an array holds."));
        if (length * sizeof(T) >= LargeBytes)
        {
            _own = NativeMemory.AlignedAlloc((nuint)length * (nuint)sizeof(T), LineBytes);
            _view = new MatrixView<T>(this, (T*)_own, rows, columns, stride);
            return;
        }
        _array = ArrayPool<T>.Shared.Rent((int)length);
        _pin = GCHandle.Alloc(_array, GCHandleType.Pinned);
        var data = ((nint)_pin.AddrOfPinnedObject() + LineBytes - 1) & -LineBytes;
        _view = new MatrixView<T>(this, _array, (T*)data, rows, columns, stride);
    }

    /// <summary>Lets the array move and be collected; only <see cref="Dispose"/> returns it.</summary>
    ~PooledMatrix()
    {
        NativeMemory.AlignedFree(_own);
        if (_pin.IsAllocated)
            _pin.Free();
    }

    /// <summary>All of it, until <see cref="Dispose"/>.</summary>
    public MatrixView<T> View => _own is not null || _pin.IsAllocated ? _view : throw new ObjectDisposedException(nameof(PooledMatrix<T>));

    /// <summary>Sets every element to zero.</summary>
    public void Clear(Parallelism parallelism)
    {
        const int Block = 64;
        var view = View;
        parallelism.For((view.Rows + Block - 1) / Block, block =>
        {
            for (var i = block * Block; i < Math.Min(view.Rows, (block + 1) * Block); i++)
                view.Row(i).Clear();
        });
    }

    /// <summary>Returns the memory.</summary>
    public void Dispose()
    {
        if (_pin.IsAllocated)
        {
            _pin.Free();
            ArrayPool<T>.Shared.Return(_array!);
        }
        NativeMemory.AlignedFree(_own);
        _own = null;
        GC.SuppressFinalize(this);
    }
}
