namespace PureSvd.Models;

/// <summary>How the next token is drawn from the model's distribution.</summary>
public sealed record SamplingOptions
{
    /// <summary>What logits are divided by; 0 takes the likeliest token, always.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the so many likeliest tokens; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the likeliest tokens whose probabilities first reach this sum; null for all.</summary>
    public double? TopP { get; init; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; init; } = 1;
}
