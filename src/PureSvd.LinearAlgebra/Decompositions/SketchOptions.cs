namespace PureSvd.LinearAlgebra;

/// <summary>How a <see cref="RandomizedSvd"/> samples the range of its matrix.</summary>
public sealed record SketchOptions
{
    /// <summary>Columns of the sketch beyond the rank.</summary>
    public int Oversampling { get; init; } = 10;

    /// <summary>Products with A·Aᵀ before the projection: each one sharpens the decay of the spectrum by its square.</summary>
    public int PowerIterations { get; init; } = 4;

    /// <summary>
    /// Grow the sketch until ‖A − U·diag(S)·Vᵀ‖_F ≤ <c>Tolerance</c>·‖A‖_F, and keep no triplet more than that takes; <see cref="SvdOptions.Rank"/> is then the most there may be.
    /// Null for a sketch of fixed rank.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>Columns by which a sketch of fixed tolerance grows.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>The seed of the Gaussian sketch.</summary>
    public ulong Seed { get; init; } = 1;
}
