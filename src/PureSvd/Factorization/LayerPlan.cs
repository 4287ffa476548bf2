namespace PureSvd.Factorization;

/// <summary>How a target linear is stored.</summary>
public enum LayerStorage
{
    /// <summary>W itself, out·in numbers.</summary>
    Dense,

    /// <summary>B·A, rank·(out+in) numbers.</summary>
    Factored,
}

/// <summary>What a plan says about one target linear.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Storage">Dense or factored.</param>
/// <param name="Rank">The rank of the factors; min(out, in) where it stays dense.</param>
/// <param name="Note">Why it is stored so, where the allocation did not ask for that; else null.</param>
public sealed record LayerPlan(TargetShape Target, LayerStorage Storage, int Rank, string? Note = null)
{
    /// <summary>The numbers that its weight is stored in; the bias is not counted.</summary>
    public long StoredWeights => Storage == LayerStorage.Dense ? Target.Weights : Rank * Target.WeightsPerRank;

    /// <summary>A layer left as it is.</summary>
    public static LayerPlan Dense(TargetShape target, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new LayerPlan(target, LayerStorage.Dense, target.FullRank, note);
    }

    /// <summary>A layer at <paramref name="rank"/>. Under the guard, one whose factors would be no smaller than its matrix stays dense, and its note says so.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rank is below 1 or above min(out, in).</exception>
    public static LayerPlan Factored(TargetShape target, int rank, bool guard = true)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (rank < 1 || rank > target.FullRank)
            throw new ArgumentOutOfRangeException(nameof(rank), rank, $"{target.Name} [{target.Outputs}×{target.Inputs}] takes a rank from 1 to {target.FullRank}.");
        return guard && rank > target.LargestSavingRank
            ? Dense(target, FormattableString.Invariant($"rank {rank} is not below break-even {target.BreakEvenRank:0.##}"))
            : new LayerPlan(target, LayerStorage.Factored, rank);
    }
}
