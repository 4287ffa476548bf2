namespace PureSvd.LinearAlgebra;

/// <summary>How to compute a Cholesky decomposition.</summary>
public sealed record CholeskyOptions
{
    /// <summary>The columns that are factorized together.</summary>
    public int BlockSize { get; init; } = 64;

    /// <summary>Of <see cref="PivotedCholesky"/>: a diagonal element is negligible up to this part of the largest; null for n·ε.</summary>
    public double? Tolerance { get; init; }

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
