namespace PureSvd.Factorization;

/// <summary><c>svd-llm-v2</c>: within each matrix type, what a layer gives is proportional to 1/ln L, L being its truncation loss at the uniform rank.</summary>
/// <remarks>
/// <para>With R the removed fraction and G the layers of one type, L_i = √Σ_{j&gt;r}σ_j² in the method's own objective at the uniform rank r, s_i = 1/ln L_i, and layer i gives
/// R_i = |G|·R·s_i/Σs of its weights: every type gives R on the whole. No model is run.</para>
/// <para>The formula depends on the unit of L, and has no meaning where L ≤ 1: that is an error here, which names the layer. A share of more than rank 1 removes, or of less than
/// nothing, is cut off and spread over the others. (An independent test, LEMS 2026, found it hardly different from uniform.)</para>
/// Source: X. Wang et al., <i>SVD-LLM V2</i> (arXiv 2503.12340), §3.1.
/// </remarks>
public static class TruncationLossAllocation
{
    /// <summary>A plan that removes <paramref name="removed"/> of the target linears' weights.</summary>
    /// <param name="spectra">Every target linear of the model with the singular values of its method, descending.</param>
    /// <param name="removed">0 ≤ removed &lt; 1.</param>
    /// <exception cref="ArgumentException">The fraction is out of range, or a loss is 1 or below.</exception>
    public static RankPlan Allocate(IReadOnlyList<(TargetShape Target, IReadOnlyList<double> SingularValues)> spectra, double removed)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        var targets = spectra.Select(s => s.Target).ToArray();
        var uniform = UniformAllocation.Allocate(targets, removed);
        if (removed == 0)
            return RankPlan.Dense(targets, "svd-llm-v2");
        var losses = spectra.Zip(uniform.Layers, (s, plan) => Loss(s.Target, s.SingularValues, plan)).ToArray();
        var kept = new decimal[targets.Length];
        foreach (var type in Enumerable.Range(0, targets.Length).GroupBy(i => (targets[i].Kind, targets[i].Outputs, targets[i].Inputs)))
        {
            var members = type.ToArray();
            var gives = Shares(Array.ConvertAll(members, i => 1 / Math.Log(losses[i])), removed, 1 - (double)targets[members[0]].WeightsPerRank / targets[members[0]].Weights);
            for (var k = 0; k < members.Length; k++)
                kept[members[k]] = 1 - (decimal)gives[k];
        }
        var levels = FractionAllocation.Levels(targets, kept, targets.Sum(t => t.Weights) - UniformAllocation.WeightsToRemove(targets, removed));
        return new RankPlan("svd-llm-v2", removed, [.. targets.Zip(levels, RankLevels.Plan)])
        {
            Remark = FormattableString.Invariant($"truncation losses at the uniform rank from {losses.Min():G4} to {losses.Max():G4}"),
        };
    }

    private static double Loss(TargetShape target, IReadOnlyList<double> sigma, LayerPlan uniform)
    {
        var sum = 0.0;
        for (var i = sigma.Count - 1; i >= Math.Min(uniform.Rank, target.LargestSavingRank); i--)
            sum += sigma[i] * sigma[i];
        var loss = Math.Sqrt(sum);
        return loss > 1
            ? loss
            : throw new ArgumentException(FormattableString.Invariant(
                $"The truncation loss of {target.Name} is {loss:G4}, and svd-llm-v2 divides by its logarithm, which takes losses above 1. Calibrate on more text, or take another allocation."));
    }

    /// <summary>Fractions in proportion to <paramref name="scores"/> with the mean <paramref name="mean"/>, none above <paramref name="most"/>.</summary>
    private static double[] Shares(double[] scores, double mean, double most)
    {
        var shares = new double[scores.Length];
        var free = Enumerable.Range(0, scores.Length).ToList();
        var left = mean * scores.Length;
        while (free.Count > 0)
        {
            var sum = free.Sum(i => scores[i]);
            foreach (var i in free)
                shares[i] = left * scores[i] / sum;
            var over = free.Where(i => shares[i] > most).ToArray();
            if (over.Length == 0)
                break;
            foreach (var i in over)
                shares[i] = most;
            left -= most * over.Length;
            free.RemoveAll(i => over.Contains(i));
        }
        return shares;
    }
}
