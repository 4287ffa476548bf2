using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Research.Evaluation;

/// <summary>Scores tokens by a Llama, several requests a batch.</summary>
/// <param name="model">The model.</param>
/// <param name="parallelism">The threads to use.</param>
/// <param name="tokensPerBatch">A batch ends before it has more tokens, but holds one request at least.</param>
public sealed class LlamaScorer(LlamaModel<float> model, Parallelism parallelism, int tokensPerBatch = 1024) : ITokenScorer
{
    /// <inheritdoc/>
    public int ContextLength => model.ContextLength;

    /// <inheritdoc/>
    public IReadOnlyList<TokenScore> Score(IReadOnlyList<TokenRequest> requests, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var session = model.CreateSession();
        var scores = new TokenScore[requests.Count];
        for (var first = 0; first < requests.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (end, tokens) = (first, 0);
            while (end < requests.Count && (end == first || tokens + requests[end].Ids.Length - 1 <= tokensPerBatch))
                tokens += requests[end++].Ids.Length - 1;
            ScoreBatch(session, [.. requests.Skip(first).Take(end - first)], scores.AsSpan(first, end - first));
            first = end;
            progress?.Report(new ProgressReport("scoring", first, requests.Count));
        }
        return scores;
    }

    private void ScoreBatch(LlamaSession<float> session, TokenRequest[] requests, Span<TokenScore> scores)
    {
        var batch = TokenBatch.FromIds(Array.ConvertAll(requests, request => request.Ids[..^1]));
        var targets = new int[batch.TokenCount];
        Array.Fill(targets, -1);
        for (var i = 0; i < requests.Length; i++)
        {
            var (ids, scored) = (requests[i].Ids, requests[i].Scored);
            ids.AsSpan(ids.Length - scored).CopyTo(targets.AsSpan(batch.Start(i) + ids.Length - 1 - scored));
        }
        var (logProbabilities, isLikeliest) = (new double[targets.Length], new bool[targets.Length]);
        session.Score(batch, targets, logProbabilities, isLikeliest, parallelism);
        for (var i = 0; i < requests.Length; i++)
        {
            var last = batch.Start(i) + batch.Length(i);
            var (sum, isGreedy) = (0.0, true);
            for (var row = last - requests[i].Scored; row < last; row++)
            {
                sum += logProbabilities[row];
                isGreedy &= isLikeliest[row];
            }
            scores[i] = new TokenScore(sum, isGreedy);
        }
    }
}
