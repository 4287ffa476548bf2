using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The inner loop of <see cref="PivotedQr"/> over the columns that wait for the end of the panel.</summary>
internal static unsafe class PivotedQrKernel
{
    /// <summary>
    /// For a run of columns: the row of updates f ← f − Σ wₚ·Fₚ, and the row of R, r ← r − Σ eₚ·Fₚ − e·f, Fₚ being the rows of updates before it. One pass over F for both.
    /// </summary>
    /// <param name="updates">F; its row <paramref name="count"/> is f.</param>
    /// <param name="weights">wₚ.</param>
    /// <param name="elements">eₚ, and e after them.</param>
    /// <param name="row">r.</param>
    /// <param name="first">The first column of the run.</param>
    /// <param name="columns">How many.</param>
    /// <param name="count">The rows of F.</param>
    public static void Finish<T>(MatrixView<T> updates, ReadOnlySpan<T> weights, ReadOnlySpan<T> elements, Span<T> row, int first, int columns, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* w = weights, e = elements, r = row)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                Finish<T, Vector512<T>, Lanes512<T>>(updates.Data, updates.Stride, w, e, r, first, columns, count);
            else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                Finish<T, Vector256<T>, Lanes256<T>>(updates.Data, updates.Stride, w, e, r, first, columns, count);
            else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                Finish<T, Vector128<T>, Lanes128<T>>(updates.Data, updates.Stride, w, e, r, first, columns, count);
            else
                Finish<T, T, ScalarLanes<T>>(updates.Data, updates.Stride, w, e, r, first, columns, count);
        }
        updates.KeepAlive();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<T, TVector, TLanes>(T* updates, nint stride, T* weights, T* elements, T* row, nint first, nint columns, nint count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var j = first;
        for (; j + 2 * TLanes.Count <= first + columns; j += 2 * TLanes.Count)
        {
            var f = updates + j;
            var (f0, f1) = (TLanes.Load(f + count * stride), TLanes.Load(f + count * stride + TLanes.Count));
            var (r0, r1) = (TLanes.Load(row + j), TLanes.Load(row + j + TLanes.Count));
            for (nint p = 0; p < count; p++, f += stride)
            {
                var (x0, x1) = (TLanes.Load(f), TLanes.Load(f + TLanes.Count));
                var (w, e) = (TLanes.Broadcast(-weights[p]), TLanes.Broadcast(-elements[p]));
                f0 = TLanes.MultiplyAdd(x0, w, f0);
                f1 = TLanes.MultiplyAdd(x1, w, f1);
                r0 = TLanes.MultiplyAdd(x0, e, r0);
                r1 = TLanes.MultiplyAdd(x1, e, r1);
            }
            var last = TLanes.Broadcast(-elements[count]);
            TLanes.Store(f0, f);
            TLanes.Store(f1, f + TLanes.Count);
            TLanes.Store(TLanes.MultiplyAdd(f0, last, r0), row + j);
            TLanes.Store(TLanes.MultiplyAdd(f1, last, r1), row + j + TLanes.Count);
        }
        for (; j < first + columns; j++)
        {
            var (f, r) = (updates[count * stride + j], row[j]);
            for (nint p = 0; p < count; p++)
            {
                f -= weights[p] * updates[p * stride + j];
                r -= elements[p] * updates[p * stride + j];
            }
            updates[count * stride + j] = f;
            row[j] = r - elements[count] * f;
        }
    }
}
