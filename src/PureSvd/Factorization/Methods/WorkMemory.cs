using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Memory for work matrices in float64, outside the garbage collector's heap: given back to the system when it is disposed, and not when a collection happens to come.</summary>
/// <remarks>A layer of Llama-2-7B takes a dozen matrices of 0.1 to 1 GB one after the other. Left to the collector, those that are done with stay beside those in use, and the peak is that of all.</remarks>
internal sealed unsafe class WorkMemory : IDisposable
{
    private const int CacheLine = 64;

    private double* _data;
    private long _elements;

    ~WorkMemory() => NativeMemory.AlignedFree(_data);

    /// <summary>A matrix [<paramref name="rows"/>×<paramref name="columns"/>] with any content, until the next call or <see cref="Dispose"/>.</summary>
    internal MatrixView<double> Take(int rows, int columns)
    {
        var elements = Math.Max(1, (long)rows * columns);
        if (elements > _elements)
        {
            Dispose();
            _data = (double*)NativeMemory.AlignedAlloc(checked((nuint)elements * sizeof(double)), CacheLine);
            _elements = elements;
            GC.ReRegisterForFinalize(this);
        }
        return new MatrixView<double>(this, _data, rows, columns, columns);
    }

    /// <summary>The same, of zeros.</summary>
    internal MatrixView<double> TakeZeros(int rows, int columns)
    {
        var zeros = Take(rows, columns);
        for (var i = 0; i < rows; i++)
            zeros.Row(i).Clear();
        return zeros;
    }

    /// <summary>A copy of <paramref name="view"/>, until the next call or <see cref="Dispose"/>.</summary>
    internal MatrixView<double> Widen<T>(MatrixView<T> view)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var wide = Take(view.Rows, view.Columns);
        for (var i = 0; i < view.Rows; i++)
            TensorPrimitives.ConvertTruncating<T, double>(view.Row(i), wide.Row(i));
        view.KeepAlive();
        return wide;
    }

    /// <summary>Gives the memory back; what was taken must not be used any more.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        _elements = 0;
        GC.SuppressFinalize(this);
    }
}
