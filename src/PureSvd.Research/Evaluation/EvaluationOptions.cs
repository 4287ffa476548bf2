namespace PureSvd.Research.Evaluation;

/// <summary>How a model is run over a test set.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Sequences are cut to this many tokens, special ones included; null for what the model takes.</summary>
    public int? MaxLength { get; init; }

    /// <summary>About how many tokens are run at once.</summary>
    public int TokensPerBatch { get; init; } = 1024;
}
