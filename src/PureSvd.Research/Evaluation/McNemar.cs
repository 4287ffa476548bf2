namespace PureSvd.Research.Evaluation;

/// <summary>McNemar's exact test: whether two classifiers differ on the same items.</summary>
/// <remarks>
/// Only items that exactly one of them gets right tell anything. Under the null hypothesis each such item is equally likely to be won by either,
/// so the smaller count is Binomial(b + c, ½), and p = min(1, 2·P(X ≤ min(b, c))): exact and two-sided, without the mid-p correction, so it errs on the careful side.
/// Source: Q. McNemar, Psychometrika 12 (1947); T. Dietterich, Neural Computation 10 (1998), §3.1.
/// </remarks>
/// <param name="OnlyFirst">b: items that only the first gets right.</param>
/// <param name="OnlySecond">c: items that only the second gets right.</param>
/// <param name="PValue">The two-sided p.</param>
public readonly record struct McNemar(int OnlyFirst, int OnlySecond, double PValue)
{
    /// <summary>Compares two lists of outcomes on the same items, in the same order.</summary>
    public static McNemar Compare(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"A paired test needs the same items, and there are {first.Length} and {second.Length}.", nameof(second));
        var (b, c) = (0, 0);
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] && !second[i])
                b++;
            else if (second[i] && !first[i])
                c++;
        }
        return FromCounts(b, c);
    }

    /// <summary>Compares two predictions of the same items.</summary>
    public static McNemar Compare(IReadOnlyList<Prediction> first, IReadOnlyList<Prediction> second)
    {
        var (a, b) = PairedOutcomes.Of(first, second);
        return Compare(a, b);
    }

    /// <summary>The test for b and c discordant items.</summary>
    public static McNemar FromCounts(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        return new McNemar(onlyFirst, onlySecond, Math.Min(1, 2 * LowerTail(Math.Min(onlyFirst, onlySecond), onlyFirst + onlySecond)));
    }

    /// <summary>P(X ≤ k) for X ~ Binomial(n, ½), k ≤ n/2: C(n, k)/2ⁿ from logarithms, and the terms below it by their ratio k/(n − k + 1).</summary>
    private static double LowerTail(int k, int n)
    {
        var log = -n * Math.Log(2);
        for (var i = 1; i <= k; i++)
            log += Math.Log((double)(n - k + i) / i);
        var term = Math.Exp(log);
        var sum = term;
        for (var i = k; i > 0 && term > sum * 1e-18; i--)
        {
            term *= (double)i / (n - i + 1);
            sum += term;
        }
        return sum;
    }
}
