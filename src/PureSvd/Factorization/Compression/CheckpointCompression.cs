using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>How a checkpoint is to be compressed.</summary>
public sealed record CheckpointCompression
{
    /// <summary>The method.</summary>
    public required IFactorizationMethod Method { get; init; }

    /// <summary>Where the statistics that the method needs come from; null where it needs none.</summary>
    public CalibrationSource? Statistics { get; init; }

    /// <summary>How the weights of the target linears, or their factors, are stored; null for the element type of the source. Layers that a plan leaves dense are encoded too.</summary>
    public WeightEncoder? Encoder { get; init; }

    /// <summary>The fraction of the bytes of the target linears to remove, for an encoder that takes one.</summary>
    public double EncoderRemoves { get; init; }

    /// <summary>Write B·A under the original names, so that any other tool can load it; nothing gets smaller.</summary>
    public bool StoreDense { get; init; }

    /// <summary>Replace the model in a folder that is not empty.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The most bytes of tensors in one weight file; null keeps the files of the source. A single layer that is larger gets a file of its own.</summary>
    public long? MaxShardBytes { get; init; }

    /// <summary>The threads to use. A large layer has all of them and is in memory alone; small ones are decomposed one a thread.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}
