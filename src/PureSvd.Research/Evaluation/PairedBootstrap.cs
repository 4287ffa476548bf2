using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>The difference in accuracy of two classifiers on the same items, with a percentile bootstrap interval over items.</summary>
/// <remarks>Items are drawn with replacement, both outcomes of an item together, so that what makes an item hard for both cancels. Source: Efron and Tibshirani 1993, §13.3; Berg-Kirkpatrick et al. 2012.</remarks>
/// <param name="Difference">accuracy(second) − accuracy(first).</param>
/// <param name="Interval">The 2.5 and 97.5 percentiles of the resampled differences.</param>
/// <param name="Resamples">How many resamples.</param>
public readonly record struct PairedBootstrap(double Difference, Interval Interval, int Resamples)
{
    /// <summary>Compares two lists of outcomes on the same items, in the same order; NaN for no items.</summary>
    /// <param name="first">Whether the first is right on each item.</param>
    /// <param name="second">Whether the second is.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="resamples">At least 1.</param>
    public static PairedBootstrap Compare(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, ulong seed, int resamples = 5000)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"A paired comparison needs the same items, and there are {first.Length} and {second.Length}.", nameof(second));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var n = first.Length;
        if (n == 0)
            return new PairedBootstrap(double.NaN, new Interval(double.NaN, double.NaN), resamples);

        var gain = new sbyte[n];
        var total = 0;
        for (var i = 0; i < n; i++)
        {
            gain[i] = (sbyte)((second[i] ? 1 : 0) - (first[i] ? 1 : 0));
            total += gain[i];
        }

        var random = new SeededRandom(seed);
        var differences = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0;
            for (var i = 0; i < n; i++)
                sum += gain[random.Next(n)];
            differences[r] = (double)sum / n;
        }
        return new PairedBootstrap((double)total / n, Interval.OfPercentiles(differences), resamples);
    }

    /// <summary>Compares two predictions of the same items.</summary>
    public static PairedBootstrap Compare(IReadOnlyList<Prediction> first, IReadOnlyList<Prediction> second, ulong seed, int resamples = 5000)
    {
        var (a, b) = PairedOutcomes.Of(first, second);
        return Compare(a, b, seed, resamples);
    }
}
