namespace PureSvd.LinearAlgebra;

/// <summary>What to compute of a symmetric eigenproblem, and how.</summary>
public sealed record SymmetricEigenOptions
{
    /// <summary>Only the eigenvalues: the vectors come back empty.</summary>
    public bool ValuesOnly { get; init; }

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
