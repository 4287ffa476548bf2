using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance;

namespace PureSvd.LinearAlgebra;

/// <summary>A <see cref="Memory2D{T}"/> that stays where it is, so that kernels can work on it in place.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class PinnedMatrix<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixView<T> _view;
    private MemoryHandle _handle;
    private bool _disposed;

    internal PinnedMatrix(Memory2D<T> memory)
    {
        _handle = memory.Pin();
        var span = memory.Span;

        // The toolkit keeps the pitch to itself: it is the distance between two rows.
        nint stride = span.Height > 1 && span.Width > 0 ? (nint)Unsafe.ByteOffset(ref span[0, 0], ref span[1, 0]) / sizeof(T) : span.Width;
        var data = span.Length > 0 ? (T*)Unsafe.AsPointer(ref span[0, 0]) : null;
        _view = new MatrixView<T>(this, data, span.Height, span.Width, stride);
    }

    /// <summary>The memory as a view, valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The memory is no longer pinned.</exception>
    public MatrixView<T> View
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _view;
        }
    }

    /// <summary>Lets the memory move again.</summary>
    public void Dispose()
    {
        _disposed = true;
        _handle.Dispose();
    }
}
