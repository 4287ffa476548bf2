namespace PureSvd.Factorization;

/// <summary>The same fraction from every chosen layer: <c>uniform</c> over all of them, <c>selective</c> over some.</summary>
/// <remarks>
/// <para>With ρ the kept fraction, a layer gets r = ⌊ρ·out·in/(out+in)⌋, at least 1. Rounding down removes up to one rank a layer too much; what that leaves
/// of the budget is given back as one more rank to some of the layers, so that the removed weights are the least possible that are not fewer than asked for
/// with every layer at ⌊r⌋ or ⌊r⌋ + 1.</para>
/// <para>A selection meets the removed fraction of <i>all</i> target linears with the chosen ones alone; the others stay dense.</para>
/// </remarks>
public static class UniformAllocation
{
    /// <summary>A plan that removes <paramref name="removed"/> of the target linears' weights.</summary>
    /// <param name="targets">Every target linear of the model.</param>
    /// <param name="removed">0 ≤ removed &lt; 1; 0 leaves every layer dense.</param>
    /// <param name="selection">The layers to take it from; null for all.</param>
    /// <exception cref="ArgumentException">The fraction is out of range, or more than rank 1 in every chosen layer removes.</exception>
    public static RankPlan Allocate(IReadOnlyList<TargetShape> targets, double removed, LayerSelection? selection = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var name = selection is null ? "uniform" : "selective";
        var toRemove = WeightsToRemove(targets, removed);
        var set = (selection ?? LayerSelection.All).Choose(targets);
        if (toRemove == 0)
            return RankPlan.Dense(targets, name);

        var chosen = targets.Where(set.Contains).ToArray();
        var available = chosen.Sum(t => t.Weights);
        var least = chosen.Sum(t => RankLevels.Weights(t, 1));
        if (available - least < toRemove)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Removing {removed} of all target linears takes away {toRemove} weights; the chosen layers ({selection ?? LayerSelection.All}) have {available} and keep {least} at rank 1."));
        }

        var kept = 1 - (decimal)toRemove / available;
        var levels = FractionAllocation.Levels(chosen, Array.ConvertAll(chosen, _ => kept), available - toRemove);
        var plans = chosen.Zip(levels, RankLevels.Plan).ToDictionary(p => p.Target);
        return new RankPlan(name, removed, [.. targets.Select(t => plans.GetValueOrDefault(t) ?? LayerPlan.Dense(t))]);
    }

    /// <summary>How many weights <paramref name="removed"/> of <paramref name="targets"/> are, rounded up.</summary>
    internal static long WeightsToRemove(IReadOnlyList<TargetShape> targets, double removed)
    {
        if (!(removed >= 0 && removed < 1))
            throw new ArgumentOutOfRangeException(nameof(removed), removed, "The removed fraction is at least 0 and below 1.");
        // In decimal: 1 − 0.2 is exact there, so that a total that divides evenly is met exactly.
        return (long)Math.Ceiling((decimal)removed * targets.Sum(t => t.Weights));
    }
}
