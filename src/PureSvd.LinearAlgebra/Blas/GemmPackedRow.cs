using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>One row by a factor that was packed beforehand: panels of two vectors a step, as <see cref="GemmTile12x2{T, TVector, TLanes}"/> reads them, with the same sums.</summary>
/// <remarks>
/// Each sum is one chain of multiply-adds, of which the processor could do eight in the time of one: four panels side by side are eight chains, and four streams of memory.
/// A tile of six rows, five of them zero, took two thirds more time.
/// </remarks>
internal static unsafe class GemmPackedRow<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    /// <summary>c ← α·a·B + β·c for whole panels of B.</summary>
    /// <param name="k">Elements of a, rows of B.</param>
    /// <param name="a">The row.</param>
    /// <param name="aStep">Elements from one of it to the next.</param>
    /// <param name="b">The first panel; the others follow.</param>
    /// <param name="panels">How many.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β; at 0 c is not read.</param>
    /// <param name="c">Two vectors for each panel.</param>
    internal static void Multiply(nint k, T* a, nint aStep, T* b, int panels, T alpha, T beta, T* c)
    {
        nint width = 2 * TLanes.Count;
        for (; panels >= 4; panels -= 4, b += 4 * k * width, c += 4 * width)
            MultiplyFour(k, a, aStep, b, alpha, beta, c);
        for (; panels > 0; panels--, b += k * width, c += width)
            MultiplyOne(k, a, aStep, b, alpha, beta, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFour(nint k, T* a, nint aStep, T* b, T alpha, T beta, T* c)
    {
        nint width = 2 * TLanes.Count, panel = k * width;
        T* b1 = b + panel, b2 = b1 + panel, b3 = b2 + panel;
        var zero = TLanes.Broadcast(T.Zero);
        TVector c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
        for (nint q = 0; q < panel; q += width, a += aStep)
        {
            var ai = TLanes.Broadcast(*a);
            c0 = TLanes.MultiplyAdd(ai, TLanes.Load(b + q), c0);
            c1 = TLanes.MultiplyAdd(ai, TLanes.Load(b + q + TLanes.Count), c1);
            c2 = TLanes.MultiplyAdd(ai, TLanes.Load(b1 + q), c2);
            c3 = TLanes.MultiplyAdd(ai, TLanes.Load(b1 + q + TLanes.Count), c3);
            c4 = TLanes.MultiplyAdd(ai, TLanes.Load(b2 + q), c4);
            c5 = TLanes.MultiplyAdd(ai, TLanes.Load(b2 + q + TLanes.Count), c5);
            c6 = TLanes.MultiplyAdd(ai, TLanes.Load(b3 + q), c6);
            c7 = TLanes.MultiplyAdd(ai, TLanes.Load(b3 + q + TLanes.Count), c7);
        }

        Update(c0, c1, alpha, beta, c);
        Update(c2, c3, alpha, beta, c + width);
        Update(c4, c5, alpha, beta, c + 2 * width);
        Update(c6, c7, alpha, beta, c + 3 * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyOne(nint k, T* a, nint aStep, T* b, T alpha, T beta, T* c)
    {
        var zero = TLanes.Broadcast(T.Zero);
        TVector c0 = zero, c1 = zero;
        for (; k > 0; k--, a += aStep, b += 2 * TLanes.Count)
        {
            var ai = TLanes.Broadcast(*a);
            c0 = TLanes.MultiplyAdd(ai, TLanes.Load(b), c0);
            c1 = TLanes.MultiplyAdd(ai, TLanes.Load(b + TLanes.Count), c1);
        }

        Update(c0, c1, alpha, beta, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update(TVector left, TVector right, T alpha, T beta, T* c)
    {
        var alphas = TLanes.Broadcast(alpha);
        if (beta == T.Zero)
        {
            TLanes.Store(TLanes.Multiply(alphas, left), c);
            TLanes.Store(TLanes.Multiply(alphas, right), c + TLanes.Count);
            return;
        }

        var betas = TLanes.Broadcast(beta);
        TLanes.Store(TLanes.MultiplyAdd(alphas, left, TLanes.Multiply(betas, TLanes.Load(c))), c);
        TLanes.Store(TLanes.MultiplyAdd(alphas, right, TLanes.Multiply(betas, TLanes.Load(c + TLanes.Count))), c + TLanes.Count);
    }
}
