using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>The percentile bootstrap interval of a statistic whose observations come in clusters, such as the compressed versions of one trained model: whole clusters are drawn, so that what they share does not count as many observations.</summary>
/// <remarks>With s clusters there are no more than C(2s−1, s) different draws: 10 for three, of which the interval is rough and no wider than the three differ. Source: Davison and Hinkley 1997, §3.8.</remarks>
public static class ClusterBootstrap
{
    /// <summary>The 95 % interval of <paramref name="statistic"/>; NaN for fewer than two clusters, and where the statistic of a draw is NaN.</summary>
    /// <param name="clusters">The indices of the observations of each cluster.</param>
    /// <param name="statistic">The statistic of some observations, given by their indices; one drawn twice is there twice.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="resamples">At least 1.</param>
    public static Interval Interval(IReadOnlyList<IReadOnlyList<int>> clusters, Func<IReadOnlyList<int>, double> statistic, ulong seed, int resamples = 2000)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        if (clusters.Count < 2)
            return new Interval(double.NaN, double.NaN);
        var random = new SeededRandom(seed);
        var values = new double[resamples];
        for (var r = 0; r < resamples; r++)
            values[r] = statistic([.. Enumerable.Range(0, clusters.Count).SelectMany(_ => clusters[random.Next(clusters.Count)])]);
        return Evaluation.Interval.OfPercentiles(values);
    }
}
