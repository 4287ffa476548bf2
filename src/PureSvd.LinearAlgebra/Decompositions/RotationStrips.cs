using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>A matrix whose rows are rotated by the thousand: stored in vertical strips 256 bytes wide, so that one strip stays in cache while many sweeps pass over it.</summary>
/// <remarks>
/// A sweep keeps the running row of a strip in registers: per rotation one row is read, one is written. Strips are independent, so they run in parallel
/// and the result has the same bits for any number of threads.
/// Source: F. Van Zee, R. van de Geijn and G. Quintana-Ortí, <i>Restructuring the tridiagonal and bidiagonal QR algorithms for performance</i> (2014).
/// </remarks>
internal sealed unsafe class RotationStrips<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StripBytes = 256;
    private readonly Matrix<T> _strips;
    private readonly int _rows;
    private readonly int _columns;

    /// <summary>The identity of order <paramref name="n"/>.</summary>
    public RotationStrips(int n)
    {
        (_rows, _columns) = (n, n);
        StripCount = (n + StripWidth - 1) / StripWidth;
        _strips = new Matrix<T>(StripCount * n, StripWidth);
        for (var i = 0; i < n; i++)
            this[i, i] = T.One;
    }

    /// <summary>The number of strips.</summary>
    public int StripCount { get; }

    private static int StripWidth => StripBytes / sizeof(T);

    private ref T this[int i, int j] => ref _strips[j / StripWidth * _rows + i, j % StripWidth];

    /// <summary>Passes all of <paramref name="sweeps"/> over one strip.</summary>
    public void Apply(RotationSweeps<T> sweeps, int strip)
    {
        var data = _strips.View.RowRange(strip * _rows, _rows).Data;
        fixed (T* rotations = sweeps.CosinesAndSines)
        {
            foreach (var sweep in sweeps.Sweeps)
            {
                var start = data + (nint)sweep.Row * StripWidth;
                var step = (nint)sweep.Step * StripWidth;
                var first = rotations + 2 * (nint)sweep.First;
                if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                    Pass<Vector512<T>, Lanes512<T>>(start, step, first, sweep.Length);
                else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                    Pass<Vector256<T>, Lanes256<T>>(start, step, first, sweep.Length);
                else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                    Pass<Vector128<T>, Lanes128<T>>(start, step, first, sweep.Length);
                else
                    Pass<T, ScalarLanes<T>>(start, step, first, sweep.Length);
            }
        }
        GC.KeepAlive(_strips);
    }

    /// <summary>Row i, from element 0 on, into <paramref name="destination"/>, times <paramref name="factor"/>.</summary>
    public void CopyRow(int i, T factor, Span<T> destination)
    {
        for (var j = 0; j < destination.Length; j++)
            destination[j] = factor * this[i, j];
    }

    private static void Pass<TVector, TLanes>(T* row, nint step, T* rotations, int count)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        for (var lane = 0; lane < StripWidth; lane += 4 * TLanes.Count)
            PassFourVectors<TVector, TLanes>(row + lane, step, rotations, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PassFourVectors<TVector, TLanes>(T* row, nint step, T* rotations, int count)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var lanes = TLanes.Count;
        var x0 = TLanes.Load(row);
        var x1 = TLanes.Load(row + lanes);
        var x2 = TLanes.Load(row + 2 * lanes);
        var x3 = TLanes.Load(row + 3 * lanes);
        for (var i = 0; i < count; i++)
        {
            var c = TLanes.Broadcast(rotations[0]);
            var s = TLanes.Broadcast(rotations[1]);
            var minusS = TLanes.Broadcast(-rotations[1]);
            rotations += 2;
            var next = row + step;
            var y0 = TLanes.Load(next);
            var y1 = TLanes.Load(next + lanes);
            var y2 = TLanes.Load(next + 2 * lanes);
            var y3 = TLanes.Load(next + 3 * lanes);
            TLanes.Store(TLanes.MultiplyAdd(c, x0, TLanes.Multiply(s, y0)), row);
            TLanes.Store(TLanes.MultiplyAdd(c, x1, TLanes.Multiply(s, y1)), row + lanes);
            TLanes.Store(TLanes.MultiplyAdd(c, x2, TLanes.Multiply(s, y2)), row + 2 * lanes);
            TLanes.Store(TLanes.MultiplyAdd(c, x3, TLanes.Multiply(s, y3)), row + 3 * lanes);
            x0 = TLanes.MultiplyAdd(minusS, x0, TLanes.Multiply(c, y0));
            x1 = TLanes.MultiplyAdd(minusS, x1, TLanes.Multiply(c, y1));
            x2 = TLanes.MultiplyAdd(minusS, x2, TLanes.Multiply(c, y2));
            x3 = TLanes.MultiplyAdd(minusS, x3, TLanes.Multiply(c, y3));
            row = next;
        }
        TLanes.Store(x0, row);
        TLanes.Store(x1, row + lanes);
        TLanes.Store(x2, row + 2 * lanes);
        TLanes.Store(x3, row + 3 * lanes);
    }
}
