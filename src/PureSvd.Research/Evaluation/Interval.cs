namespace PureSvd.Research.Evaluation;

/// <summary>A 95 % interval [low, high].</summary>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>z such that a standard normal variable lies within ±z with probability 0.95.</summary>
    internal const double Z = 1.959963984540054;

    /// <summary>Half of high − low.</summary>
    public double HalfWidth => (High - Low) / 2;

    /// <summary>From the 2.5 to the 97.5 percentile of <paramref name="resampled"/> (at least one, sorted in place), linear between neighbours (R's type 7, NumPy's default); NaN if one of them is.</summary>
    internal static Interval OfPercentiles(Span<double> resampled)
    {
        resampled.Sort();
        // A NaN sorts first.
        return double.IsNaN(resampled[0]) ? new Interval(double.NaN, double.NaN) : new Interval(Quantile(resampled, 0.025), Quantile(resampled, 0.975));
    }

    private static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        var place = q * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
