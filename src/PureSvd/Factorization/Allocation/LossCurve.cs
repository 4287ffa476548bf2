namespace PureSvd.Factorization;

/// <summary>What truncating one layer costs: a loss at several ranks, in whatever unit all layers share.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Points">Rank and loss increase over the dense model; dense itself (0) is understood.</param>
public sealed record LossCurve(TargetShape Target, IReadOnlyList<(int Rank, double Increase)> Points)
{
    /// <summary>The same at every rank from the lowest that was measured on: between two measured ranks, the loss goes with the method's own truncation loss Σ_{i&gt;r}σ_i².</summary>
    /// <param name="singularValues">σ of the matrix whose truncation the method's objective is, descending; all of them.</param>
    public LossCurve Refined(IReadOnlyList<double> singularValues)
    {
        ArgumentNullException.ThrowIfNull(singularValues);
        var tails = new double[singularValues.Count + 1];
        for (var i = singularValues.Count - 1; i >= 0; i--)
            tails[i] = tails[i + 1] + singularValues[i] * singularValues[i];
        // Dense is where nothing is cut off and nothing lost.
        (int Rank, double Increase)[] known = [.. Points.OrderBy(p => p.Rank), (singularValues.Count, 0)];
        var refined = new List<(int Rank, double Increase)>();
        for (var k = 0; k + 1 < known.Length; k++)
        {
            var ((low, lowLoss), (high, highLoss)) = (known[k], known[k + 1]);
            var span = tails[low] - tails[high];
            for (var rank = low; rank < high && rank <= Target.LargestSavingRank; rank++)
                refined.Add((rank, span > 0 ? highLoss + (lowLoss - highLoss) * (tails[rank] - tails[high]) / span : lowLoss));
        }
        return this with { Points = refined };
    }
}
