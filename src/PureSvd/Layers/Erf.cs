namespace PureSvd.Layers;

/// <summary>The error function erf(x) = 2/√π·∫₀ˣ exp(−t²)dt, which .NET lacks.</summary>
/// <remarks>The series and the continued fraction of Abramowitz and Stegun, 7.1.6 and 7.1.14: relative error about 1e-15 in double. Written for trust, not for speed; <see cref="Activations"/> has a fast path for float.</remarks>
public static class Erf
{
    /// <summary>erf(<paramref name="x"/>).</summary>
    public static double Of(double x)
    {
        var t = Math.Abs(x);
        if (double.IsNaN(x) || t > 6)
            return double.IsNaN(x) ? x : Math.CopySign(1, x);
        return t < 2.5 ? Series(x) : Math.CopySign(1 - Tail(t), x);
    }

    /// <summary>erf(<paramref name="x"/>), rounded from double.</summary>
    public static float Of(float x) => (float)Of((double)x);

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
