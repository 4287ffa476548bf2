using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A work matrix in memory that is handed on from one decomposition to the next.</summary>
/// <remarks>
/// The first touch of a page costs a microsecond: for a matrix of 2048×2048 doubles 12 ms, a tenth of its QR decomposition. The shared pool of arrays keeps what is returned to it, and lets it go
/// when memory is short. Rows begin at cache lines and are never a multiple of a page apart, which would put them into the same sets of the first-level cache.
/// </remarks>
internal sealed unsafe class PooledMatrix<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LineBytes = 64;

    private readonly T[] _array;
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
        _array = ArrayPool<T>.Shared.Rent((int)length);
        _pin = GCHandle.Alloc(_array, GCHandleType.Pinned);
        var data = ((nint)_pin.AddrOfPinnedObject() + LineBytes - 1) & -LineBytes;
        _view = new MatrixView<T>(this, _array, (T*)data, rows, columns, stride);
    }

    /// <summary>Lets the array move and be collected; only <see cref="Dispose"/> returns it.</summary>
    ~PooledMatrix()
    {
        if (_pin.IsAllocated)
            _pin.Free();
    }

    /// <summary>All of it, until <see cref="Dispose"/>.</summary>
    public MatrixView<T> View => _pin.IsAllocated ? _view : throw new ObjectDisposedException(nameof(PooledMatrix<T>));

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
        if (!_pin.IsAllocated)
            return;
        _pin.Free();
        ArrayPool<T>.Shared.Return(_array);
        GC.SuppressFinalize(this);
    }
}
