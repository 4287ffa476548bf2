namespace PureSvd.Factorization;

/// <summary><c>strs</c>: ASVD's sensitivity-based truncation rank searching: the least single-layer loss first, whatever a step removes.</summary>
/// <remarks>
/// <para>Every layer is truncated alone at every rate, and the loss of the model measured (<see cref="SensitivityProfile"/>). All (layer, rate, loss) are sorted by loss; the
/// shortest run of them from the cheapest on that meets the budget is taken, and each layer gets the lowest rank that it has in the run. The source finds the end of the run by
/// bisection and returns a stale end; here it is found by walking. The last layer taken then goes back up as far as the budget allows.</para>
/// <para><c>selective</c> weighs each loss by what its step removes, which is optimal for the sum of single-layer losses; this is not, and is what the literature compares with.</para>
/// Source: Z. Yuan et al., <i>ASVD</i> (arXiv 2312.05821), §3.4 and its code; the rates are those of the code, parameter ratios 0.4 to 0.9.
/// </remarks>
public static class TruncationSensitivitySearch
{
    /// <summary>The fractions of a layer's weights that the source's trials remove.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

    /// <summary>A plan that removes <paramref name="removed"/> of the target linears' weights.</summary>
    /// <param name="profile">Losses of single layers, best at <see cref="Rates"/>.</param>
    /// <param name="removed">0 ≤ removed &lt; 1.</param>
    /// <exception cref="ArgumentException">The fraction is out of range, or more than all trials together remove.</exception>
    public static RankPlan Allocate(SensitivityProfile profile, double removed)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var targets = profile.Curves.Select(c => c.Target).ToArray();
        var toRemove = UniformAllocation.WeightsToRemove(targets, removed);
        var levels = Array.ConvertAll(targets, RankLevels.Dense);
        var total = 0L;
        var taken = 0;
        var trials = profile.Curves.SelectMany((curve, layer) => curve.Points.Where(p => p.Rank <= curve.Target.LargestSavingRank).Select(p => (layer, p.Rank, p.Increase)))
            .OrderBy(t => t.Increase).ThenBy(t => t.layer).ThenByDescending(t => t.Rank);
        foreach (var (layer, rank, _) in trials)
        {
            if (total >= toRemove)
                break;
            taken++;
            if (rank >= levels[layer])
                continue;
            total += RankLevels.Weights(targets[layer], levels[layer]) - RankLevels.Weights(targets[layer], rank);
            levels[layer] = rank;
            while (levels[layer] < RankLevels.Dense(targets[layer]) && total - RankLevels.StepUp(targets[layer], levels[layer]) >= toRemove)
            {
                total -= RankLevels.StepUp(targets[layer], levels[layer]);
                levels[layer]++;
            }
        }
        return total >= toRemove
            ? new RankPlan("strs", removed, [.. targets.Zip(levels, RankLevels.Plan)]) { Remark = $"{taken} of {profile.Curves.Sum(c => c.Points.Count)} trials taken, by loss" }
            : throw new ArgumentException(FormattableString.Invariant($"Removing {removed} of all target linears takes away {toRemove} weights; the ranks that were measured reach {total}. Measure lower ranks."));
    }
}
