namespace PureSvd.Research.Evaluation;

/// <summary>Wilson's score interval for a proportion: (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n) with z = 1.96.</summary>
/// <remarks>
/// Unlike p̂ ± z·√(p̂(1−p̂)/n) it stays within [0, 1], has a width at p̂ = 0 and 1, and covers close to 95 % at small n.
/// Source: E. B. Wilson, <i>Probable Inference, the Law of Succession, and Statistical Inference</i>, JASA 22 (1927).
/// </remarks>
public static class WilsonInterval
{
    /// <summary>The 95 % interval after <paramref name="successes"/> of <paramref name="n"/>; [0, 1] for n = 0.</summary>
    public static Interval Compute(int successes, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, n);
        if (n == 0)
            return new Interval(0, 1);
        const double z = Interval.Z, z2 = z * z;
        var p = (double)successes / n;
        var centre = p + z2 / (2.0 * n);
        var half = z * Math.Sqrt(p * (1 - p) / n + z2 / (4.0 * n * n));
        var scale = 1 + z2 / n;

        // At 0 and n one end is exact, and rounding must not move it.
        return new Interval(successes == 0 ? 0 : (centre - half) / scale, successes == n ? 1 : (centre + half) / scale);
    }
}
