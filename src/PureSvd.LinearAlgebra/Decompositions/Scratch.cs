using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>One buffer that is reused for work matrices of different shapes; each call of <see cref="Take"/> ends the use of the one before.</summary>
internal sealed class Scratch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScratchMemory _memory = new();
    private long _size;

    /// <summary>A buffer that grows with what is asked of it.</summary>
    public Scratch()
    {
    }

    /// <summary>A buffer for matrices up to [<paramref name="rows"/>×<paramref name="columns"/>], taken when the first is asked for.</summary>
    public Scratch(int rows, int columns) => _size = (long)rows * columns;

    /// <summary>A view [<paramref name="rows"/>×<paramref name="columns"/>] with any content.</summary>
    public MatrixView<T> Take(int rows, int columns)
    {
        _size = Math.Max(_size, (long)rows * columns);
        return _memory.ReserveView<T>(_size, rows, columns, columns);
    }
}
