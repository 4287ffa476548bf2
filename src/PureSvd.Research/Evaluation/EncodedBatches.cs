using System.Collections.Concurrent;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>Texts encoded once and cut into batches that do not depend on the number of threads, so that results have the same bits for any.</summary>
internal sealed class EncodedBatches
{
    private readonly TokenEncoding[] _encodings;
    private readonly List<int[]> _batches;

    private EncodedBatches(TokenEncoding[] encodings, List<int[]> batches)
    {
        _encodings = encodings;
        _batches = batches;
    }

    internal int Count => _encodings.Length;

    internal IReadOnlyList<TokenEncoding> Encodings => _encodings;

    /// <summary>How many texts were cut to the longest sequence allowed.</summary>
    internal int Truncated => _encodings.Count(e => e.Truncated > 0);

    /// <summary>Encodes <paramref name="count"/> texts; batches are of similar lengths, longest first (so that the last ones to finish are short), of about <paramref name="tokensPerBatch"/> tokens.</summary>
    internal static EncodedBatches Create(ITokenizer tokenizer, int count, Func<int, (string Text, string? Pair)> text, int maxLength, int tokensPerBatch, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var encodings = new TokenEncoding[count];
        const int block = 256;
        parallelism.For((count + block - 1) / block, b =>
        {
            for (var i = b * block; i < Math.Min(count, (b + 1) * block); i++)
            {
                var (first, pair) = text(i);
                encodings[i] = tokenizer.Encode(first, pair, maxLength);
            }
        }, cancellationToken);

        var order = Enumerable.Range(0, count).OrderByDescending(i => encodings[i].Ids.Length).ThenBy(i => i).ToArray();
        var batches = new List<int[]>();
        for (var first = 0; first < count;)
        {
            var (last, tokens) = (first, 0);
            do
                tokens += encodings[order[last++]].Ids.Length;
            while (last < count && tokens + encodings[order[last]].Ids.Length <= tokensPerBatch);
            batches.Add(order[first..last]);
            first = last;
        }
        return new EncodedBatches(encodings, batches);
    }

    /// <summary>Runs a model over every batch, batches in parallel, each on a session of one thread, and calls <paramref name="use"/>(items, batch, session) after each.</summary>
    /// <remarks>Batches run in any order, so <paramref name="use"/> must write only to what belongs to its items.</remarks>
    internal void Run<TSession>(Func<TSession> createSession, Parallelism parallelism, Action<int[], TokenBatch, TSession> use, string stage, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
        where TSession : TransformerSession<float>
    {
        var sessions = new ConcurrentBag<TSession>();
        var done = 0;
        parallelism.For(_batches.Count, b =>
        {
            if (!sessions.TryTake(out var session))
                session = createSession();
            var items = _batches[b];
            var batch = TokenBatch.Pack([.. items.Select(i => _encodings[i])]);
            session.Forward(batch, Parallelism.Serial);
            use(items, batch, session);
            sessions.Add(session);
            progress?.Report(new ProgressReport(stage, Interlocked.Add(ref done, items.Length), Count));
        }, cancellationToken);
    }
}
