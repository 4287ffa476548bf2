namespace PureSvd.Factorization;

/// <summary>Chooses ranks that remove a number of weights at the least sum of losses, each layer's taken from its curve.</summary>
/// <remarks>
/// The lower convex hull of each curve, in the plane of weights removed and loss, is a list of steps with rising cost per weight; taking the cheapest step of
/// all layers again and again is optimal for every total that it passes through (Lagrange relaxation of the multiple-choice knapsack; compare the search over
/// sorted (layer, ratio, perplexity) of ASVD, arXiv 2312.05821, §3.4, which has no regard for the size of a step). The last step is then taken only as far as needed.
/// </remarks>
internal static class LossCurveAllocation
{
    internal static RankPlan Allocate(string name, IReadOnlyList<LossCurve> curves, double removed)
    {
        var targets = curves.Select(c => c.Target).ToArray();
        var toRemove = UniformAllocation.WeightsToRemove(targets, removed);
        if (toRemove == 0)
            return RankPlan.Dense(targets, name);

        var levels = Array.ConvertAll(targets, RankLevels.Dense);
        var steps = curves.SelectMany((curve, layer) => Hull(curve).Select(step => (layer, step.Level, step.Removed, step.Slope)))
            .OrderBy(s => s.Slope).ThenBy(s => s.layer).ThenBy(s => s.Removed);
        var total = 0L;
        foreach (var (layer, level, removedByStep, _) in steps)
        {
            if (total >= toRemove)
                break;
            levels[layer] = level;
            total += removedByStep;
            // Hull points are ranks that were measured; the last step goes back up to the first rank that is enough.
            while (levels[layer] + 1 < RankLevels.Dense(targets[layer]) && total - RankLevels.StepUp(targets[layer], levels[layer]) >= toRemove)
            {
                total -= RankLevels.StepUp(targets[layer], levels[layer]);
                levels[layer]++;
            }
        }
        if (total < toRemove)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Removing {removed} of all target linears takes away {toRemove} weights; the ranks that were measured reach {total}. Measure lower ranks."));
        }
        Leftover.Spend(targets, levels, i => levels[i] + 1 < RankLevels.Dense(targets[i]), _ => 0, total - toRemove);
        return new RankPlan(name, removed, [.. targets.Zip(levels, RankLevels.Plan)]);
    }

    /// <summary>No choice of the measured ranks that removes <paramref name="toRemove"/> weights has a smaller sum of losses than this: the dual of the choice, where the last step may be taken in part.</summary>
    internal static double LowerBound(IReadOnlyList<LossCurve> curves, long toRemove)
    {
        var (bound, left) = (0.0, toRemove);
        // Steps that lower the loss are taken whether the budget asks for them or not.
        foreach (var (_, removed, slope) in curves.SelectMany(Hull).OrderBy(s => s.Slope))
        {
            if (left <= 0 && slope >= 0)
                break;
            bound += slope * (slope < 0 ? removed : Math.Min(removed, left));
            left -= removed;
        }
        return bound;
    }

    /// <summary>The steps along the lower convex hull from dense downwards: the level reached, the weights that the step removes, the loss per weight.</summary>
    internal static List<(int Level, long Removed, double Slope)> Hull(LossCurve curve)
    {
        var points = curve.Points
            .Where(p => p.Rank <= curve.Target.LargestSavingRank)
            .OrderByDescending(p => p.Rank)
            .Select(p => (Level: p.Rank, Removed: curve.Target.Weights - RankLevels.Weights(curve.Target, p.Rank), p.Increase));
        var hull = new List<(int Level, long Removed, double Increase)> { (RankLevels.Dense(curve.Target), 0, 0) };
        foreach (var point in points)
        {
            while (hull.Count > 1 && Slope(hull[^2], hull[^1]) >= Slope(hull[^2], point))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(point);
        }
        return [.. hull.Skip(1).Zip(hull, (to, from) => (to.Level, to.Removed - from.Removed, Slope(from, to)))];
    }

    private static double Slope((int Level, long Removed, double Increase) from, (int Level, long Removed, double Increase) to)
        => (to.Increase - from.Increase) / (to.Removed - from.Removed);
}
