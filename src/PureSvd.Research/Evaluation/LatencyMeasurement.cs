using System.Diagnostics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>How long a model takes, tokenization left out: batches of a fixed size one after the other, each on all threads, as a service would run them.</summary>
/// <param name="MillisecondsPerExample">The median over rounds of a whole round's time, divided by the examples.</param>
/// <param name="Fastest">The fastest round, per example.</param>
/// <param name="Slowest">The slowest round, per example.</param>
/// <param name="TokensPerSecond">At the median.</param>
/// <param name="Rounds">How many rounds were timed.</param>
public readonly record struct LatencyMeasurement(double MillisecondsPerExample, double Fastest, double Slowest, double TokensPerSecond, int Rounds)
{
    /// <summary>Times <paramref name="model"/> on pairs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="examples">The pairs; a round runs all of them.</param>
    /// <param name="batchSize">Sequences at once.</param>
    /// <param name="rounds">Timed rounds, after one that is not.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    public static LatencyMeasurement Measure(BertModel<float> model, ITokenizer tokenizer, IReadOnlyList<NliExample> examples, int batchSize, int rounds, Parallelism parallelism, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentOutOfRangeException.ThrowIfZero(examples.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        var batches = examples.Select(e => tokenizer.Encode(e.Premise, e.Hypothesis, model.Config.MaxPositions)).Chunk(batchSize).Select(TokenBatch.Pack).ToArray();
        var session = model.Packed().CreateSession();
        var times = new double[rounds];
        for (var round = -1; round < rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                session.Forward(batch, parallelism);
            }
            if (round >= 0)
                times[round] = watch.Elapsed.TotalMilliseconds / examples.Count;
        }
        Array.Sort(times);
        var median = (times[(rounds - 1) / 2] + times[rounds / 2]) / 2;
        return new LatencyMeasurement(median, times[0], times[^1], batches.Sum(b => (long)b.TokenCount) / (median * examples.Count) * 1000, rounds);
    }
}
