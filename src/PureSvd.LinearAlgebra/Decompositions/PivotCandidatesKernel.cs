using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>What <see cref="PivotCandidates{T}"/> does to one column at a time: two small products, for which a call of <see cref="Gemv"/> would cost more than the work.</summary>
internal static unsafe class PivotCandidatesKernel
{
    /// <summary>d[p] ← vₚᵀa and r[p − seen] ← a[first + p] − gₚᵀd, for the reflectors p from <paramref name="seen"/> to <paramref name="count"/>.</summary>
    /// <param name="vt">The reflectors of the panel, a row each from row <paramref name="first"/> on; zero before element first + p.</param>
    /// <param name="a">The column.</param>
    /// <param name="first">Where the panel begins.</param>
    /// <param name="seen">The reflectors that d has already.</param>
    /// <param name="count">The reflectors of the panel so far.</param>
    /// <param name="g">gₚ in row p, zero behind element p; as wide as d.</param>
    /// <param name="d">A multiple of the vectors' length; what is behind <paramref name="count"/> is finite.</param>
    /// <param name="r">count − seen elements.</param>
    public static void Refresh<T>(MatrixView<T> vt, ReadOnlySpan<T> a, int first, int seen, int count, MatrixView<T> g, Span<T> d, Span<T> r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* pa = a, pd = d, pr = r)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                Refresh<T, Vector512<T>, Lanes512<T>>(vt.Data, vt.Stride, pa, a.Length, first, seen, count, g.Data, g.Stride, pd, pr);
            else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                Refresh<T, Vector256<T>, Lanes256<T>>(vt.Data, vt.Stride, pa, a.Length, first, seen, count, g.Data, g.Stride, pd, pr);
            else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                Refresh<T, Vector128<T>, Lanes128<T>>(vt.Data, vt.Stride, pa, a.Length, first, seen, count, g.Data, g.Stride, pd, pr);
            else
                Refresh<T, T, ScalarLanes<T>>(vt.Data, vt.Stride, pa, a.Length, first, seen, count, g.Data, g.Stride, pd, pr);
        }
        vt.KeepAlive();
        g.KeepAlive();
    }

    [SkipLocalsInit]
    private static void Refresh<T, TVector, TLanes>(T* vt, nint vtStride, T* a, int m, int first, int seen, int count, T* g, nint gStride, T* d, T* r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var sums = stackalloc T[4];
        var top = first + seen;

        // To the left the reflectors are zero, so there the remainder of a vector costs nothing.
        var start = Math.Max(top - (TLanes.Count - (m - top) % TLanes.Count) % TLanes.Count, (m - top) % TLanes.Count == 0 ? top : 0);
        for (var p = seen; p < count; p += 4)
        {
            FourDots<T, TVector, TLanes>(vt + (first + p) * vtStride + start, count - p, vtStride, a + start, m - start, sums);
            for (var i = 0; i < Math.Min(4, count - p); i++)
                d[p + i] = sums[i];
        }

        var width = (count + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        for (var p = seen; p < count; p += 4)
        {
            FourDots<T, TVector, TLanes>(g + p * gStride, count - p, gStride, d, width, sums);
            for (var i = 0; i < Math.Min(4, count - p); i++)
                r[p + i - seen] = a[first + p + i] - sums[i];
        }
    }

    /// <summary>The products of up to four rows with x; the last stands in for those that are missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourDots<T, TVector, TLanes>(T* row, int rows, nint stride, T* x, int count, T* sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var row1 = row + Math.Min(1, rows - 1) * stride;
        var row2 = row + Math.Min(2, rows - 1) * stride;
        var row3 = row + Math.Min(3, rows - 1) * stride;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, t0 = zero, t1 = zero, t2 = zero, t3 = zero;
        nint i = 0;
        for (; i + 2 * TLanes.Count <= count; i += 2 * TLanes.Count)
        {
            var (u, v) = (TLanes.Load(x + i), TLanes.Load(x + i + TLanes.Count));
            s0 = TLanes.MultiplyAdd(TLanes.Load(row + i), u, s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(row1 + i), u, s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(row2 + i), u, s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(row3 + i), u, s3);
            t0 = TLanes.MultiplyAdd(TLanes.Load(row + i + TLanes.Count), v, t0);
            t1 = TLanes.MultiplyAdd(TLanes.Load(row1 + i + TLanes.Count), v, t1);
            t2 = TLanes.MultiplyAdd(TLanes.Load(row2 + i + TLanes.Count), v, t2);
            t3 = TLanes.MultiplyAdd(TLanes.Load(row3 + i + TLanes.Count), v, t3);
        }

        for (; i + TLanes.Count <= count; i += TLanes.Count)
        {
            var u = TLanes.Load(x + i);
            s0 = TLanes.MultiplyAdd(TLanes.Load(row + i), u, s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(row1 + i), u, s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(row2 + i), u, s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(row3 + i), u, s3);
        }

        TLanes.StoreSums(TLanes.Add(s0, t0), TLanes.Add(s1, t1), TLanes.Add(s2, t2), TLanes.Add(s3, t3), sums);
        for (; i < count; i++)
        {
            sums[0] += row[i] * x[i];
            sums[1] += row1[i] * x[i];
            sums[2] += row2[i] * x[i];
            sums[3] += row3[i] * x[i];
        }
    }
}
