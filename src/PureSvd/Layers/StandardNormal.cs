using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.Layers;

/// <summary>Φ(x) and φ(x) of the standard normal distribution, together: what the Gaussian error linear unit and its slope are made of.</summary>
/// <remarks>
/// float: Φ(−|x|) = φ(x)·R(|x|) with Mills' ratio R, a polynomial in 1/(1 + p·|x|) as erf has it in Abramowitz and Stegun 7.1.26, fitted for this project;
/// so one exponential and one division serve both. The absolute error is below 3e-7. double: by <see cref="Erf"/>, for trust and not for speed.
/// </remarks>
internal static class StandardNormal
{
    private const float InverseSqrt2Pi = 0.398942280f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Evaluate<T>(Vector512<T> x, out Vector512<T> distribution, out Vector512<T> density)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Evaluate(x.As<T, float>(), out var cdf, out var pdf);
            (distribution, density) = (cdf.As<float, T>(), pdf.As<float, T>());
        }
        else
        {
            Evaluate(x.As<T, double>(), out var cdf, out var pdf);
            (distribution, density) = (cdf.As<double, T>(), pdf.As<double, T>());
        }
    }

    private static void Evaluate(Vector512<double> x, out Vector512<double> distribution, out Vector512<double> density)
    {
        (distribution, density) = (default, default);
        for (var i = 0; i < Vector512<double>.Count; i++)
        {
            distribution = distribution.WithElement(i, 0.5 + 0.5 * Erf.Of(x[i] / Math.Sqrt(2)));
            density = density.WithElement(i, Math.Exp(-0.5 * x[i] * x[i]) / Math.Sqrt(2 * Math.PI));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Evaluate(Vector512<float> x, out Vector512<float> distribution, out Vector512<float> density)
    {
        density = Exponential.OfNegative(x * x * Vector512.Create(-0.5f)) * Vector512.Create(InverseSqrt2Pi);
        var k = Vector512<float>.One / Vector512.FusedMultiplyAdd(Vector512.Abs(x), Vector512.Create(0.29f), Vector512<float>.One);
        var r = Vector512.Create(0.0990096927f);
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(-0.483992636f));
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(0.764988184f));
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(-0.371115834f));
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(0.455435216f));
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(0.199392349f));
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(0.300284714f));
        r = Vector512.FusedMultiplyAdd(r, k, Vector512.Create(0.289312482f));
        var tail = density * (r * k);
        distribution = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), Vector512<float>.One - tail, tail);
    }
}
