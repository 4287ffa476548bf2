using System.Numerics;

namespace PureSvd.Factorization;

/// <summary>One choice from each set, so that at least a given weight is removed at the least sum of losses: by dynamic programming over the weight.</summary>
/// <remarks>
/// Weights count in units of their common divisor, where that leaves few enough of them, and the result is the optimum; otherwise in coarser ones, rounded so that the result still removes enough.
/// units·Σ choices additions. Source: H. Kellerer, U. Pferschy and D. Pisinger, <i>Knapsack Problems</i> (2004), §11.5.
/// </remarks>
internal static class MultipleChoiceKnapsack
{
    private const int MaxUnits = 1 << 13;

    /// <summary>An index into each of <paramref name="sets"/>; null where rounding to units leaves none that removes enough.</summary>
    internal static int[]? Solve(IReadOnlyList<(long Removed, double Loss)[]> sets, long toRemove)
    {
        var divisor = sets.SelectMany(s => s).Aggregate(0L, (a, c) => (long)BigInteger.GreatestCommonDivisor(a, c.Removed));
        if (divisor == 0)
            return toRemove <= 0 ? new int[sets.Count] : null;
        var unit = Math.Max(divisor, (toRemove + MaxUnits - 1) / MaxUnits);
        var goal = (int)Math.Max(0, (toRemove + unit - 1) / unit);
        var steps = new (short Choice, int From)[sets.Count][];
        var best = new double[goal + 1];
        best.AsSpan(1).Fill(double.PositiveInfinity);
        for (var s = 0; s < sets.Count; s++)
        {
            var next = new double[goal + 1];
            Array.Fill(next, double.PositiveInfinity);
            var step = steps[s] = new (short Choice, int From)[goal + 1];
            for (var c = 0; c < sets[s].Length; c++)
            {
                var (loss, units) = (sets[s][c].Loss, (int)Math.Min(goal, sets[s][c].Removed / unit));
                for (var before = 0; before <= goal; before++)
                {
                    var after = Math.Min(goal, before + units);
                    if (best[before] + loss < next[after])
                        (next[after], step[after]) = (best[before] + loss, ((short)c, before));
                }
            }
            best = next;
        }
        if (!double.IsFinite(best[goal]))
            return null;
        var result = new int[sets.Count];
        for (var (s, at) = (sets.Count - 1, goal); s >= 0; s--)
            (result[s], at) = steps[s][at];
        return result;
    }
}
