using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.Layers;

/// <summary>The error function erf(x) = 2/√π·∫₀ˣ exp(−t²)dt, which .NET lacks.</summary>
/// <remarks>
/// float: two polynomials fitted for this project (Lawson-weighted least squares), relative error below 1e-7.
/// double: the series and the continued fraction of Abramowitz and Stegun, 7.1.6 and 7.1.14, relative error about 1e-15; written for trust, not for speed.
/// </remarks>
public static class Erf
{
    private const float SmallBound = 0.9277f;
    private const float Saturation = 3.95f; // erfc(3.95) < 2⁻²⁵: beyond it erf rounds to 1.

    /// <summary>erf(<paramref name="x"/>).</summary>
    public static double Of(double x)
    {
        var t = Math.Abs(x);
        if (double.IsNaN(x) || t > 6)
            return double.IsNaN(x) ? x : Math.CopySign(1, x);
        return t < 2.5 ? Series(x) : Math.CopySign(1 - Tail(t), x);
    }

    /// <summary>erf(<paramref name="x"/>).</summary>
    public static float Of(float x) => Of(Vector512.Create(x))[0];

    /// <summary>erf, lane by lane.</summary>
    internal static Vector512<T> Of<T>(Vector512<T> x)
    {
        if (typeof(T) == typeof(float))
            return Of(x.As<T, float>()).As<float, T>();
        var lanes = x.As<T, double>();
        for (var i = 0; i < Vector512<double>.Count; i++)
            lanes = lanes.WithElement(i, Of(lanes[i]));
        return lanes.As<double, T>();
    }

    // |x| < 0.93: x + x·p(x²). Else ±(1 − exp(t·q(t))), where t·q(t) ≈ log erfc(t).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of(Vector512<float> x)
    {
        var s = x * x;
        var p = Vector512.Create(-0.000598723302f);
        p = Vector512.FusedMultiplyAdd(p, s, Vector512.Create(0.00499298144f));
        p = Vector512.FusedMultiplyAdd(p, s, Vector512.Create(-0.0267669056f));
        p = Vector512.FusedMultiplyAdd(p, s, Vector512.Create(0.11281839f));
        p = Vector512.FusedMultiplyAdd(p, s, Vector512.Create(-0.376124978f));
        p = Vector512.FusedMultiplyAdd(p, s, Vector512.Create(0.128379151f));
        var small = Vector512.FusedMultiplyAdd(p, x, x);

        var magnitude = Vector512.Abs(x);
        var t = Vector512.Min(magnitude, Vector512.Create(Saturation));
        var q = Vector512.Create(-1.1802852e-05f);
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(0.000328476133f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.00366530963f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(0.0238099117f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.106291838f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.635118425f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-1.12865651f));
        var large = Vector512.CopySign(Vector512<float>.One - Vector512.Exp(q * t), x);

        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(SmallBound)), small, large);
    }

    // 2/√π·exp(−x²)·Σ 2ⁿx²ⁿ⁺¹/(1·3·…·(2n+1)): every term has the sign of x, so nothing cancels.
    private static double Series(double x)
    {
        var term = x;
        var sum = x;
        for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // erfc(t) = exp(−t²)/√π · 1/(t + ½/(t + 1/(t + 3⁄2/(t + …)))), evaluated from the back.
    private static double Tail(double t)
    {
        var fraction = t;
        for (var n = 60; n >= 1; n--)
            fraction = t + 0.5 * n / fraction;
        return Math.Exp(-t * t) / (Math.Sqrt(Math.PI) * fraction);
    }
}
