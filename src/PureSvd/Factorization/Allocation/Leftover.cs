using System.Numerics;

namespace PureSvd.Factorization;

/// <summary>Spends what rounding ranks down left over: one more rank for some layers, so that what is removed is as little as possible above what was asked for.</summary>
/// <remarks>
/// Choosing the layers is a subset-sum problem; a model has few distinct layer shapes, so it is solved exactly by dynamic programming over them.
/// Among layers of equal cost, those that lost the largest part of a rank come first, then those nearer the input.
/// </remarks>
internal static class Leftover
{
    /// <summary>Raises some of <paramref name="levels"/> by one so that the most of <paramref name="budget"/> is spent.</summary>
    /// <param name="targets">The layers.</param>
    /// <param name="levels">Their levels; changed.</param>
    /// <param name="eligible">Whether layer i may be raised.</param>
    /// <param name="lost">What part of a rank layer i lost to rounding.</param>
    /// <param name="budget">Numbers to spend, at least 0.</param>
    internal static void Spend(IReadOnlyList<TargetShape> targets, int[] levels, Func<int, bool> eligible, Func<int, double> lost, long budget)
    {
        var classes = Enumerable.Range(0, targets.Count)
            .Where(i => levels[i] < RankLevels.Dense(targets[i]) && eligible(i))
            .GroupBy(i => RankLevels.StepUp(targets[i], levels[i]))
            .Where(g => g.Key <= budget)
            .OrderByDescending(g => g.Key)
            .Select(g => (Cost: g.Key, Layers: g.OrderByDescending(lost).ThenBy(i => i).ToArray()))
            .ToArray();
        if (classes.Length == 0)
            return;

        // The budget counts in units of the costs' common divisor, and nothing beyond the sum of all costs can be spent.
        var unit = classes.Select(c => c.Cost).Aggregate((a, b) => (long)BigInteger.GreatestCommonDivisor(a, b));
        var units = (int)(Math.Min(budget, classes.Sum(c => c.Cost * c.Layers.Length)) / unit);
        var counts = MostSpent(classes.Select(c => ((int)(c.Cost / unit), c.Layers.Length)).ToArray(), units);
        for (var c = 0; c < classes.Length; c++)
        {
            foreach (var layer in classes[c].Layers.AsSpan(0, counts[c]))
                levels[layer]++;
        }
    }

    /// <summary>How many of each class to take so that Σ count·cost is the largest that does not exceed <paramref name="units"/>.</summary>
    private static int[] MostSpent((int Cost, int Available)[] classes, int units)
    {
        // used[c][s]: the fewest of class c that reach the sum s with any of the classes before it; -1 if none do.
        var used = new int[classes.Length][];
        var before = new int[units + 1];
        Array.Fill(before, -1);
        before[0] = 0;
        for (var c = 0; c < classes.Length; c++)
        {
            var (cost, available) = classes[c];
            var now = new int[units + 1];
            for (var s = 0; s <= units; s++)
                now[s] = before[s] >= 0 ? 0 : s >= cost && now[s - cost] >= 0 && now[s - cost] < available ? now[s - cost] + 1 : -1;
            used[c] = before = now;
        }

        var counts = new int[classes.Length];
        var sum = Array.FindLastIndex(before, u => u >= 0);
        for (var c = classes.Length - 1; c >= 0; c--)
        {
            counts[c] = used[c][sum];
            sum -= counts[c] * classes[c].Cost;
        }
        return counts;
    }
}
