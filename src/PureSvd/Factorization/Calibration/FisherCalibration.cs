using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>The empirical Fisher information of the target linears: squared gradients of the task loss, one example at a time.</summary>
/// <remarks>
/// <para>Gradients are per example: the square of a batch's mean gradient is another, smaller thing. The labels are the gold ones of a model that was
/// tuned for the task (arXiv 2207.00112, eq. 7).</para>
/// <para>Examples go to threads in shards of a fixed size, and the shards' float64 sums are added in the order of the shards: the result has the same
/// bits for any number of threads. Each thread holds one set of gradients, as large as the target linears.</para>
/// </remarks>
public static class FisherCalibration
{
    private const int ShardSize = 8;

    /// <summary>Measures Î of every target linear of <paramref name="model"/> over <paramref name="examples"/>.</summary>
    /// <param name="model">A model with a classifier, its target linears dense.</param>
    /// <param name="examples">At least one; each a batch of one sequence.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Told after each shard.</param>
    /// <param name="cancellationToken">Stops between examples.</param>
    /// <exception cref="ArgumentException">There is no example or no classifier, a target is factored, a batch is not one sequence, or a label is out of range.</exception>
    /// <exception cref="ArithmeticException">A loss or a gradient is not finite.</exception>
    public static IReadOnlyDictionary<string, LayerStatistics> Measure<T>(
        BertModel<T> model, IReadOnlyList<LabelledSequence> examples, Parallelism parallelism,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        var targets = Targets(model);
        Check(model, examples);

        var shards = new double[(examples.Count + ShardSize - 1) / ShardSize][][];
        var idle = new System.Collections.Concurrent.ConcurrentBag<Worker<T>>();
        var done = 0;
        parallelism.For(shards.Length, shard =>
        {
            if (!idle.TryTake(out var worker))
                worker = new Worker<T>(model, targets);
            var first = shard * ShardSize;
            var last = Math.Min(first + ShardSize, examples.Count);
            var sums = Array.ConvertAll(targets, t => new double[t.Inputs]);
            for (var e = first; e < last; e++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                worker.AddExample(examples[e], e, sums);
            }
            shards[shard] = sums;
            idle.Add(worker);
            progress?.Report(new CompressionProgress("fisher", Interlocked.Add(ref done, last - first), examples.Count));
        }, cancellationToken);
        return Reduce(targets, shards, examples.Count);
    }

    private static Linear<T>[] Targets<T>(BertModel<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. model.TargetLinears.Select(t => t.Linear as Linear<T>
            ?? throw new ArgumentException($"{t.Name} is factored; the Fisher information is that of the dense model.", nameof(model)))];

    private static void Check<T>(BertModel<T> model, IReadOnlyList<LabelledSequence> examples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!model.HasClassifier)
            throw new ArgumentException("The model has no classifier, so it has no task loss to take gradients of.", nameof(model));
        if (examples.Count == 0)
            throw new ArgumentException("There is no calibration example.", nameof(examples));
        for (var e = 0; e < examples.Count; e++)
        {
            if (examples[e].Batch.SequenceCount != 1)
                throw new ArgumentException($"Calibration example {e} has {examples[e].Batch.SequenceCount} sequences; gradients are per example.", nameof(examples));
            if ((uint)examples[e].Label >= (uint)model.Config.Labels.Count)
                throw new ArgumentException($"Calibration example {e} has label {examples[e].Label}; the model has {model.Config.Labels.Count}.", nameof(examples));
        }
    }

    private static Dictionary<string, LayerStatistics> Reduce<T>(Linear<T>[] targets, double[][][] shards, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var statistics = new Dictionary<string, LayerStatistics>(StringComparer.Ordinal);
        for (var t = 0; t < targets.Length; t++)
        {
            var sums = new double[targets[t].Inputs];
            foreach (var shard in shards)
            {
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += shard[t][i];
            }
            statistics[targets[t].Name] = new LayerStatistics(Array.ConvertAll(sums, s => s / count));
        }
        return statistics;
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Worker<T>(BertModel<T> model, Linear<T>[] targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly BertSession<T> _session = model.CreateSession();
        private readonly Gradients<T> _gradients = new(targets.Select(t => t.Weight));

        internal void AddExample(LabelledSequence example, int index, double[][] sums)
        {
            _gradients.Clear();
            var loss = _session.LossAndGradients(example.Batch, [example.Label], _gradients, Parallelism.Serial);
            if (!double.IsFinite(loss))
                throw new ArithmeticException(FormattableString.Invariant($"The loss of calibration example {index} is {loss}."));
            for (var t = 0; t < targets.Length; t++)
                LayerStatistics.AddSquares<T>(_gradients[targets[t].Weight]!, sums[t]);
        }
    }
}
