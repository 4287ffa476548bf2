namespace PureSvd.Factorization;

/// <summary>Ranks that are multiples of a number, such as 8 or 16: kernels like them, and GPUs more so.</summary>
/// <remarks>
/// Every rank goes down to a multiple; what that frees is given back, a whole multiple at a time, to the layers that lost the largest part of one, as long as the budget
/// allows. So what is removed is never less than the plan was asked for. A layer in which no multiple saves anything keeps its rank, and its note says so.
/// (Bolaco and ASVD's <c>--rank_align</c> round each rank for itself, and meet another budget than they were given.)
/// </remarks>
public static class RankRounding
{
    /// <summary><paramref name="plan"/> with ranks that are multiples of <paramref name="multiple"/>.</summary>
    /// <exception cref="ArgumentException">Even one multiple in every layer is more than the budget.</exception>
    public static RankPlan ToMultiplesOf(this RankPlan plan, int multiple)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        if (multiple == 1)
            return plan;
        var targets = plan.Layers.Select(l => l.Target).ToArray();
        var budget = plan.RemovedRequested is { } removed ? plan.TargetWeights - UniformAllocation.WeightsToRemove(targets, removed) : plan.StoredWeights;
        var units = Units(plan);
        var before = Array.ConvertAll(units, u => u.Rank);
        foreach (var unit in units.Where(u => u.LargestSaving >= multiple))
            unit.Rank = Math.Max(multiple, unit.Rank / multiple * multiple);
        var stored = plan.StoredWeights - plan.Layers.Where(l => l.IsTruncated).Sum(l => l.StoredWeights) + units.Sum(u => u.Stored);
        while (stored > budget)
        {
            var largest = units.Where(u => u.Rank >= 2 * multiple).MaxBy(u => (double)u.Stored / u.Weights)
                ?? throw new ArgumentException($"Multiples of {multiple} in every layer take {stored} numbers, and the budget is {budget}.", nameof(multiple));
            largest.Rank -= multiple;
            stored -= multiple * largest.PerRank;
        }
        while (true)
        {
            var next = Enumerable.Range(0, units.Length)
                .Where(i => units[i].Rank % multiple == 0 && units[i].Rank + multiple <= units[i].LargestSaving && stored + multiple * units[i].PerRank <= budget && before[i] > units[i].Rank)
                .OrderByDescending(i => (double)(before[i] - units[i].Rank) / before[i]).ThenBy(i => i).Cast<int?>().FirstOrDefault();
            if (next is not { } raised)
                break;
            units[raised].Rank += multiple;
            stored += multiple * units[raised].PerRank;
        }
        return Rounded(plan, units, multiple);
    }

    private static RankPlan Rounded(RankPlan plan, Unit[] units, int multiple)
    {
        var byName = units.SelectMany(u => u.Members.Select(m => (m.Target.Name, Unit: u))).ToDictionary(p => p.Name, p => p.Unit, StringComparer.Ordinal);
        return new RankPlan(plan.Allocation, plan.RemovedRequested, [.. plan.Layers.Select(l => byName.TryGetValue(l.Target.Name, out var unit)
            ? l with { Rank = unit.Rank, Note = unit.Rank % multiple == 0 ? l.Note : $"no multiple of {multiple} saves anything" }
            : l)])
        {
            Remark = plan.Remark,
        };
    }

    private static Unit[] Units(RankPlan plan)
        => [.. plan.Layers.Where(l => l.Storage is LayerStorage.Factored).Select(l => new Unit([l])), .. plan.SharedGroups.Select(g => new Unit(g))];

    /// <summary>A layer, or layers that share a factor.</summary>
    private sealed class Unit(IReadOnlyList<LayerPlan> members)
    {
        internal IReadOnlyList<LayerPlan> Members => members;

        internal int Rank { get; set; } = members[0].Rank;

        internal long PerRank { get; } = members[0].Target.Inputs + members.Sum(m => (long)m.Target.Outputs);

        internal long Weights { get; } = members.Sum(m => m.Target.Weights);

        internal long Stored => Rank * PerRank;

        internal long LargestSaving => (Weights - 1) / PerRank;
    }
}
