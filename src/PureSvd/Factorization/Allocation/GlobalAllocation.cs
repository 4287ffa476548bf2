namespace PureSvd.Factorization;

/// <summary><c>global</c>: ranks over all layers at once, min Σ_l f_l(r_l) with Σ stored ≤ budget, dense (f = 0) being one of each layer's choices.</summary>
/// <remarks>
/// <para>f_l is the loss of the model with layer l alone truncated, measured at a few ranks and, between them, in proportion to the method's own truncation loss
/// τ_l(r) = Σ_{i&gt;r}σ_i² (see <see cref="LossCurve.Monotone"/> and <see cref="LossCurve.Refined"/>): so a choice has every rank to choose from, with few runs of the model. That losses of layers add up is the assumption.</para>
/// <para>The Lagrangian Σ f_l(r_l) + λ·(Σ stored − budget) splits into one problem a layer; over λ it is solved by walking the lower convex hulls of all layers in the order of
/// their slopes. Its optimum is a bound below every plan. What it leaves (a last step too large, ranks off the hulls) is taken up by dynamic programming over the budget
/// (<see cref="MultipleChoiceKnapsack"/>), exact for small models, and by exchanges, one layer gaining ranks and another losing some. The plan's remark has the sum reached, the bound and the
/// gap between them.</para>
/// Sources: H. Everett, <i>Generalized Lagrange multiplier method for solving problems of optimum allocation of resources</i> (1963); M. Fisher, <i>The Lagrangian relaxation method for
/// solving integer programming problems</i> (1981).
/// </remarks>
public static class GlobalAllocation
{
    /// <summary>How many choices of a layer, either side of its own, an exchange looks at.</summary>
    private const int Reach = 12;

    private const int MaxSweeps = 20;

    /// <summary>A plan that removes <paramref name="removed"/> of the target linears' weights.</summary>
    /// <param name="curves">Every target linear of the model, in its order, with its loss at every rank that may be chosen.</param>
    /// <param name="removed">0 ≤ removed &lt; 1.</param>
    /// <exception cref="ArgumentException">The fraction is out of range, or more than the lowest ranks of the curves remove.</exception>
    public static RankPlan Allocate(IReadOnlyList<LossCurve> curves, double removed)
    {
        ArgumentNullException.ThrowIfNull(curves);
        var targets = curves.Select(c => c.Target).ToArray();
        var toRemove = UniformAllocation.WeightsToRemove(targets, removed);
        var choices = curves.Select(Choice.Of).ToArray();
        var reached = choices.Sum(c => c.Max(x => x.Removed));
        if (reached < toRemove)
            throw new ArgumentException(FormattableString.Invariant($"Removing {removed} of all target linears takes away {toRemove} weights; the lowest ranks reach {reached}."));
        var chosen = Relaxed(curves, choices, toRemove);
        if (MultipleChoiceKnapsack.Solve([.. choices.Select(set => Array.ConvertAll(set, c => (c.Removed, c.Loss)))], toRemove) is { } solved && Loss(choices, solved) < Loss(choices, chosen))
            chosen = solved;
        var slack = choices.Zip(chosen, (c, i) => c[i].Removed).Sum() - toRemove;
        for (var sweep = 0; sweep < MaxSweeps && Improve(choices, chosen, ref slack); sweep++)
        {
        }
        GiveBack(choices, chosen, slack);
        var loss = Loss(choices, chosen);
        var bound = LossCurveAllocation.LowerBound(curves, toRemove);
        return new RankPlan("global", removed, [.. choices.Zip(chosen, (c, i) => RankLevels.Plan(c[i].Target, c[i].Level))])
        {
            Remark = FormattableString.Invariant($"sum of single-layer losses {loss:G6}, no plan is below {bound:G6}: gap {loss - bound:G3} ({(loss > 0 ? (loss - bound) / loss : 0):P2})"),
        };
    }

    private static double Loss(Choice[][] choices, int[] chosen) => choices.Zip(chosen, (c, i) => c[i].Loss).Sum();

