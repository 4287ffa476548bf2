using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Forward substitution L·X = B in registers: four unknowns of two vectors of right-hand sides at a time.</summary>
/// <remarks>
/// <para>Xᵢ = (Bᵢ − Σ_{j&lt;i} Lᵢⱼ·Xⱼ)/Lᵢᵢ. A block of four rows of B stays in eight registers while all known rows of X pass, each loaded once for the four, as in the
/// micro-kernel of the product; then its own 4×4 triangle is solved in registers. m² multiply-adds a right-hand side.</para>
/// <para>The triangle comes packed, its elements negated and its diagonal inverted: a multiplication instead of a division, within an ulp or two of it (as OpenBLAS does).</para>
/// </remarks>
internal static unsafe class TrsmKernel<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    /// <summary>Right-hand sides solved together.</summary>
    internal static int Width => 2 * TLanes.Count;

    /// <summary>X ← L⁻¹·X for <paramref name="m"/> unknowns and <see cref="Width"/> right-hand sides.</summary>
    /// <param name="l">Row-major [m×m]: −Lᵢⱼ below the diagonal, 1/Lᵢᵢ on it.</param>
    /// <param name="m">The order.</param>
    /// <param name="x">The first unknown.</param>
    /// <param name="step">Elements from one unknown to the next; ±<see cref="Width"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Solve(T* l, int m, T* x, nint step)
    {
        var i = 0;
        for (; i + 4 <= m; i += 4)
        {
            var l0 = l + (nint)i * m;
            var l1 = l0 + m;
            var l2 = l1 + m;
            var l3 = l2 + m;
            var target = x + i * step;
            var a00 = TLanes.Load(target);
            var a01 = TLanes.Load(target + TLanes.Count);
            var a10 = TLanes.Load(target + step);
            var a11 = TLanes.Load(target + step + TLanes.Count);
            var a20 = TLanes.Load(target + 2 * step);
            var a21 = TLanes.Load(target + 2 * step + TLanes.Count);
            var a30 = TLanes.Load(target + 3 * step);
            var a31 = TLanes.Load(target + 3 * step + TLanes.Count);
            var known = x;
            for (nint p = 0; p < i; p++, known += step)
            {
                var x0 = TLanes.Load(known);
                var x1 = TLanes.Load(known + TLanes.Count);
                var c = TLanes.Broadcast(l0[p]);
                a00 = TLanes.MultiplyAdd(c, x0, a00);
                a01 = TLanes.MultiplyAdd(c, x1, a01);
                c = TLanes.Broadcast(l1[p]);
                a10 = TLanes.MultiplyAdd(c, x0, a10);
                a11 = TLanes.MultiplyAdd(c, x1, a11);
                c = TLanes.Broadcast(l2[p]);
                a20 = TLanes.MultiplyAdd(c, x0, a20);
                a21 = TLanes.MultiplyAdd(c, x1, a21);
                c = TLanes.Broadcast(l3[p]);
                a30 = TLanes.MultiplyAdd(c, x0, a30);
                a31 = TLanes.MultiplyAdd(c, x1, a31);
            }

            var factor = TLanes.Broadcast(l0[i]);
            a00 = TLanes.Multiply(factor, a00);
            a01 = TLanes.Multiply(factor, a01);
            factor = TLanes.Broadcast(l1[i]);
            a10 = TLanes.MultiplyAdd(factor, a00, a10);
            a11 = TLanes.MultiplyAdd(factor, a01, a11);
            factor = TLanes.Broadcast(l1[i + 1]);
            a10 = TLanes.Multiply(factor, a10);
            a11 = TLanes.Multiply(factor, a11);
            factor = TLanes.Broadcast(l2[i]);
            a20 = TLanes.MultiplyAdd(factor, a00, a20);
            a21 = TLanes.MultiplyAdd(factor, a01, a21);
            factor = TLanes.Broadcast(l2[i + 1]);
            a20 = TLanes.MultiplyAdd(factor, a10, a20);
            a21 = TLanes.MultiplyAdd(factor, a11, a21);
            factor = TLanes.Broadcast(l2[i + 2]);
            a20 = TLanes.Multiply(factor, a20);
            a21 = TLanes.Multiply(factor, a21);
            factor = TLanes.Broadcast(l3[i]);
            a30 = TLanes.MultiplyAdd(factor, a00, a30);
            a31 = TLanes.MultiplyAdd(factor, a01, a31);
            factor = TLanes.Broadcast(l3[i + 1]);
            a30 = TLanes.MultiplyAdd(factor, a10, a30);
            a31 = TLanes.MultiplyAdd(factor, a11, a31);
            factor = TLanes.Broadcast(l3[i + 2]);
            a30 = TLanes.MultiplyAdd(factor, a20, a30);
            a31 = TLanes.MultiplyAdd(factor, a21, a31);
            factor = TLanes.Broadcast(l3[i + 3]);
            a30 = TLanes.Multiply(factor, a30);
            a31 = TLanes.Multiply(factor, a31);

            TLanes.Store(a00, target);
            TLanes.Store(a01, target + TLanes.Count);
            TLanes.Store(a10, target + step);
            TLanes.Store(a11, target + step + TLanes.Count);
            TLanes.Store(a20, target + 2 * step);
            TLanes.Store(a21, target + 2 * step + TLanes.Count);
            TLanes.Store(a30, target + 3 * step);
            TLanes.Store(a31, target + 3 * step + TLanes.Count);
        }

        for (; i < m; i++)
        {
            var row = l + (nint)i * m;
            var target = x + i * step;
            var a0 = TLanes.Load(target);
            var a1 = TLanes.Load(target + TLanes.Count);
            var known = x;
            for (nint p = 0; p < i; p++, known += step)
            {
                var c = TLanes.Broadcast(row[p]);
                a0 = TLanes.MultiplyAdd(c, TLanes.Load(known), a0);
                a1 = TLanes.MultiplyAdd(c, TLanes.Load(known + TLanes.Count), a1);
            }

            var inverse = TLanes.Broadcast(row[i]);
            TLanes.Store(TLanes.Multiply(inverse, a0), target);
            TLanes.Store(TLanes.Multiply(inverse, a1), target + TLanes.Count);
        }
    }
}
