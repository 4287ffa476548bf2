namespace PureSvd.Research.Probing;

/// <summary>What a probe reads from one layer about one task.</summary>
public sealed record ProbeResult
{
    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The hidden state: 0 is the embedding output.</summary>
    public required int Layer { get; init; }

    /// <summary>The sentence vector.</summary>
    public required SentenceVector Vector { get; init; }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Training sentences (before each seed leaves out 10 %).</summary>
    public required int TrainCount { get; init; }

    /// <summary>Test sentences.</summary>
    public required int TestCount { get; init; }

    /// <summary>The share of the most frequent label in the test part.</summary>
    public required double Majority { get; init; }

    /// <summary>The probe on the task.</summary>
    public required ProbeScore Score { get; init; }

    /// <summary>The same probe on the control task; null where controls were not asked for.</summary>
    public required ProbeScore? Control { get; init; }

    /// <summary>Whether the probe of the first seed is right, by test sentence: for paired tests between models. Empty if the vectors have a NaN.</summary>
    public required IReadOnlyList<bool> TestCorrect { get; init; }

    /// <summary>The code length of the training labels; null where it was not asked for.</summary>
    public OnlineCode? OnlineCode { get; init; }

    /// <summary>Milliseconds for all fits of this probe on one thread.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>Test accuracy on the task less that on the control task: what the vectors say beyond what the probe can memorize. NaN where controls were not run.</summary>
    public double Selectivity => Control is null ? double.NaN : Score.Test - Control.Test;
}

/// <summary>Accuracies of a probe over its seeds.</summary>
/// <param name="Dev">Mean dev accuracy; layers are chosen by it.</param>
/// <param name="Test">Mean test accuracy; NaN if the vectors have a NaN.</param>
/// <param name="TestStandardDeviation">Sample standard deviation of the test accuracy over the seeds; 0 for one seed.</param>
/// <param name="L2">The λ that dev chose.</param>
/// <param name="Converged">Whether every fit that the accuracies come from converged.</param>
/// <param name="Iterations">Steps of all fits together.</param>
public sealed record ProbeScore(double Dev, double Test, double TestStandardDeviation, double L2, bool Converged, int Iterations);
