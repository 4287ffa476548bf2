using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>A reflector applied to a block inside a band, which stays in the first-level cache.</summary>
internal static unsafe class BandReflections<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A ← A·(I − τ·v·vᵀ), A [rows×columns].</summary>
    internal static void ApplyRight(T* a, nint stride, int rows, int columns, T* v, T tau)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            ApplyRight<Vector512<T>, Lanes512<T>>(a, stride, rows, columns, v, tau);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            ApplyRight<Vector256<T>, Lanes256<T>>(a, stride, rows, columns, v, tau);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            ApplyRight<Vector128<T>, Lanes128<T>>(a, stride, rows, columns, v, tau);
        else
            ApplyRight<T, ScalarLanes<T>>(a, stride, rows, columns, v, tau);
    }

    /// <summary>A ← (I − τ·v·vᵀ)·A, A [rows×columns].</summary>
    internal static void ApplyLeft(T* a, nint stride, int rows, int columns, T* v, T tau)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            ApplyLeft<Vector512<T>, Lanes512<T>>(a, stride, rows, columns, v, tau);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            ApplyLeft<Vector256<T>, Lanes256<T>>(a, stride, rows, columns, v, tau);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            ApplyLeft<Vector128<T>, Lanes128<T>>(a, stride, rows, columns, v, tau);
        else
            ApplyLeft<T, ScalarLanes<T>>(a, stride, rows, columns, v, tau);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRight<TVector, TLanes>(T* a, nint stride, int rows, nint columns, T* v, T tau)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var whole = columns - columns % TLanes.Count;
        var zero = TLanes.Broadcast(T.Zero);
        for (var r = 0; r < rows; r += 4, a += 4 * stride)
        {
            // At the end the last row stands in for those that are missing; it is written last.
            T* a3 = a + Math.Min(3, rows - r - 1) * stride, a2 = a + Math.Min(2, rows - r - 1) * stride, a1 = a + Math.Min(1, rows - r - 1) * stride;
            TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero;
            nint j = 0;
            for (; j < whole; j += TLanes.Count)
            {
                var x = TLanes.Load(v + j);
                s0 = TLanes.MultiplyAdd(TLanes.Load(a + j), x, s0);
                s1 = TLanes.MultiplyAdd(TLanes.Load(a1 + j), x, s1);
                s2 = TLanes.MultiplyAdd(TLanes.Load(a2 + j), x, s2);
                s3 = TLanes.MultiplyAdd(TLanes.Load(a3 + j), x, s3);
            }
            T d0 = TLanes.Sum(s0), d1 = TLanes.Sum(s1), d2 = TLanes.Sum(s2), d3 = TLanes.Sum(s3);
            for (; j < columns; j++)
            {
                d0 += a[j] * v[j];
                d1 += a1[j] * v[j];
                d2 += a2[j] * v[j];
                d3 += a3[j] * v[j];
            }
            Add<TVector, TLanes>(a, v, -tau * d0, columns, whole);
            if (rows - r > 1)
                Add<TVector, TLanes>(a1, v, -tau * d1, columns, whole);
            if (rows - r > 2)
                Add<TVector, TLanes>(a2, v, -tau * d2, columns, whole);
            if (rows - r > 3)
                Add<TVector, TLanes>(a3, v, -tau * d3, columns, whole);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyLeft<TVector, TLanes>(T* a, nint stride, int rows, nint columns, T* v, T tau)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var whole = columns - columns % TLanes.Count;
        for (nint j = 0; j < whole; j += TLanes.Count)
        {
            var row = a + j;
            var sum = TLanes.Broadcast(T.Zero);
            for (nint r = 0; r < rows; r++, row += stride)
                sum = TLanes.MultiplyAdd(TLanes.Load(row), TLanes.Broadcast(v[r]), sum);
            sum = TLanes.Multiply(sum, TLanes.Broadcast(-tau));
            row = a + j;
            for (nint r = 0; r < rows; r++, row += stride)
                TLanes.Store(TLanes.MultiplyAdd(sum, TLanes.Broadcast(v[r]), TLanes.Load(row)), row);
        }
        for (var j = whole; j < columns; j++)
        {
            var sum = T.Zero;
            for (nint r = 0; r < rows; r++)
                sum += a[r * stride + j] * v[r];
            sum *= -tau;
            for (nint r = 0; r < rows; r++)
                a[r * stride + j] += sum * v[r];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector, TLanes>(T* row, T* v, T factor, nint columns, nint whole)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var f = TLanes.Broadcast(factor);
        nint j = 0;
        for (; j < whole; j += TLanes.Count)
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(v + j), f, TLanes.Load(row + j)), row + j);
        for (; j < columns; j++)
            row[j] += factor * v[j];
    }

    /// <summary>The upper triangle of A ← H·A·H, H = I − τ·v·vᵀ, A symmetric [order×order] and only that triangle read: with p = τ·A·v and w = p − ½τ(pᵀv)·v it is A − v·wᵀ − w·vᵀ.</summary>
    /// <remarks>Up to a vector behind each row is read and written, unchanged: v and w end in zeros.</remarks>
    /// <param name="a">Element (0, 0).</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="order">The order.</param>
    /// <param name="v">v, followed by <see cref="PaddedMatrix.Padding"/> zeros.</param>
    /// <param name="tau">τ.</param>
    /// <param name="w">Room for as many elements.</param>
    internal static void ApplyBothSides(T* a, nint stride, int order, T* v, T tau, T* w)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            ApplyBothSides<Vector512<T>, Lanes512<T>>(a, stride, order, v, tau, w);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            ApplyBothSides<Vector256<T>, Lanes256<T>>(a, stride, order, v, tau, w);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            ApplyBothSides<Vector128<T>, Lanes128<T>>(a, stride, order, v, tau, w);
        else
            ApplyBothSides<T, ScalarLanes<T>>(a, stride, order, v, tau, w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyBothSides<TVector, TLanes>(T* a, nint stride, int order, T* v, T tau, T* w)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        new Span<T>(w, order + PaddedMatrix.Padding).Clear();
        var row = a;
        for (nint r = 0; r < order; r++, row += stride + 1)
        {
            // Element (r, c) beyond the diagonal serves w[r] and w[c]. What a vector has behind the end of the row meets zeros of v, and adds to w what is cleared below.
            var sum = TLanes.Broadcast(T.Zero);
            var vr = TLanes.Broadcast(v[r]);
            for (var c = r + 1; c < order; c += TLanes.Count)
            {
                var x = TLanes.Load(row + (c - r));
                sum = TLanes.MultiplyAdd(x, TLanes.Load(v + c), sum);
                TLanes.Store(TLanes.MultiplyAdd(x, vr, TLanes.Load(w + c)), w + c);
            }

            w[r] += *row * v[r] + TLanes.Sum(sum);
        }

        new Span<T>(w + order, PaddedMatrix.Padding).Clear();
        var quadratic = T.Zero;
        for (nint r = 0; r < order; r++)
        {
            w[r] *= tau;
            quadratic += w[r] * v[r];
        }

        var half = tau * quadratic / T.CreateTruncating(2);
        for (nint r = 0; r < order; r++)
            w[r] -= half * v[r];
        row = a;
        for (nint r = 0; r < order; r++, row += stride + 1)
        {
            var (vr, wr) = (TLanes.Broadcast(-v[r]), TLanes.Broadcast(-w[r]));
            for (var c = r; c < order; c += TLanes.Count)
                TLanes.Store(TLanes.MultiplyAdd(vr, TLanes.Load(w + c), TLanes.MultiplyAdd(wr, TLanes.Load(v + c), TLanes.Load(row + (c - r)))), row + (c - r));
        }
    }
}
