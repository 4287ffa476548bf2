using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>The statistics that join several cells; those of a single pair of models are in Evaluation.</summary>
internal static class StudyStatistics
{
    /// <summary>An interval that is not known.</summary>
    internal static Interval None => new(double.NaN, double.NaN);

    /// <summary>mean ± 1.96·√variance.</summary>
    internal static Interval Normal(double mean, double variance) => new(mean - Interval.Z * Math.Sqrt(variance), mean + Interval.Z * Math.Sqrt(variance));

    /// <summary>s²/n; 0 for a single value.</summary>
    internal static double VarianceOfMean(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? mean - mean : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length;
    }
}
