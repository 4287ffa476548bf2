namespace PureSvd.LinearAlgebra;

/// <summary>How to compute a QR decomposition.</summary>
public sealed record QrOptions
{
    /// <summary>The columns of a block; two of them are applied at once to the rest of a matrix of moderate size, four to that of a large one.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
