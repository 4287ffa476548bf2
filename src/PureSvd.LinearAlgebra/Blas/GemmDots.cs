using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>A few rows by a transposed B, as dot products along k: B is read once, where it lies and as it is stored, and used for all rows.</summary>
/// <remarks>
/// <para>cᵢⱼ = α·Σ_p x_{ip}·w_{jp} + β·cᵢⱼ. Packing B would move every element of it for a handful of multiply-adds each; both factors lie along k already.</para>
/// <para>Each sum has one vector of partial sums, whatever other rows and columns are computed beside it: a row has the same bits alone and among others.
/// Eight sums at least run at a time, since a multiply-add takes four cycles and two begin in each.</para>
/// </remarks>
internal static unsafe class GemmDots<T, TVector, TLanes, TElement>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
    where TElement : struct, IStoredElement<T, TVector>
{
    /// <summary>C ← α·X·Wᵀ + β·C.</summary>
    /// <param name="x">X [rows×k].</param>
    /// <param name="xStride">Elements from one row of X to the next.</param>
    /// <param name="rows">Rows of X and C, at least 1.</param>
    /// <param name="w">W [columns×k], as stored.</param>
    /// <param name="wStride">Bytes from one row of W to the next.</param>
    /// <param name="columns">Rows of W, columns of C.</param>
    /// <param name="k">Columns of X and W.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β; at 0 C is not read.</param>
    /// <param name="c">C.</param>
    /// <param name="cStride">Elements from one row of C to the next.</param>
    [SkipLocalsInit]
    internal static void Multiply(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, int k, T alpha, T beta, T* c, nint cStride)
    {
        var sums = stackalloc T[16];
        nint whole = k / TLanes.Count * TLanes.Count;
        var group = rows == 1 ? 8 : 4;
        for (var j = 0; j < columns; j += group, w += group * wStride, c += group)
        {
            var width = Math.Min(group, columns - j);
            if (rows == 1)
            {
                OneRow(x, w, wStride, width, whole, sums);
                Finish(x, 1, 1, w, wStride, width, 8, whole, k, alpha, beta, sums, c, cStride);
                continue;
            }

            for (var i = 0; i < rows; i += 4)
            {
                var height = Math.Min(4, rows - i);
                if (height <= 2)
                    TwoRows(x + i * xStride, xStride, height, w, wStride, width, whole, sums);
                else
                    FourRows(x + i * xStride, xStride, height, w, wStride, width, whole, sums);
                Finish(x + i * xStride, xStride, height, w, wStride, width, 4, whole, k, alpha, beta, sums, c + i * cStride, cStride);
            }
        }
    }

    /// <summary>Adds what does not fill a vector, and updates C.</summary>
    private static void Finish(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, int group, nint first, nint k, T alpha, T beta, T* sums, T* c, nint cStride)
    {
        for (var i = 0; i < rows; i++, x += xStride, c += cStride, sums += group)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = sums[j];
                for (var p = first; p < k; p++)
                    sum += x[p] * TElement.LoadOne(w + j * wStride + p * TElement.Size);
                c[j] = beta == T.Zero ? alpha * sum : alpha * sum + beta * c[j];
            }
        }
    }

    // Where fewer than eight rows of W are left, the last one stands in for those that are missing; likewise below.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(T* x, byte* w, nint wStride, int columns, nint k, T* sums)
    {
        byte* w0 = w;
        var w1 = columns > 1 ? w0 + wStride : w0;
        var w2 = columns > 2 ? w1 + wStride : w1;
        var w3 = columns > 3 ? w2 + wStride : w2;
        var w4 = columns > 4 ? w3 + wStride : w3;
        var w5 = columns > 5 ? w4 + wStride : w4;
        var w6 = columns > 6 ? w5 + wStride : w5;
        var w7 = columns > 7 ? w6 + wStride : w6;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
        nint q = 0;
        for (nint p = 0; p < k; p += TLanes.Count, q += TLanes.Count * TElement.Size)
        {
            var xp = TLanes.Load(x + p);
            s0 = TLanes.MultiplyAdd(TElement.Load(w0 + q), xp, s0);
            s1 = TLanes.MultiplyAdd(TElement.Load(w1 + q), xp, s1);
            s2 = TLanes.MultiplyAdd(TElement.Load(w2 + q), xp, s2);
            s3 = TLanes.MultiplyAdd(TElement.Load(w3 + q), xp, s3);
            s4 = TLanes.MultiplyAdd(TElement.Load(w4 + q), xp, s4);
            s5 = TLanes.MultiplyAdd(TElement.Load(w5 + q), xp, s5);
            s6 = TLanes.MultiplyAdd(TElement.Load(w6 + q), xp, s6);
            s7 = TLanes.MultiplyAdd(TElement.Load(w7 + q), xp, s7);
        }

        sums[0] = TLanes.Sum(s0);
        sums[1] = TLanes.Sum(s1);
        sums[2] = TLanes.Sum(s2);
        sums[3] = TLanes.Sum(s3);
        sums[4] = TLanes.Sum(s4);
        sums[5] = TLanes.Sum(s5);
        sums[6] = TLanes.Sum(s6);
        sums[7] = TLanes.Sum(s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, nint k, T* sums)
    {
        var x1 = rows > 1 ? x + xStride : x;
        var w1 = columns > 1 ? w + wStride : w;
        var w2 = columns > 2 ? w1 + wStride : w1;
        var w3 = columns > 3 ? w2 + wStride : w2;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
        TVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
        nint q = 0;
        for (nint p = 0; p < k; p += TLanes.Count, q += TLanes.Count * TElement.Size)
        {
            var v0 = TElement.Load(w + q);
            var v1 = TElement.Load(w1 + q);
            var v2 = TElement.Load(w2 + q);
            var v3 = TElement.Load(w3 + q);
            var xp = TLanes.Load(x + p);
            s00 = TLanes.MultiplyAdd(v0, xp, s00);
            s01 = TLanes.MultiplyAdd(v1, xp, s01);
            s02 = TLanes.MultiplyAdd(v2, xp, s02);
            s03 = TLanes.MultiplyAdd(v3, xp, s03);
            xp = TLanes.Load(x1 + p);
            s10 = TLanes.MultiplyAdd(v0, xp, s10);
            s11 = TLanes.MultiplyAdd(v1, xp, s11);
            s12 = TLanes.MultiplyAdd(v2, xp, s12);
            s13 = TLanes.MultiplyAdd(v3, xp, s13);
        }

        Sums(s00, s01, s02, s03, sums);
        Sums(s10, s11, s12, s13, sums + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, nint k, T* sums)
    {
        var x1 = x + xStride;
        var x2 = x1 + xStride;
        var x3 = rows > 3 ? x2 + xStride : x2;
        var w1 = columns > 1 ? w + wStride : w;
        var w2 = columns > 2 ? w1 + wStride : w1;
        var w3 = columns > 3 ? w2 + wStride : w2;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
        TVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
        TVector s20 = zero, s21 = zero, s22 = zero, s23 = zero;
        TVector s30 = zero, s31 = zero, s32 = zero, s33 = zero;
        nint q = 0;
        for (nint p = 0; p < k; p += TLanes.Count, q += TLanes.Count * TElement.Size)
        {
            var v0 = TElement.Load(w + q);
            var v1 = TElement.Load(w1 + q);
            var v2 = TElement.Load(w2 + q);
            var v3 = TElement.Load(w3 + q);
            var xp = TLanes.Load(x + p);
            s00 = TLanes.MultiplyAdd(v0, xp, s00);
            s01 = TLanes.MultiplyAdd(v1, xp, s01);
            s02 = TLanes.MultiplyAdd(v2, xp, s02);
            s03 = TLanes.MultiplyAdd(v3, xp, s03);
            xp = TLanes.Load(x1 + p);
            s10 = TLanes.MultiplyAdd(v0, xp, s10);
            s11 = TLanes.MultiplyAdd(v1, xp, s11);
            s12 = TLanes.MultiplyAdd(v2, xp, s12);
            s13 = TLanes.MultiplyAdd(v3, xp, s13);
            xp = TLanes.Load(x2 + p);
            s20 = TLanes.MultiplyAdd(v0, xp, s20);
            s21 = TLanes.MultiplyAdd(v1, xp, s21);
            s22 = TLanes.MultiplyAdd(v2, xp, s22);
            s23 = TLanes.MultiplyAdd(v3, xp, s23);
            xp = TLanes.Load(x3 + p);
            s30 = TLanes.MultiplyAdd(v0, xp, s30);
            s31 = TLanes.MultiplyAdd(v1, xp, s31);
            s32 = TLanes.MultiplyAdd(v2, xp, s32);
            s33 = TLanes.MultiplyAdd(v3, xp, s33);
        }

        Sums(s00, s01, s02, s03, sums);
        Sums(s10, s11, s12, s13, sums + 4);
        Sums(s20, s21, s22, s23, sums + 8);
        Sums(s30, s31, s32, s33, sums + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(TVector s0, TVector s1, TVector s2, TVector s3, T* sums)
    {
        sums[0] = TLanes.Sum(s0);
        sums[1] = TLanes.Sum(s1);
        sums[2] = TLanes.Sum(s2);
        sums[3] = TLanes.Sum(s3);
    }
}
