using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A square matrix that is zero outside a band, with room for what a bulge chase fills in: row i from column i − b + 1 to i + 2b.</summary>
/// <remarks>
/// Rows are stored one after another, each shifted by one column: so any block inside the band is an ordinary row-major block whose rows are one element closer than those
/// of the storage.
/// </remarks>
internal sealed unsafe class BandMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixView<T> _storage;

    /// <summary>Zeros of order <paramref name="n"/>.</summary>
    public BandMatrix(int n, int bandwidth)
    {
        (Order, Bandwidth) = (n, bandwidth);

        _storage = PaddedMatrix.Zeros<T>(n + 1, 3 * bandwidth + 1);
    }

    /// <summary>n.</summary>
    public int Order { get; }

    /// <summary>b: the diagonals above the main one.</summary>
    public int Bandwidth { get; }

    /// <summary>From one row of a block to the next.</summary>
    public nint Stride => _storage.Stride - 1;

    /// <summary>Element (i, j) with −b &lt; j − i ≤ 2b.</summary>
    public ref T this[int i, int j] => ref _storage[i, j - i + Bandwidth - 1];

    /// <summary>Where element (i, j) is.</summary>
    public T* At(int i, int j) => _storage.Data + i * Stride + j + Bandwidth - 1;

    /// <summary>The diagonal and the one above it.</summary>
    public (T[] Diagonal, T[] Superdiagonal) Bidiagonal()
    {
        var (d, e) = (new T[Order], new T[Math.Max(0, Order - 1)]);
        for (var i = 0; i < Order; i++)
        {
            d[i] = this[i, i];
            if (i + 1 < Order)
                e[i] = this[i, i + 1];
        }

        KeepAlive();
        return (d, e);
    }

    /// <summary>Keeps the memory up to this point.</summary>
    public void KeepAlive() => _storage.KeepAlive();
}
