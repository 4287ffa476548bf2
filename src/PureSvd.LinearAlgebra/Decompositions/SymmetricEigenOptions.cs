namespace PureSvd.LinearAlgebra;

/// <summary>What to compute of a symmetric eigenproblem, and how.</summary>
public sealed record SymmetricEigenOptions
{
    /// <summary>Only the eigenvalues: the vectors come back empty.</summary>
    public bool ValuesOnly { get; init; }

    /// <summary>Only the largest so many eigenvalues and their vectors; null for all. Fewer vectors cost less to lift.</summary>
    public int? Count { get; init; }

    /// <summary>The columns that are reduced together and applied as one product.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>From this order on values alone are found in two stages; null for what pays, tests force it down.</summary>
    internal int? TwoStageOrder { get; init; }

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
