namespace PureSvd.LinearAlgebra;

/// <summary>How to compute a QR decomposition.</summary>
public sealed record QrOptions
{
    /// <summary>The columns that are factorized together and applied as one product.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
