using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>A tile of C in registers, twelve rows of two vectors: 24 accumulators, for processors with 32 vector registers.</summary>
/// <remarks>
/// A step of k takes two vectors of B and, for each row, one element of A broadcast: 2 loads and 12 broadcasts feed 24 multiply-adds.
/// Each accumulator is a named local, since RyuJIT keeps an array of them in memory (a fifth of the speed).
/// <c>AggressiveOptimization</c> because a tiered kernel would run its first hundreds of milliseconds unoptimised.
/// </remarks>
internal static unsafe class GemmTile12x2<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    private const int Line = 64, StepsPerLine = 4;

    /// <summary>Steps before the end at which the tile of C is fetched into the first-level cache. Earlier, the panel of B that passes through it would push it out again.</summary>
    private const int LastSteps = 32;

    /// <summary>C ← α·A·B + β·C for a tile [12 × 2 vectors].</summary>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="a">A: 12 rows, packed or where they lie.</param>
    /// <param name="aStride">Elements from one row of A to the next; 1 if packed.</param>
    /// <param name="aStep">Elements from one column of A to the next; 12 if packed.</param>
    /// <param name="b">B: 2 vectors for each k.</param>
    /// <param name="bStride">Elements from one row of B to the next.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β; at 0 C is not read.</param>
    /// <param name="c">The tile.</param>
    /// <param name="cStride">Elements from one row of C to the next.</param>
    /// <param name="next">What a later tile reads, a line for every four steps: it is fetched into the second-level cache meanwhile; any address.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(nint k, T* a, nint aStride, nint aStep, T* b, nint bStride, T alpha, T beta, T* c, nint cStride, T* next)
    {
        // The tile of C arrives from memory while the loop runs, if that takes long enough.
        var isDeep = k > LastSteps;
        if (Sse.IsSupported && isDeep)
        {
            for (nint i = 0; i < 12; i++)
            {
                Sse.Prefetch1(c + i * cStride);
                Sse.Prefetch1(c + i * cStride + 2 * TLanes.Count - 1);
            }
        }

        var zero = TLanes.Broadcast(T.Zero);
        TVector c00 = zero, c01 = zero;
        TVector c10 = zero, c11 = zero;
        TVector c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero;
        TVector c40 = zero, c41 = zero;
        TVector c50 = zero, c51 = zero;
        TVector c60 = zero, c61 = zero;
        TVector c70 = zero, c71 = zero;
        TVector c80 = zero, c81 = zero;
        TVector c90 = zero, c91 = zero;
        TVector c100 = zero, c101 = zero;
        TVector c110 = zero, c111 = zero;

        // Three rows a pointer: base, base + stride and base + 2·stride are single operands.
        T* a3 = a + 3 * aStride, a6 = a + 6 * aStride, a9 = a + 9 * aStride;
        var twoRows = 2 * aStride;
        var last = Math.Min(k, LastSteps);
        k -= last;
        while (true)
        {
            for (; k > 0; k -= StepsPerLine)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch1(next);
                next += Line / sizeof(T);
                for (var steps = Math.Min(k, StepsPerLine); steps > 0; steps--)
                {
                    var b0 = TLanes.Load(b);
                    var b1 = TLanes.Load(b + TLanes.Count);

                    var ai = TLanes.Broadcast(*a);
                    c00 = TLanes.MultiplyAdd(ai, b0, c00);
                    c01 = TLanes.MultiplyAdd(ai, b1, c01);
                    ai = TLanes.Broadcast(a[aStride]);
                    c10 = TLanes.MultiplyAdd(ai, b0, c10);
                    c11 = TLanes.MultiplyAdd(ai, b1, c11);
                    ai = TLanes.Broadcast(a[twoRows]);
                    c20 = TLanes.MultiplyAdd(ai, b0, c20);
                    c21 = TLanes.MultiplyAdd(ai, b1, c21);
                    ai = TLanes.Broadcast(*a3);
                    c30 = TLanes.MultiplyAdd(ai, b0, c30);
                    c31 = TLanes.MultiplyAdd(ai, b1, c31);
                    ai = TLanes.Broadcast(a3[aStride]);
                    c40 = TLanes.MultiplyAdd(ai, b0, c40);
                    c41 = TLanes.MultiplyAdd(ai, b1, c41);
                    ai = TLanes.Broadcast(a3[twoRows]);
                    c50 = TLanes.MultiplyAdd(ai, b0, c50);
                    c51 = TLanes.MultiplyAdd(ai, b1, c51);
                    ai = TLanes.Broadcast(*a6);
                    c60 = TLanes.MultiplyAdd(ai, b0, c60);
                    c61 = TLanes.MultiplyAdd(ai, b1, c61);
                    ai = TLanes.Broadcast(a6[aStride]);
                    c70 = TLanes.MultiplyAdd(ai, b0, c70);
                    c71 = TLanes.MultiplyAdd(ai, b1, c71);
                    ai = TLanes.Broadcast(a6[twoRows]);
                    c80 = TLanes.MultiplyAdd(ai, b0, c80);
                    c81 = TLanes.MultiplyAdd(ai, b1, c81);
                    ai = TLanes.Broadcast(*a9);
                    c90 = TLanes.MultiplyAdd(ai, b0, c90);
                    c91 = TLanes.MultiplyAdd(ai, b1, c91);
                    ai = TLanes.Broadcast(a9[aStride]);
                    c100 = TLanes.MultiplyAdd(ai, b0, c100);
                    c101 = TLanes.MultiplyAdd(ai, b1, c101);
                    ai = TLanes.Broadcast(a9[twoRows]);
                    c110 = TLanes.MultiplyAdd(ai, b0, c110);
                    c111 = TLanes.MultiplyAdd(ai, b1, c111);

                    a += aStep;
                    a3 += aStep;
                    a6 += aStep;
                    a9 += aStep;
                    b += bStride;
                }
            }

            if (last == 0)
                break;
            (k, last) = (last, 0);
            for (nint i = 0; Sse.IsSupported && isDeep && i < 12; i++)
            {
                Sse.Prefetch0(c + i * cStride);
                Sse.Prefetch0(c + i * cStride + 2 * TLanes.Count - 1);
            }
        }

        var alphas = TLanes.Broadcast(alpha);
        if (beta == T.Zero)
        {
            Store(c00, c01, alphas, c + 0 * cStride);
            Store(c10, c11, alphas, c + 1 * cStride);
            Store(c20, c21, alphas, c + 2 * cStride);
            Store(c30, c31, alphas, c + 3 * cStride);
            Store(c40, c41, alphas, c + 4 * cStride);
            Store(c50, c51, alphas, c + 5 * cStride);
            Store(c60, c61, alphas, c + 6 * cStride);
            Store(c70, c71, alphas, c + 7 * cStride);
            Store(c80, c81, alphas, c + 8 * cStride);
            Store(c90, c91, alphas, c + 9 * cStride);
            Store(c100, c101, alphas, c + 10 * cStride);
            Store(c110, c111, alphas, c + 11 * cStride);
            return;
        }

        var betas = TLanes.Broadcast(beta);
        Update(c00, c01, alphas, betas, c + 0 * cStride);
        Update(c10, c11, alphas, betas, c + 1 * cStride);
        Update(c20, c21, alphas, betas, c + 2 * cStride);
        Update(c30, c31, alphas, betas, c + 3 * cStride);
        Update(c40, c41, alphas, betas, c + 4 * cStride);
        Update(c50, c51, alphas, betas, c + 5 * cStride);
        Update(c60, c61, alphas, betas, c + 6 * cStride);
        Update(c70, c71, alphas, betas, c + 7 * cStride);
        Update(c80, c81, alphas, betas, c + 8 * cStride);
        Update(c90, c91, alphas, betas, c + 9 * cStride);
        Update(c100, c101, alphas, betas, c + 10 * cStride);
        Update(c110, c111, alphas, betas, c + 11 * cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector left, TVector right, TVector alpha, T* c)
    {
        TLanes.Store(TLanes.Multiply(alpha, left), c);
        TLanes.Store(TLanes.Multiply(alpha, right), c + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update(TVector left, TVector right, TVector alpha, TVector beta, T* c)
    {
        TLanes.Store(TLanes.MultiplyAdd(alpha, left, TLanes.Multiply(beta, TLanes.Load(c))), c);
        TLanes.Store(TLanes.MultiplyAdd(alpha, right, TLanes.Multiply(beta, TLanes.Load(c + TLanes.Count))), c + TLanes.Count);
    }
}
