using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>Sequences of which some tokens are to be predicted; the loss of one is the mean over those of −log p(token | what is before it).</summary>
public sealed class TextSample : LossSample
{
    private readonly int[][] _targets;

    /// <param name="windows">At least one, each a batch of one sequence, in which every token after the first is predicted.</param>
    public TextSample(IReadOnlyList<TokenBatch> windows)
        : this(windows, [.. windows.Select(w => w.NextIds())])
    {
    }

    private TextSample(IReadOnlyList<TokenBatch> sequences, int[][] targets)
        : base(sequences) => _targets = targets;

    /// <summary>Sequences of ids of which only the last few are predicted, such as answers after their questions.</summary>
    /// <param name="sequences">At least one: the ids, and how many at their end are predicted.</param>
    public static TextSample OfAnswers(IReadOnlyList<(int[] Ids, int Predicted)> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        TokenBatch[] batches = [.. sequences.Select(s => TokenBatch.FromIds(s.Ids))];
        int[][] targets = [.. batches.Select(b => b.NextIds())];
        for (var i = 0; i < targets.Length; i++)
            targets[i].AsSpan(0, Math.Max(0, targets[i].Length - 1 - sequences[i].Predicted)).Fill(-1);
        return new TextSample(batches, targets);
    }

    internal override LossSession<T> CreateSession<T>(TransformerModel<T> model)
        => model is LlamaModel<T> decoder ? new Session<T>(this, decoder.CreateSession())
            : throw new ArgumentException("The model is an encoder, and running text gives it no loss.", nameof(model));

    private sealed class Session<T>(TextSample sample, LlamaSession<T> session) : LossSession<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal override double SumOfLosses(int first, int end)
        {
            var batch = sample.Pack(first, end);
            int[] targets = [.. Enumerable.Range(first, end - first).SelectMany(e => sample._targets[e])];
            var logProbabilities = new double[targets.Length];
            session.Score(batch, targets, logProbabilities, [], Parallelism.Serial);
            var sum = 0.0;
            for (var s = 0; s < batch.SequenceCount; s++)
            {
                var own = 0.0;
                foreach (var value in logProbabilities.AsSpan(batch.Start(s), batch.Length(s)))
                    own -= value;
                sum += own / Predicted(first + s);
            }
            return sum;
        }

        internal override double LossAndGradients(int example, Gradients<T> gradients, Parallelism parallelism)
            => session.LossAndGradients(sample.Examples[example], sample._targets[example], [], T.CreateTruncating(1.0 / Predicted(example)), gradients, parallelism);

        private int Predicted(int example) => Math.Max(1, sample._targets[example].Count(id => id >= 0));
    }
}
