using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>The statistics that join several cells; those of a single pair of models are in Evaluation.</summary>
internal static class StudyStatistics
{
    /// <summary>An interval that is not known.</summary>
    internal static Interval None => new(double.NaN, double.NaN);

    /// <summary>The 95 % percentile interval of the mean of <paramref name="perItem"/> over resampled items.</summary>
    internal static Interval BootstrapMean(ReadOnlySpan<double> perItem, int resamples, ulong seed)
    {
        if (perItem.Length == 0)
            return None;
        var means = new double[resamples];
        var random = new SeededRandom(seed);
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < perItem.Length; i++)
                sum += perItem[random.Next(perItem.Length)];
            means[r] = sum / perItem.Length;
        }
        return Interval.OfPercentiles(means);
    }

    /// <summary>mean ± 1.96·√variance.</summary>
    internal static Interval Normal(double mean, double variance) => new(mean - Interval.Z * Math.Sqrt(variance), mean + Interval.Z * Math.Sqrt(variance));

    /// <summary>s²/n; 0 for a single value.</summary>
    internal static double VarianceOfMean(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? mean - mean : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length;
    }
}
