namespace PureSvd.Research.Evaluation;

/// <summary>Tokens whose last ones are to be scored, each given all before it.</summary>
/// <param name="Ids">Ids; the first of them is never scored.</param>
/// <param name="Scored">How many at the end are scored.</param>
public sealed record TokenRequest(int[] Ids, int Scored);

/// <summary>What a model thinks of the scored tokens of a <see cref="TokenRequest"/>.</summary>
/// <param name="LogLikelihood">Σ log p(token | what is before it), in nats.</param>
/// <param name="IsGreedy">Whether every one of them is the likeliest token.</param>
public readonly record struct TokenScore(double LogLikelihood, bool IsGreedy);

/// <summary>A causal language model as far as scoring needs it.</summary>
public interface ITokenScorer
{
    /// <summary>How many tokens the model reads at once; a request has at most one more.</summary>
    int ContextLength { get; }

    /// <summary>The scores of <paramref name="requests"/>, in their order.</summary>
    IReadOnlyList<TokenScore> Score(IReadOnlyList<TokenRequest> requests, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default);
}
