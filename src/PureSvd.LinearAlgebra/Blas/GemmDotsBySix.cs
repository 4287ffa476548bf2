using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary><see cref="GemmDots{T, TVector, TLanes, TElement}"/> for three to eight rows with six columns of C at a time, for which AVX-512 has the registers.</summary>
/// <remarks>
/// A tile of four rows and four columns loads eight vectors for sixteen multiply-adds, as many as the processor can; one of four and six loads ten for twenty-four, and for each line of W
/// that memory must deliver x is read two thirds as often. The bits are the same: a sum is one vector of partial sums here too.
/// </remarks>
internal static unsafe class GemmDotsBySix<T, TVector, TLanes, TElement>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
    where TElement : struct, IStoredElement<T, TVector>
{
    /// <summary>Columns side by side.</summary>
    internal const int Columns = 6;

    private const int Line = 64;

    // Bytes.
    private const int VectorOf512Bits = 64;

    /// <summary>Whether it serves this product; the loads of <typeparamref name="TElement"/> must need no check.</summary>
    internal static bool Serves(int rows, int columns) => TLanes.Count * sizeof(T) == VectorOf512Bits && rows > 2 && columns >= Columns && !TElement.MustBeChecked;

    /// <summary>C ← α·X·Wᵀ + β·C; as <see cref="GemmDots{T, TVector, TLanes, TElement}.Multiply"/>, for a multiple of <see cref="Columns"/> columns, in blocks of <paramref name="block"/> steps.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, int k, nint block, T alpha, T beta, T* c, nint cStride)
    {
        nint whole = k / TLanes.Count * TLanes.Count;
        var sums = stackalloc T[4 * Columns];
        var parts = stackalloc T[4 * Columns * TLanes.Count * (block == whole ? 0 : (rows + 3) / 4)];
        nint sixth = columns / Columns;
        var streams = new DotStreams(4, sixth, wStride, (nint)k * TElement.Size);
        for (nint j = 0; j < sixth; j++, w += wStride, c++)
        {
            nint start = 0;
            do
            {
                var steps = new DotSteps(start, Math.Min(start + block, whole), whole);
                for (var i = 0; i < rows; i += 4)
                {
                    var height = Math.Min(4, rows - i);
                    FourRows(x + i * xStride, xStride, height, w, streams, steps, parts + Columns * i * TLanes.Count, sums);
                    if (steps.End == whole)
                        Finish(x + i * xStride, xStride, height, w, streams, whole, k, alpha, beta, sums, c + i * cStride, cStride);
                }

                start += block;
            }
            while (start < whole);
        }
    }

    // Sums are column by column: four of a column side by side.
    private static void Finish(T* x, nint xStride, int rows, byte* w, in DotStreams streams, nint first, nint k, T alpha, T beta, T* sums, T* c, nint cStride)
    {
        for (var j = 0; j < Columns; j++)
        {
            for (var i = 0; i < rows; i++)
            {
                var sum = sums[4 * j + i];
                for (var p = first; p < k; p++)
                    sum += x[i * xStride + p] * TElement.LoadOne(w + j * streams.Apart1 + p * TElement.Size);
                var cij = c + i * cStride + j * streams.Columns;
                *cij = beta == T.Zero ? alpha * sum : alpha * sum + beta * *cij;
            }
        }
    }

    // Where fewer rows of X are left, the last one stands in for those that are missing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(T* x, nint xStride, int rows, byte* w, in DotStreams streams, DotSteps steps, T* parts, T* sums)
    {
        T* xb = x + Math.Min(1, rows - 1) * xStride, xc = x + Math.Min(2, rows - 1) * xStride, xd = x + Math.Min(3, rows - 1) * xStride;
        byte* w1 = w + streams.Apart1, w2 = w1 + streams.Apart1, w3 = w2 + streams.Apart1, w4 = w3 + streams.Apart1, w5 = w4 + streams.Apart1;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s00 = zero, s10 = zero, s20 = zero, s30 = zero;
        TVector s01 = zero, s11 = zero, s21 = zero, s31 = zero;
        TVector s02 = zero, s12 = zero, s22 = zero, s32 = zero;
        TVector s03 = zero, s13 = zero, s23 = zero, s33 = zero;
        TVector s04 = zero, s14 = zero, s24 = zero, s34 = zero;
        TVector s05 = zero, s15 = zero, s25 = zero, s35 = zero;
        if (steps.Start > 0)
        {
            GemmDots<T, TVector, TLanes, TElement>.Load(parts, out s00, out s10, out s20, out s30);
            GemmDots<T, TVector, TLanes, TElement>.Load(parts + 4 * TLanes.Count, out s01, out s11, out s21, out s31);
            GemmDots<T, TVector, TLanes, TElement>.Load(parts + 8 * TLanes.Count, out s02, out s12, out s22, out s32);
            GemmDots<T, TVector, TLanes, TElement>.Load(parts + 12 * TLanes.Count, out s03, out s13, out s23, out s33);
            GemmDots<T, TVector, TLanes, TElement>.Load(parts + 16 * TLanes.Count, out s04, out s14, out s24, out s34);
            GemmDots<T, TVector, TLanes, TElement>.Load(parts + 20 * TLanes.Count, out s05, out s15, out s25, out s35);
        }

        var p = steps.Start;
        var ahead = streams.Ahead;
        for (var end = Math.Clamp(streams.Near / TElement.Size, p, steps.End); ; end = steps.End)
        {
            for (; p < end; p += TLanes.Count)
            {
                var q = p * TElement.Size;
                if (Sse.IsSupported && (TLanes.Count * TElement.Size >= Line || q % Line == 0))
                {
                    Sse.Prefetch0(w + q + ahead);
                    Sse.Prefetch0(w1 + q + ahead);
                    Sse.Prefetch0(w2 + q + ahead);
                    Sse.Prefetch0(w3 + q + ahead);
                    Sse.Prefetch0(w4 + q + ahead);
                    Sse.Prefetch0(w5 + q + ahead);
                }

                TVector x0 = TLanes.Load(x + p), x1 = TLanes.Load(xb + p), x2 = TLanes.Load(xc + p), x3 = TLanes.Load(xd + p);
                Add(w + q, x0, x1, x2, x3, ref s00, ref s10, ref s20, ref s30);
                Add(w1 + q, x0, x1, x2, x3, ref s01, ref s11, ref s21, ref s31);
                Add(w2 + q, x0, x1, x2, x3, ref s02, ref s12, ref s22, ref s32);
                Add(w3 + q, x0, x1, x2, x3, ref s03, ref s13, ref s23, ref s33);
                Add(w4 + q, x0, x1, x2, x3, ref s04, ref s14, ref s24, ref s34);
                Add(w5 + q, x0, x1, x2, x3, ref s05, ref s15, ref s25, ref s35);
            }

            if (end == steps.End)
                break;
            ahead = streams.AheadNext;
        }

        if (steps.End < steps.Whole)
        {
            GemmDots<T, TVector, TLanes, TElement>.Store(s00, s10, s20, s30, parts);
            GemmDots<T, TVector, TLanes, TElement>.Store(s01, s11, s21, s31, parts + 4 * TLanes.Count);
            GemmDots<T, TVector, TLanes, TElement>.Store(s02, s12, s22, s32, parts + 8 * TLanes.Count);
            GemmDots<T, TVector, TLanes, TElement>.Store(s03, s13, s23, s33, parts + 12 * TLanes.Count);
            GemmDots<T, TVector, TLanes, TElement>.Store(s04, s14, s24, s34, parts + 16 * TLanes.Count);
            GemmDots<T, TVector, TLanes, TElement>.Store(s05, s15, s25, s35, parts + 20 * TLanes.Count);
            return;
        }

        TLanes.StoreSums(s00, s10, s20, s30, sums);
        TLanes.StoreSums(s01, s11, s21, s31, sums + 4);
        TLanes.StoreSums(s02, s12, s22, s32, sums + 8);
        TLanes.StoreSums(s03, s13, s23, s33, sums + 12);
        TLanes.StoreSums(s04, s14, s24, s34, sums + 16);
        TLanes.StoreSums(s05, s15, s25, s35, sums + 20);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* w, TVector x0, TVector x1, TVector x2, TVector x3, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3)
    {
        var v = TElement.Load(w);
        s0 = TLanes.MultiplyAdd(v, x0, s0);
        s1 = TLanes.MultiplyAdd(v, x1, s1);
        s2 = TLanes.MultiplyAdd(v, x2, s2);
        s3 = TLanes.MultiplyAdd(v, x3, s3);
    }
}
