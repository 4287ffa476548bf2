namespace PureSvd.LinearAlgebra;

/// <summary>What to compute of a singular value decomposition, and how.</summary>
public sealed record SvdOptions
{
    /// <summary>Keep the leading <c>Rank</c> triplets; null keeps min(m, n).</summary>
    public int? Rank { get; init; }

    /// <summary>Only S: U and Vᵀ come back empty.</summary>
    public bool ValuesOnly { get; init; }

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
