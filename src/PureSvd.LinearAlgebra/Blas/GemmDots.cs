using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>A few rows by a transposed B, as dot products along k: B is read once, where it lies and as it is stored, and used for all rows.</summary>
/// <remarks>
/// <para>cᵢⱼ = α·Σ_p x_{ip}·w_{jp} + β·cᵢⱼ. Packing B would move every element of it for a handful of multiply-adds each; both factors lie along k already.</para>
/// <para>Each sum has one vector of partial sums, whatever other rows and columns are computed beside it, so a row has the same bits among up to eight.</para>
/// <para>Four rows of W are read at a time, each from a quarter of its own. Memory delivers a few streams that run on and on faster than a single one, which
/// waits at the end of every page, and far faster than neighbouring rows, which all end at once.</para>
/// </remarks>
internal static unsafe class GemmDots<T, TVector, TLanes, TElement>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
    where TElement : struct, IStoredElement<T, TVector>
{
    private const int Line = 64;

    /// <summary>Bytes of a row of X that stay, with four rows of W, in the first-level cache while all rows of X meet them.</summary>
    private const int BlockBytes = 2048;

    /// <summary>Steps of a sum that a single lane adds up: the rounding errors of a longer one grow with it, where many lanes share it out among them.</summary>
    private const int SingleLaneSteps = 64;

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
    internal static void Multiply(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, int k, T alpha, T beta, T* c, nint cStride)
    {
        for (; TLanes.Count == 1 && k > SingleLaneSteps; k -= SingleLaneSteps, x += SingleLaneSteps, w += SingleLaneSteps * TElement.Size, beta = T.One)
            MultiplySteps(x, xStride, rows, w, wStride, columns, SingleLaneSteps, alpha, beta, c, cStride);
        MultiplySteps(x, xStride, rows, w, wStride, columns, k, alpha, beta, c, cStride);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplySteps(T* x, nint xStride, int rows, byte* w, nint wStride, int columns, int k, T alpha, T beta, T* c, nint cStride)
    {
        nint whole = k / TLanes.Count * TLanes.Count;
        var block = rows <= 4 ? whole : Math.Min(whole, BlockBytes / sizeof(T));
        if (GemmDotsBySix<T, TVector, TLanes, TElement>.Serves(rows, columns))
        {
            var done = columns - columns % GemmDotsBySix<T, TVector, TLanes, TElement>.Columns;
            GemmDotsBySix<T, TVector, TLanes, TElement>.Multiply(x, xStride, rows, w, wStride, done, k, block, alpha, beta, c, cStride);
            w += done * wStride;
            c += done;
            columns -= done;
            if (columns == 0)
                return;
        }

        var sums = stackalloc T[16];
        var parts = stackalloc T[16 * TLanes.Count * (block == whole ? 0 : (rows + 3) / 4)];
        nint quarter = columns / 4;
        var streams = new DotStreams(4, quarter, wStride, (nint)k * TElement.Size);
        for (nint j = 0; j < quarter; j++)
            MultiplyFour(x, xStride, rows, w + j * wStride, streams, block, whole, k, alpha, beta, sums, parts, c + j, cStride);
        if (columns > 4 * quarter)
            MultiplyFour(x, xStride, rows, w + 4 * quarter * wStride, new DotStreams(columns - 4 * (int)quarter, 1, wStride, (nint)k * TElement.Size), block, whole, k, alpha, beta, sums, parts, c + 4 * quarter, cStride);
    }

    /// <summary>Four columns of C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyFour(T* x, nint xStride, int rows, byte* w, in DotStreams streams, nint block, nint whole, nint k, T alpha, T beta, T* sums, T* parts, T* c, nint cStride)
    {
        if (rows == 1)
        {
            OneRow(x, w, streams, whole, sums);
            Finish(x, 0, 1, w, streams, whole, k, alpha, beta, sums, c, 0);
            return;
        }

        nint start = 0;
        do
        {
            var steps = new DotSteps(start, Math.Min(start + block, whole), whole);
            for (var i = 0; i < rows; i += 4)
            {
                var height = Math.Min(4, rows - i);
                var xi = x + i * xStride;
                if (height <= 2)
                    TwoRows(xi, xStride, height, w, streams, steps, parts + 4 * i * TLanes.Count, sums);
                else
                    FourRows(xi, xStride, height, w, streams, steps, parts + 4 * i * TLanes.Count, sums);
                if (steps.End == whole)
                    Finish(xi, xStride, height, w, streams, whole, k, alpha, beta, sums, c + i * cStride, cStride);
            }

            start += block;
        }
        while (start < whole);
    }

    /// <summary>Adds what does not fill a vector, and updates C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(T* x, nint xStride, int rows, byte* w, in DotStreams streams, nint first, nint k, T alpha, T beta, T* sums, T* c, nint cStride)
    {
        for (var i = 0; i < rows; i++, x += xStride, c += cStride, sums += 4)
        {
            for (var j = 0; j < streams.Count; j++)
            {
                var sum = sums[j];
                for (var p = first; p < k; p++)
                    sum += x[p] * TElement.LoadOne(w + (j == 0 ? 0 : j == 1 ? streams.Apart1 : j == 2 ? streams.Apart2 : streams.Apart3) + p * TElement.Size);
                var cj = c + j * streams.Columns;
                *cj = beta == T.Zero ? alpha * sum : alpha * sum + beta * *cj;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(T* x, byte* w, in DotStreams streams, nint k, T* sums)
    {
        byte* w1 = w + streams.Apart1, w2 = w + streams.Apart2, w3 = w + streams.Apart3;
        var zero = TLanes.Broadcast(T.Zero);
        TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero, largest = zero;
        nint p = 0;
        var near = Math.Min(k, streams.Near / TElement.Size);
        var ahead = streams.Ahead;
        for (var end = near; ; end = k)
        {
            for (; p + 2 * TLanes.Count <= end; p += 2 * TLanes.Count)
            {
                var q = p * TElement.Size;

                // Widening fills the processor's window before enough loads are under way.
                if (TElement.Size < sizeof(T))
                    FetchFour(w + q + ahead, w1 + q + ahead, w2 + q + ahead, w3 + q + ahead, q, 2 * TLanes.Count * TElement.Size);
                Add(TLanes.Load(x + p), w + q, w1 + q, w2 + q, w3 + q, ref s0, ref s1, ref s2, ref s3, ref largest);
                q += TLanes.Count * TElement.Size;
                Add(TLanes.Load(x + p + TLanes.Count), w + q, w1 + q, w2 + q, w3 + q, ref s0, ref s1, ref s2, ref s3, ref largest);
            }

            if (end == k)
                break;
            ahead = streams.AheadNext;
        }

        if (p < k)
        {
            var q = p * TElement.Size;
            Add(TLanes.Load(x + p), w + q, w1 + q, w2 + q, w3 + q, ref s0, ref s1, ref s2, ref s3, ref largest);
        }

        if (!TElement.IsRight(largest))
        {
            GemmDots<T, TVector, TLanes, Float16Element<T, TVector, TLanes>>.OneRow(x, w, streams, k, sums);
            return;
        }

        TLanes.StoreSums(s0, s1, s2, s3, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, byte* w0, byte* w1, byte* w2, byte* w3, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3, ref TVector largest)
    {
        TVector v0 = TElement.Load(w0), v1 = TElement.Load(w1), v2 = TElement.Load(w2), v3 = TElement.Load(w3);
        largest = TElement.Largest(largest, v0, v1, v2, v3);
        s0 = TLanes.MultiplyAdd(v0, x, s0);
        s1 = TLanes.MultiplyAdd(v1, x, s1);
        s2 = TLanes.MultiplyAdd(v2, x, s2);
        s3 = TLanes.MultiplyAdd(v3, x, s3);
    }

    /// <summary>Fetches a line of each of four streams, unless the step of <paramref name="bytes"/> at <paramref name="q"/> is within a line that was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchFour(byte* w0, byte* w1, byte* w2, byte* w3, nint q, int bytes)
    {
        if (!Sse.IsSupported || (bytes < Line && q % Line != 0))
            return;
        Sse.Prefetch0(w0);
        Sse.Prefetch0(w1);
        Sse.Prefetch0(w2);
        Sse.Prefetch0(w3);
    }

    // Where fewer rows of X are left, the last one stands in for those that are missing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(T* x, nint xStride, int rows, byte* w, in DotStreams streams, DotSteps steps, T* parts, T* sums)
    {
        var x1 = rows > 1 ? x + xStride : x;
        byte* w1 = w + streams.Apart1, w2 = w + streams.Apart2, w3 = w + streams.Apart3;
        var zero = TLanes.Broadcast(T.Zero);
        var largest = zero;
        TVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
        TVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
        if (steps.Start > 0)
        {
            Load(parts, out s00, out s01, out s02, out s03);
            Load(parts + 4 * TLanes.Count, out s10, out s11, out s12, out s13);
        }

        var p = steps.Start;
        var near = Math.Clamp(streams.Near / TElement.Size, p, steps.End);
        var ahead = streams.Ahead;
        for (var end = near; ; end = steps.End)
        {
            for (; p < end; p += TLanes.Count)
            {
                var q = p * TElement.Size;
                FetchFour(w + q + ahead, w1 + q + ahead, w2 + q + ahead, w3 + q + ahead, q, TLanes.Count * TElement.Size);
                var v0 = TElement.Load(w + q);
                var v1 = TElement.Load(w1 + q);
                var v2 = TElement.Load(w2 + q);
                var v3 = TElement.Load(w3 + q);
                largest = TElement.Largest(largest, v0, v1, v2, v3);
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

            if (end == steps.End)
                break;
            ahead = streams.AheadNext;
        }

        if (!TElement.IsRight(largest))
        {
            GemmDots<T, TVector, TLanes, Float16Element<T, TVector, TLanes>>.TwoRows(x, xStride, rows, w, streams, steps, parts, sums);
            return;
        }

        if (steps.End < steps.Whole)
        {
            Store(s00, s01, s02, s03, parts);
            Store(s10, s11, s12, s13, parts + 4 * TLanes.Count);
            return;
        }

        TLanes.StoreSums(s00, s01, s02, s03, sums);
        TLanes.StoreSums(s10, s11, s12, s13, sums + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(T* x, nint xStride, int rows, byte* w, in DotStreams streams, DotSteps steps, T* parts, T* sums)
    {
        var x1 = x + xStride;
        var x2 = x1 + xStride;
        var x3 = rows > 3 ? x2 + xStride : x2;
        byte* w1 = w + streams.Apart1, w2 = w + streams.Apart2, w3 = w + streams.Apart3;
        var zero = TLanes.Broadcast(T.Zero);
        var largest = zero;
        TVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
        TVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
        TVector s20 = zero, s21 = zero, s22 = zero, s23 = zero;
        TVector s30 = zero, s31 = zero, s32 = zero, s33 = zero;
        if (steps.Start > 0)
        {
            Load(parts, out s00, out s01, out s02, out s03);
            Load(parts + 4 * TLanes.Count, out s10, out s11, out s12, out s13);
            Load(parts + 8 * TLanes.Count, out s20, out s21, out s22, out s23);
            Load(parts + 12 * TLanes.Count, out s30, out s31, out s32, out s33);
        }

        var p = steps.Start;
        var near = Math.Clamp(streams.Near / TElement.Size, p, steps.End);
        var ahead = streams.Ahead;
        for (var end = near; ; end = steps.End)
        {
            for (; p < end; p += TLanes.Count)
            {
                var q = p * TElement.Size;
                FetchFour(w + q + ahead, w1 + q + ahead, w2 + q + ahead, w3 + q + ahead, q, TLanes.Count * TElement.Size);
                var v0 = TElement.Load(w + q);
                var v1 = TElement.Load(w1 + q);
                var v2 = TElement.Load(w2 + q);
                var v3 = TElement.Load(w3 + q);
                largest = TElement.Largest(largest, v0, v1, v2, v3);
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

            if (end == steps.End)
                break;
            ahead = streams.AheadNext;
        }

        if (!TElement.IsRight(largest))
        {
            GemmDots<T, TVector, TLanes, Float16Element<T, TVector, TLanes>>.FourRows(x, xStride, rows, w, streams, steps, parts, sums);
            return;
        }

        if (steps.End < steps.Whole)
        {
            Store(s00, s01, s02, s03, parts);
            Store(s10, s11, s12, s13, parts + 4 * TLanes.Count);
            Store(s20, s21, s22, s23, parts + 8 * TLanes.Count);
            Store(s30, s31, s32, s33, parts + 12 * TLanes.Count);
            return;
        }

        TLanes.StoreSums(s00, s01, s02, s03, sums);
        TLanes.StoreSums(s10, s11, s12, s13, sums + 4);
        TLanes.StoreSums(s20, s21, s22, s23, sums + 8);
        TLanes.StoreSums(s30, s31, s32, s33, sums + 12);
    }

    /// <summary>Four vectors of partial sums that go on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Load(T* parts, out TVector s0, out TVector s1, out TVector s2, out TVector s3)
    {
        s0 = TLanes.Load(parts);
        s1 = TLanes.Load(parts + TLanes.Count);
        s2 = TLanes.Load(parts + 2 * TLanes.Count);
        s3 = TLanes.Load(parts + 3 * TLanes.Count);
    }

    /// <summary>Keeps four vectors of partial sums for the next block of steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(TVector s0, TVector s1, TVector s2, TVector s3, T* parts)
    {
        TLanes.Store(s0, parts);
        TLanes.Store(s1, parts + TLanes.Count);
        TLanes.Store(s2, parts + 2 * TLanes.Count);
        TLanes.Store(s3, parts + 3 * TLanes.Count);
    }
}
