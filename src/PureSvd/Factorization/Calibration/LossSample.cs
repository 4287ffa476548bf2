using System.Collections.Concurrent;
using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>Examples on which a model has a loss: what Fisher information takes gradients of, and what trial truncations are compared by.</summary>
/// <remarks>An example is one sequence. Its loss is that of its label for a classifier (<see cref="LabelledSample"/>), and the mean over the tokens to be predicted for a language model (<see cref="TextSample"/>).</remarks>
public abstract class LossSample
{
    private const int SequencesPerBatch = 16;

    private protected LossSample(IReadOnlyList<TokenBatch> examples)
    {
        if (examples.Count == 0)
            throw new ArgumentException("There is no calibration example.", nameof(examples));
        for (var e = 0; e < examples.Count; e++)
            if (examples[e].SequenceCount != 1)
                throw new ArgumentException($"Calibration example {e} has {examples[e].SequenceCount} sequences; gradients are per example.", nameof(examples));
        Examples = examples;
    }

    /// <summary>The examples, each a batch of one sequence.</summary>
    public IReadOnlyList<TokenBatch> Examples { get; }

    /// <summary>The mean loss over the examples, in float64 and in their order: the same bits for any number of threads.</summary>
    /// <exception cref="ArgumentException">The model has no such loss, or an example does not fit it.</exception>
    public double MeanLoss<T>(TransformerModel<T> model, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        var sums = new double[(Examples.Count + SequencesPerBatch - 1) / SequencesPerBatch];
        var idle = new ConcurrentBag<LossSession<T>>();
        parallelism.For(sums.Length, b =>
        {
            if (!idle.TryTake(out var session))
                session = CreateSession(model);
            sums[b] = session.SumOfLosses(b * SequencesPerBatch, Math.Min((b + 1) * SequencesPerBatch, Examples.Count));
            idle.Add(session);
        }, cancellationToken);
        return sums.Sum() / Examples.Count;
    }

    /// <summary>What one thread computes losses in.</summary>
    /// <exception cref="ArgumentException">The model has no such loss, or an example does not fit it.</exception>
    internal abstract LossSession<T> CreateSession<T>(TransformerModel<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Examples <paramref name="first"/> to before <paramref name="end"/> as one batch.</summary>
    private protected TokenBatch Pack(int first, int end) => end == first + 1 ? Examples[first] : TokenBatch.Concatenate([.. Enumerable.Range(first, end - first).Select(e => Examples[e])]);
}

/// <summary>A model's losses on the examples of a <see cref="LossSample"/>; for one caller at a time.</summary>
internal abstract class LossSession<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The sum of the losses of examples <paramref name="first"/> to before <paramref name="end"/>, on one thread.</summary>
    internal abstract double SumOfLosses(int first, int end);

    /// <summary>The loss of one example; its gradients are added into <paramref name="gradients"/>.</summary>
    internal abstract double LossAndGradients(int example, Gradients<T> gradients, Parallelism parallelism);
}
