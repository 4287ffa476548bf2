namespace PureSvd.Research.Probing;

/// <summary>One budget for every probe, so that models can be compared.</summary>
public sealed record ProbeOptions
{
    /// <summary>The hidden states to probe, 0 for the embedding output; null for all.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>The sentence vectors to probe.</summary>
    public IReadOnlyList<SentenceVector> Vectors { get; init; } = [SentenceVector.Mean];

    /// <summary>How many probe seeds: each trains on its own random 90 % of the training sentences, and has its own control task.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>Seed of the subsamples and of the control tasks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Train on at most so many sentences, drawn at random; null for all.</summary>
    public int? TrainLimit { get; init; }

    /// <summary>Choose λ on at most so many dev sentences; null for all.</summary>
    public int? DevLimit { get; init; }

    /// <summary>Test on at most so many sentences; null for all.</summary>
    public int? TestLimit { get; init; }

    /// <summary>Whether to run the control tasks.</summary>
    public bool Controls { get; init; } = true;

    /// <summary>Whether to measure the length of the online code of the training labels (MDL), at about the price of one more path over λ.</summary>
    public bool OnlineCode { get; init; }

    /// <summary>The values of λ that dev chooses from, for the mean loss and standardized features.</summary>
    public IReadOnlyList<double> L2Grid { get; init; } = [1e-1, 1e-2, 1e-3, 1e-4];

    /// <summary>A fit ends when no component of its gradient is larger.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>A fit also ends after so many steps, and is then reported as not converged.</summary>
    public int MaxIterations { get; init; } = 300;

    /// <summary>Tasks are encoded together as long as their vectors fit into so many bytes.</summary>
    public long MemoryBudget { get; init; } = 1L << 30;
}
