using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition of the 2×2 triangle [f g; 0 h], to nearly full relative accuracy and without overflow.</summary>
/// <param name="Smallest">Its absolute value is the smaller singular value.</param>
/// <param name="Largest">Its absolute value is the larger one.</param>
/// <param name="Left">[csl snl; −snl csl]·[f g; 0 h]·[csr −snr; snr csr] = diag(Largest, Smallest).</param>
/// <param name="Right">See <paramref name="Left"/>.</param>
/// <remarks>Source: LAPACK xLASV2 and xLAS2.</remarks>
internal readonly record struct BidiagonalBlock<T>(T Smallest, T Largest, PlaneRotation<T> Left, PlaneRotation<T> Right)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static T Two => T.One + T.One;

    /// <summary>The smaller singular value of [f g; 0 h] alone.</summary>
    public static T SmallestValue(T f, T g, T h)
    {
        var (fa, ga, ha) = (T.Abs(f), T.Abs(g), T.Abs(h));
        var (small, large) = (T.Min(fa, ha), T.Max(fa, ha));
        if (small == T.Zero)
            return T.Zero;
        var plus = T.One + small / large;
        var minus = (large - small) / large;
        if (ga < large)
        {
            var square = ga / large * (ga / large);
            return small * (Two / (T.Sqrt(plus * plus + square) + T.Sqrt(minus * minus + square)));
        }
        var ratio = large / ga;
        if (ratio == T.Zero)
            return small * large / ga;
        var c = T.One / (T.Sqrt(T.One + plus * ratio * (plus * ratio)) + T.Sqrt(T.One + minus * ratio * (minus * ratio)));
        return Two * (small * c * ratio);
    }

    /// <summary>Decomposes [f g; 0 h].</summary>
    public static BidiagonalBlock<T> Decompose(T f, T g, T h)
    {
        var swap = T.Abs(h) > T.Abs(f);
        var (ft, ht) = swap ? (h, f) : (f, h);
        var (fa, ga, ha) = (T.Abs(ft), T.Abs(g), T.Abs(ht));
        T smallest, largest, cl, sl, cr, sr;
        if (ga == T.Zero)
            (smallest, largest, cl, sl, cr, sr) = (ha, fa, T.One, T.Zero, T.One, T.Zero);
        else if (ga > fa && fa / ga < Precision<T>.Epsilon / Two)
            (smallest, largest, cl, sl, cr, sr) = (ha > T.One ? fa / (ga / ha) : fa / ga * ha, ga, T.One, ht / g, ft / g, T.One);
        else
            (smallest, largest, cl, sl, cr, sr) = Ordinary(ft, g, ht, fa, ha);

        var (left, right) = swap
            ? (new PlaneRotation<T>(sr, cr), new PlaneRotation<T>(sl, cl))
            : (new PlaneRotation<T>(cl, sl), new PlaneRotation<T>(cr, sr));
        T sign;
        if (ga > fa)
            sign = Sign(right.S) * Sign(left.C) * Sign(g);
        else if (swap)
            sign = Sign(right.S) * Sign(left.S) * Sign(h);
        else
            sign = Sign(right.C) * Sign(left.C) * Sign(f);
        return new BidiagonalBlock<T>(T.CopySign(smallest, sign * Sign(f) * Sign(h)), T.CopySign(largest, sign), left, right);
    }

    private static (T Smallest, T Largest, T Cl, T Sl, T Cr, T Sr) Ordinary(T ft, T gt, T ht, T fa, T ha)
    {
        var d = fa - ha;
        var l = d == fa ? T.One : d / fa;
        var m = gt / ft;
        var t = Two - l;
        var mm = m * m;
        var s = T.Sqrt(t * t + mm);
        var r = l == T.Zero ? T.Abs(m) : T.Sqrt(l * l + mm);
        var a = (s + r) / Two;
        if (mm != T.Zero)
            t = (m / (s + t) + m / (r + l)) * (T.One + a);
        else if (l == T.Zero)
            t = T.CopySign(Two, ft) * Sign(gt);
        else
            t = gt / T.CopySign(d, ft) + m / t;
        l = T.Sqrt(t * t + Two + Two);
        var (cr, sr) = (Two / l, t / l);
        return (ha / a, fa * a, (cr + sr * m) / a, ht / ft * sr / a, cr, sr);
    }

    private static T Sign(T x) => T.CopySign(T.One, x);
}
