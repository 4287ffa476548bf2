using System.Collections.Concurrent;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Research.Evaluation;

/// <summary>Scores tokens by a Llama: several requests a batch, batches in parallel.</summary>
/// <remarks>Requests that follow each other and differ in their last token alone, such as the one-token answers to one question, are read once.</remarks>
/// <param name="model">The model.</param>
/// <param name="parallelism">The threads to use; the scores have the same bits for any number.</param>
/// <param name="tokensPerBatch">A batch ends before it has more tokens, but holds one text at least.</param>
public sealed class LlamaScorer(LlamaModel<float> model, Parallelism parallelism, int tokensPerBatch = 1024) : ITokenScorer
{
    /// <inheritdoc/>
    public int ContextLength => model.ContextLength;

    /// <inheritdoc/>
    public IReadOnlyList<TokenScore> Score(IReadOnlyList<TokenRequest> requests, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var batches = Batches(requests);
        var scores = new TokenScore[requests.Count];
        var idle = new ConcurrentBag<LlamaSession<float>>();
        var done = 0;
        parallelism.For(batches.Count, b =>
        {
            if (!idle.TryTake(out var session))
                session = model.CreateSession();
            ScoreBatch(session, requests, batches[b], scores);
            idle.Add(session);
            progress?.Report(new ProgressReport("scoring", Interlocked.Add(ref done, batches[b].Sum(text => text.End - text.First)), requests.Count));
        }, cancellationToken);
        return scores;
    }

    // Texts that are read once, as runs of requests; each batch is a list of them.
    private List<List<(int First, int End)>> Batches(IReadOnlyList<TokenRequest> requests)
    {
        var batches = new List<List<(int First, int End)>>();
        var tokens = 0;
        for (var first = 0; first < requests.Count;)
        {
            var end = first + 1;
            while (end < requests.Count && DifferInLastToken(requests[first], requests[end]))
                end++;
            var length = requests[first].Ids.Length - 1;
            if (batches.Count == 0 || tokens + length > tokensPerBatch)
            {
                batches.Add([]);
                tokens = 0;
            }
            batches[^1].Add((first, end));
            tokens += length;
            first = end;
        }
        return batches;
    }

    private static bool DifferInLastToken(TokenRequest a, TokenRequest b) => a.Scored == 1 && b.Scored == 1 && a.Ids.AsSpan(0, a.Ids.Length - 1).SequenceEqual(b.Ids.AsSpan(0, b.Ids.Length - 1));

    private static void ScoreBatch(LlamaSession<float> session, IReadOnlyList<TokenRequest> requests, List<(int First, int End)> texts, TokenScore[] scores)
    {
        var batch = TokenBatch.FromIds([.. texts.Select(text => requests[text.First].Ids[..^1])]);
        var (rows, targets) = (new List<int>(), new List<int>());
        for (var s = 0; s < texts.Count; s++)
            for (var r = texts[s].First; r < texts[s].End; r++)
                for (var scored = requests[r].Scored; scored > 0; scored--)
                {
                    rows.Add(batch.Start(s) + batch.Length(s) - scored);
                    targets.Add(requests[r].Ids[^scored]);
                }
        var (logProbabilities, isLikeliest) = (new double[rows.Count], new bool[rows.Count]);
        session.Score(batch, rows.ToArray(), targets.ToArray(), logProbabilities, isLikeliest, Parallelism.Serial);
        var at = 0;
        foreach (var (first, end) in texts)
            for (var r = first; r < end; r++)
            {
                var (sum, isGreedy) = (0.0, true);
                for (var last = at + requests[r].Scored; at < last; at++)
                {
                    sum += logProbabilities[at];
                    isGreedy &= isLikeliest[at];
                }
                scores[r] = new TokenScore(sum, isGreedy);
            }
    }
}
