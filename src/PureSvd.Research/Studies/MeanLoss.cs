using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tokenization;

namespace PureSvd.Research.Studies;

/// <summary>The mean cross-entropy of a classifier over a fixed sample: what trial truncations are compared by.</summary>
internal sealed class MeanLoss
{
    private const int SequencesPerBatch = 16;
    private readonly TokenBatch[] _batches;
    private readonly int[][] _labels;
    private readonly int _count;
    private readonly Parallelism _parallelism;

    internal MeanLoss(IReadOnlyList<TokenEncoding> encodings, IReadOnlyList<int> labels, Parallelism parallelism)
    {
        _count = encodings.Count;
        _parallelism = parallelism;
        _batches = [.. encodings.Chunk(SequencesPerBatch).Select(TokenBatch.Pack)];
        _labels = [.. labels.Chunk(SequencesPerBatch)];
    }

    /// <summary>(1/n)·Σ (log Σ_c exp z_c − z_label), summed in float64 and in the order of the sample.</summary>
    internal double Of(BertModel<float> model, CancellationToken cancellationToken)
    {
        var sums = new double[_batches.Length];
        var sessions = new System.Collections.Concurrent.ConcurrentBag<BertSession<float>>();
        _parallelism.For(_batches.Length, b =>
        {
            if (!sessions.TryTake(out var session))
                session = model.CreateSession();
            session.Forward(_batches[b], Parallelism.Serial);
            for (var s = 0; s < _batches[b].SequenceCount; s++)
                sums[b] += CrossEntropy(session.Logits.Row(s), _labels[b][s]);
            sessions.Add(session);
        }, cancellationToken);
        var total = 0.0;
        foreach (var sum in sums)
            total += sum;
        return total / _count;
    }

    private static double CrossEntropy(ReadOnlySpan<float> logits, int label)
    {
        var largest = double.NegativeInfinity;
        foreach (var z in logits)
            largest = Math.Max(largest, z);
        var sum = 0.0;
        foreach (var z in logits)
            sum += Math.Exp(z - largest);
        return largest + Math.Log(sum) - logits[label];
    }
}
