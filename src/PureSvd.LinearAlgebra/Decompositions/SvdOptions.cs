namespace PureSvd.LinearAlgebra;

/// <summary>What to compute of a singular value decomposition, and how.</summary>
public sealed record SvdOptions
{
    /// <summary>The algorithm; <see cref="SvdFactors{T}.Algorithm"/> says which one ran.</summary>
    public SvdAlgorithm Algorithm { get; init; }

    /// <summary>Keep the leading <c>Rank</c> triplets; null keeps min(m, n).</summary>
    public int? Rank { get; init; }

    /// <summary>
    /// How far the residual of a truncated decomposition may be above the optimum: 0.001 lets ‖A − U·diag(S)·Vᵀ‖_F be within 1.001·√(Σ_{i>k} σᵢ²). 0, the default, asks for
    /// singular triplets that are exact to rounding.
    /// </summary>
    public double Suboptimality { get; init; }

    /// <summary>
    /// Ask <see cref="SvdAlgorithm.Automatic"/> for every singular value of a graded matrix to high relative accuracy, however small, and not only relative to the largest.
    /// </summary>
    public bool HighRelativeAccuracy { get; init; }

    /// <summary>Only S: U and Vᵀ come back empty.</summary>
    public bool ValuesOnly { get; init; }

    /// <summary>The columns that are reduced together and applied as one product.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>From this order on the reduction takes two stages; null, the default, is by what was measured. Tests force it down.</summary>
    internal int? TwoStageOrder { get; init; }

    /// <summary>How <see cref="SvdAlgorithm.Randomized"/> samples; the others do not.</summary>
    public SketchOptions Sketch { get; init; } = new();

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;

    /// <summary>Gets the fraction done, from 0 to 1, after each panel or sweep.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <exception cref="ArgumentException">A value makes no sense.</exception>
    internal void Validate()
    {
        if (Rank is < 0)
            throw new ArgumentException($"The rank is {Rank}; it cannot be negative.", nameof(Rank));
        if (!(Suboptimality >= 0))
            throw new ArgumentException($"A suboptimality of {Suboptimality} makes no sense; it is 0 or a small positive number.", nameof(Suboptimality));
        if (BlockSize < 1)
            throw new ArgumentException($"The block size is {BlockSize}; it must be at least 1.", nameof(BlockSize));
        ArgumentNullException.ThrowIfNull(Sketch);
        if (Sketch.Oversampling < 0 || Sketch.PowerIterations < 0)
            throw new ArgumentException($"A sketch with an oversampling of {Sketch.Oversampling} and {Sketch.PowerIterations} power iterations makes no sense.", nameof(Sketch));
        if (Sketch.Tolerance is { } tolerance && !(tolerance >= 0 && tolerance < double.PositiveInfinity))
            throw new ArgumentException($"A tolerance of {tolerance} makes no sense; it is relative to ‖A‖ and at least 0.", nameof(Sketch));
        if (Sketch.BlockSize < 1)
            throw new ArgumentException($"The sketch cannot grow by {Sketch.BlockSize} columns.", nameof(Sketch));
    }
}
