namespace PureSvd.Factorization;

/// <summary>How a target linear is stored.</summary>
public enum LayerStorage
{
    /// <summary>W itself, out·in numbers.</summary>
    Dense,

    /// <summary>B·A, rank·(out+in) numbers.</summary>
    Factored,

    /// <summary>B·A with an A that several layers have in common: rank·out numbers, and rank·in for the layer that owns it.</summary>
    Shared,

    /// <summary>The product B·A, out·in numbers: truncated, and nothing saved.</summary>
    Product,
}

/// <summary>What a plan says about one target linear.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Storage">Dense, factored, with a shared factor, or multiplied out.</param>
/// <param name="Rank">The rank of the factors; min(out, in) where it stays dense.</param>
/// <param name="Note">Why it is stored so, where the allocation did not ask for that; else null.</param>
/// <param name="Basis">The layer that owns the factor A which this one uses, perhaps itself; null unless shared.</param>
public sealed record LayerPlan(TargetShape Target, LayerStorage Storage, int Rank, string? Note = null, string? Basis = null)
{
    /// <summary>The numbers that its weight is stored in; the bias is not counted.</summary>
    public long StoredWeights => Storage switch
    {
        LayerStorage.Factored => Rank * Target.WeightsPerRank,
        LayerStorage.Shared => (long)Rank * (OwnsBasis ? Target.Outputs + (long)Target.Inputs : Target.Outputs),
        _ => Target.Weights,
    };

    /// <summary>Whether its weight becomes one of a lower rank.</summary>
    public bool IsTruncated => Storage != LayerStorage.Dense;

    /// <summary>Whether it is shared, and stores the factor that the others of its group use.</summary>
    public bool OwnsBasis => Basis == Target.Name;

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
        Check(target, rank);
        return guard && rank > target.LargestSavingRank
            ? Dense(target, FormattableString.Invariant($"rank {rank} is not below break-even {target.BreakEvenRank:0.##}"))
            : new LayerPlan(target, LayerStorage.Factored, rank);
    }

    /// <summary>A layer truncated at <paramref name="rank"/> and stored as one matrix: as LASER has it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rank is below 1 or above min(out, in).</exception>
    public static LayerPlan Product(TargetShape target, int rank)
    {
        ArgumentNullException.ThrowIfNull(target);
        Check(target, rank);
        return new LayerPlan(target, LayerStorage.Product, rank);
    }

    private static void Check(TargetShape target, int rank)
    {
        if (rank < 1 || rank > target.FullRank)
            throw new ArgumentOutOfRangeException(nameof(rank), rank, $"{target.Name} [{target.Outputs}×{target.Inputs}] takes a rank from 1 to {target.FullRank}.");
    }
}