    /// <summary>The Lagrangian's solution that just meets the budget: an index into each layer's choices.</summary>
    private static int[] Relaxed(IReadOnlyList<LossCurve> curves, Choice[][] choices, long toRemove)
    {
        var chosen = new int[curves.Count];
        var total = 0L;
        var steps = curves.SelectMany((curve, layer) => LossCurveAllocation.Hull(curve).Select(s => (layer, s.Level, s.Removed, s.Slope))).OrderBy(s => s.Slope).ThenBy(s => s.layer).ThenBy(s => s.Removed);
        foreach (var (layer, level, removed, slope) in steps)
        {
            if (total >= toRemove && slope >= 0)
                break;
            chosen[layer] = Array.FindIndex(choices[layer], c => c.Level == level);
            total += removed;
        }
        return chosen;
    }

    /// <summary>One pass of exchanges that lower the sum within the budget; whether there was one.</summary>
    private static bool Improve(Choice[][] choices, int[] chosen, ref long slack)
    {
        var improved = false;
        for (var i = 0; i < choices.Length; i++)
        {
            var (best, partner, give, take) = (-1e-12 * Math.Abs(choices[i][chosen[i]].Loss), -1, chosen[i], 0);
            foreach (var mine in Near(choices[i], chosen[i]))
            {
                var gain = choices[i][mine].Loss - choices[i][chosen[i]].Loss;
                var needed = choices[i][chosen[i]].Removed - choices[i][mine].Removed - slack;
                if (needed <= 0 && gain < best)
                    (best, partner, give) = (gain, -1, mine);
                for (var j = 0; j < choices.Length; j++)
                {
                    if (j == i)
                        continue;
                    foreach (var theirs in Near(choices[j], chosen[j]))
                    {
                        var sum = gain + choices[j][theirs].Loss - choices[j][chosen[j]].Loss;
                        if (sum < best && choices[j][theirs].Removed - choices[j][chosen[j]].Removed >= needed)
                            (best, partner, give, take) = (sum, j, mine, theirs);
                    }
                }
            }
            if (give == chosen[i])
                continue;
            slack += choices[i][give].Removed - choices[i][chosen[i]].Removed;
            chosen[i] = give;
            if (partner >= 0)
            {
                slack += choices[partner][take].Removed - choices[partner][chosen[partner]].Removed;
                chosen[partner] = take;
            }
            improved = true;
        }
        return improved;
    }

    /// <summary>Spends what was removed beyond the budget on ranks that lose nothing by it.</summary>
    private static void GiveBack(Choice[][] choices, int[] chosen, long slack)
    {
        TargetShape[] targets = [.. choices.Select(c => c[0].Target)];
        for (var before = -1L; slack > 0 && slack != before;)
        {
            before = slack;
            var levels = choices.Zip(chosen, (c, i) => c[i].Level).ToArray();
            Leftover.Spend(targets, levels, i => chosen[i] > 0 && choices[i][chosen[i] - 1] is var up && up.Level == levels[i] + 1 && up.Loss <= choices[i][chosen[i]].Loss, _ => 0, slack);
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] == choices[i][chosen[i]].Level)
                    continue;
                slack -= RankLevels.StepUp(targets[i], levels[i] - 1);
                chosen[i]--;
            }
        }
    }

    private static IEnumerable<int> Near(Choice[] choices, int at)
    {
        // Dense comes first, and is always worth a look.
        if (at > Reach)
            yield return 0;
        for (var i = Math.Max(0, at - Reach); i <= Math.Min(choices.Length - 1, at + Reach); i++)
            yield return i;
    }

    /// <summary>A size that a layer may take: dense first, then falling ranks.</summary>
    private readonly record struct Choice(TargetShape Target, int Level, long Removed, double Loss)
    {
        internal static Choice[] Of(LossCurve curve) =>
        [
            new(curve.Target, RankLevels.Dense(curve.Target), 0, 0),
            .. curve.Points.Where(p => p.Rank <= curve.Target.LargestSavingRank).OrderByDescending(p => p.Rank)
                .Select(p => new Choice(curve.Target, p.Rank, curve.Target.Weights - RankLevels.Weights(curve.Target, p.Rank), p.Increase)),
        ];
    }
}
