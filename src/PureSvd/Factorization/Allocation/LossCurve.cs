namespace PureSvd.Factorization;

/// <summary>What truncating one layer costs: a loss at several ranks, in whatever unit all layers share.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Points">Rank and loss increase over the dense model; dense itself (0) is understood.</param>
public sealed record LossCurve(TargetShape Target, IReadOnlyList<(int Rank, double Increase)> Points)
{
    /// <summary>
    /// The nearest curve, in least squares, that never falls as the rank falls, and is nowhere below dense. A model of full rank can do whatever one of less rank can, so a measured gain is
    /// the noise of its examples: taken at its word, it makes a search remove more than it was asked for.
    /// </summary>
    /// <remarks>Pool adjacent violators: R. Barlow et al., <i>Statistical Inference under Order Restrictions</i> (1972), §1.2.</remarks>
    internal LossCurve Monotone()
    {
        var pools = new Stack<(double Sum, int Count)>();
        var points = Points.OrderByDescending(p => p.Rank).ToArray();
        foreach (var (_, increase) in points)
        {
            var pool = (Sum: increase, Count: 1);
            while (pools.TryPeek(out var before) && before.Sum * pool.Count >= pool.Sum * before.Count)
            {
                pools.Pop();
                pool = (pool.Sum + before.Sum, pool.Count + before.Count);
            }
            pools.Push(pool);
        }
        var levels = pools.Reverse().SelectMany(p => Enumerable.Repeat(Math.Max(0, p.Sum / p.Count), p.Count));
        return this with { Points = [.. points.Zip(levels, (p, level) => (p.Rank, level))] };
    }

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
