using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>One buffer that is reused for work matrices of different shapes; each call of <see cref="Take"/> ends the use of the one before.</summary>
internal sealed class Scratch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Matrix<T> _buffer = new(0, 0);

    /// <summary>A view [<paramref name="rows"/>×<paramref name="columns"/>] with any content.</summary>
    public unsafe MatrixView<T> Take(int rows, int columns)
    {
        if ((long)rows * columns > _buffer.Columns)
            _buffer = new Matrix<T>(1, checked(rows * columns));
        var view = _buffer.View;
        return new MatrixView<T>(view.Owner, view.Data, rows, columns, columns);
    }
}
