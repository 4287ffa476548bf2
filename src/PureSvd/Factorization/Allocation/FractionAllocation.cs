namespace PureSvd.Factorization;

/// <summary>Integer ranks from the fraction of itself that each layer is to keep.</summary>
/// <remarks>r = ⌊kept·out·in/(out+in)⌋, at least 1; what rounding down leaves of the budget is given back as one more rank to some of the layers (<see cref="Leftover"/>).</remarks>
internal static class FractionAllocation
{
    /// <summary>A level (see <see cref="RankLevels"/>) for every layer, whose numbers are as many as fit into <paramref name="budget"/> with every layer at ⌊r⌋ or one above.</summary>
    /// <param name="targets">The layers.</param>
    /// <param name="kept">The fraction that each is to keep; 1 or more leaves it dense.</param>
    /// <param name="budget">The numbers that all may be stored in; not below what rank 1 everywhere takes.</param>
    internal static int[] Levels(TargetShape[] targets, decimal[] kept, long budget)
    {
        var exact = new decimal[targets.Length];
        var levels = new int[targets.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            exact[i] = kept[i] * targets[i].Weights / targets[i].WeightsPerRank;
            levels[i] = kept[i] >= 1 ? RankLevels.Dense(targets[i]) : Math.Clamp((int)exact[i], 1, RankLevels.Dense(targets[i]));
        }
        var left = budget - LowerToBudget(targets, levels, budget);
        Leftover.Spend(targets, levels, _ => true, i => (double)(exact[i] - levels[i]), left);
        return levels;
    }

    /// <summary>Rank 1 may be more than a layer's share: takes the excess from the layers that keep the largest part. Returns the numbers stored.</summary>
    private static long LowerToBudget(TargetShape[] targets, int[] levels, long budget)
    {
        var stored = 0L;
        for (var i = 0; i < targets.Length; i++)
            stored += RankLevels.Weights(targets[i], levels[i]);
        while (stored > budget)
        {
            var largest = Enumerable.Range(0, targets.Length).Where(i => levels[i] > 1).MaxBy(i => (double)RankLevels.Weights(targets[i], levels[i]) / targets[i].Weights);
            levels[largest]--;
            stored -= RankLevels.StepUp(targets[largest], levels[largest]);
        }
        return stored;
    }
}
