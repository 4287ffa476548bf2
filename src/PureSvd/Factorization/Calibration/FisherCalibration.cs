using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>The empirical Fisher information of the target linears: squared gradients of the loss, one example at a time.</summary>
/// <remarks>
/// <para>Gradients are per example: the square of a batch's mean gradient is another, smaller thing. For a classifier an example is a labelled sequence, and the
/// labels are the gold ones of a model that was tuned for the task (arXiv 2207.00112, eq. 7); for a language model it is a window of text, and the loss the mean
/// over its tokens of −log p(next).</para>
/// <para>One weight an input is summed in shards of a fixed size, one a thread, added in the order of the shards: the same bits for any number of
/// threads. It needs no gradient of a weight (<see cref="InputFisherLinear{T}"/>), so a pass costs little more than a forward and a backward one through the activations. One weight an
/// element, and Kronecker factors, are summed in the order of the examples, with all threads inside each or a layer to each thread, and hold a gradient of every layer that is measured.</para>
/// </remarks>
public static class FisherCalibration
{
    private const int ShardSize = 8;

    /// <summary>By what the leading singular value of the rearranged information may still grow in a pair of passes; each is over the whole sample, since all gradients at once would not fit.</summary>
    private const double KroneckerTolerance = 1e-6;

    private const int MaxKroneckerPasses = 100;

    /// <summary>Measures the Fisher information of every target linear of <paramref name="model"/> over <paramref name="sample"/>.</summary>
    /// <param name="model">A model whose target linears are dense.</param>
    /// <param name="sample">The examples, and the loss on each.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="kinds">Which of the kinds of Fisher information to measure.</param>
    /// <param name="progress">Told after each shard.</param>
    /// <param name="cancellationToken">Stops between examples.</param>
    /// <exception cref="ArgumentException">A target is factored, the model has no such loss, or an example does not fit it.</exception>
    /// <exception cref="ArithmeticException">A loss or a gradient is not finite.</exception>
    public static IReadOnlyDictionary<string, LayerStatistics> Measure<T>(
        TransformerModel<T> model, LossSample sample, Parallelism parallelism,
        StatisticsKinds kinds = StatisticsKinds.Fisher, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sample);
        return Measure(model, sample, [.. model.TargetLinears.Select(t => t.Linear)], parallelism, kinds, progress, cancellationToken);
    }

    /// <summary>The Fisher information of <paramref name="layers"/> alone, which are some of the target linears.</summary>
    internal static Dictionary<string, LayerStatistics> Measure<T>(
        TransformerModel<T> model, LossSample sample, IReadOnlyList<LinearLayer<T>> layers, Parallelism parallelism,
        StatisticsKinds kinds, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (layers.FirstOrDefault(l => l.IsFactored) is { } factored)
            throw new ArgumentException($"{factored.Name} is factored; the Fisher information is that of the dense model.", nameof(model));
        if ((kinds & (StatisticsKinds.ElementFisher | StatisticsKinds.KroneckerFisher)) == 0)
            return MeasureInputs(layers, sample.Examples.Count, () => new InputWorker<T>(model, layers, sample), parallelism, progress, cancellationToken);
        // A weight that lies in a file as it is stored has no gradient; a copy of it has.
        Linear<T>[] targets = [.. layers.Select(l => l as Linear<T> ?? new Linear<T>(l.Name, new Parameter<T>(l.Name + ".weight", l.ToDense()), l.Bias))];
        var differentiable = model.WithLinears(targets.Except(layers).ToDictionary(t => t.Name, t => t, StringComparer.Ordinal));
        return MeasureGradients(targets, sample.Examples.Count, kinds, new Worker<T>(sample.CreateSession(differentiable), targets), parallelism, progress, cancellationToken);
    }

    private static Dictionary<string, LayerStatistics> MeasureGradients<T>(
        Linear<T>[] targets, int count, StatisticsKinds kinds, Worker<T> worker, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var elements = kinds.HasFlag(StatisticsKinds.ElementFisher) ? Array.ConvertAll(targets, t => new Matrix<double>(t.Outputs, t.Inputs)) : null;
        var kronecker = kinds.HasFlag(StatisticsKinds.KroneckerFisher) ? Array.ConvertAll(targets, t => new KroneckerIteration(t.Outputs, t.Inputs, KroneckerTolerance, MaxKroneckerPasses)) : [];
        var inputs = Array.ConvertAll(targets, t => new double[t.Inputs]);
        var idle = new System.Collections.Concurrent.ConcurrentBag<KroneckerIteration.Work>();
        for (var pass = 0; pass == 0 || kronecker.Any(k => !k.HasEnded); pass++)
        {
            for (var e = 0; e < count; e++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                worker.Run(e, parallelism);
                for (var t = 0; t < targets.Length; t++)
                {
                    var gradient = worker.Gradient(t);
                    if (pass == 0)
                    {
                        LayerStatistics.AddSquares<T>(gradient, inputs[t]);
                        if (elements is not null)
                            AddElements(gradient, 1.0 / count, elements[t]);
                    }
                }
                // A layer each: the products within one are too small for two threads.
                parallelism.For(kronecker.Length, t =>
                {
                    if (kronecker[t].HasEnded)
                        return;
                    if (!idle.TryTake(out var work))
                        work = new KroneckerIteration.Work();
                    kronecker[t].Add<T>(worker.Gradient(t), 1.0 / count, work, Parallelism.Serial);
                    idle.Add(work);
                }, cancellationToken);
                progress?.Report(new CompressionProgress(kronecker.Length > 0 ? $"fisher, pass {pass + 1}" : "fisher", e + 1, count));
            }
            foreach (var iteration in kronecker.Where(k => !k.HasEnded))
                iteration.EndPass();
        }
        foreach (var work in idle)
            work.Dispose();
        return Enumerable.Range(0, targets.Length).ToDictionary(t => targets[t].Name, t => new LayerStatistics(Means(targets[t].Name, inputs[t], count))
        {
            ElementFisher = elements?[t],
            Kronecker = kronecker.Length > 0 ? kronecker[t].Result() : null,
        }, StringComparer.Ordinal);
    }

    private static Dictionary<string, LayerStatistics> MeasureInputs<T>(
        IReadOnlyList<LinearLayer<T>> targets, int count, Func<InputWorker<T>> createWorker, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var shards = new double[(count + ShardSize - 1) / ShardSize][][];
        var idle = new System.Collections.Concurrent.ConcurrentBag<InputWorker<T>>();
        var done = 0;
        parallelism.For(shards.Length, shard =>
        {
            if (!idle.TryTake(out var worker))
                worker = createWorker();
            var first = shard * ShardSize;
            var last = Math.Min(first + ShardSize, count);
            var sums = worker.Begin();
            for (var e = first; e < last; e++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                worker.Run(e);
            }
            shards[shard] = sums;
            idle.Add(worker);
            progress?.Report(new CompressionProgress("fisher", Interlocked.Add(ref done, last - first), count));
        }, cancellationToken);
        return Reduce(targets, shards, count);
    }

    private static void AddElements<T>(MatrixView<T> gradient, double scale, Matrix<double> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var o = 0; o < gradient.Rows; o++)
        {
            var row = gradient.Row(o);
            var sum = sums.Row(o);
            for (var i = 0; i < row.Length; i++)
            {
                var g = double.CreateTruncating(row[i]);
                sum[i] += scale * g * g;
            }
        }
    }

    private static Dictionary<string, LayerStatistics> Reduce<T>(IReadOnlyList<LinearLayer<T>> targets, double[][][] shards, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var statistics = new Dictionary<string, LayerStatistics>(StringComparer.Ordinal);
        for (var t = 0; t < targets.Count; t++)
        {
            var sums = new double[targets[t].Inputs];
            foreach (var shard in shards)
            {
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += shard[t][i];
            }
            statistics[targets[t].Name] = new LayerStatistics(Means(targets[t].Name, sums, count));
        }
        return statistics;
    }

    private static double[] Means(string name, double[] sums, int count)
        => Array.TrueForAll(sums, double.IsFinite) ? Array.ConvertAll(sums, s => s / count)
            : throw new ArithmeticException($"A squared gradient of {name} is not finite: its gradients are not, or too large.");

    private static void Check(int example, double loss)
    {
        if (!double.IsFinite(loss))
            throw new ArithmeticException(FormattableString.Invariant($"The loss of calibration example {example} is {loss}."));
    }

    /// <summary>What makes whole gradients.</summary>
    private sealed class Worker<T>(LossSession<T> loss, Linear<T>[] targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Gradients<T> _gradients = new(targets.Select(t => t.Weight));

        internal MatrixView<T> Gradient(int target) => _gradients[targets[target].Weight]!;

        internal void Run(int example, Parallelism parallelism)
        {
            _gradients.Clear();
            Check(example, loss.LossAndGradients(example, _gradients, parallelism));
        }
    }

    /// <summary>What one thread sums weights of inputs in: the model with its target linears watched.</summary>
    private sealed class InputWorker<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly InputFisherLinear<T>[] _layers;
        private readonly LossSession<T> _loss;
        private readonly Gradients<T> _none = new([]);

        internal InputWorker(TransformerModel<T> model, IReadOnlyList<LinearLayer<T>> targets, LossSample sample)
        {
            var scratch = new InputFisherLinear<T>.Scratch();
            _layers = [.. targets.Select(t => new InputFisherLinear<T>(t, scratch))];
            _loss = sample.CreateSession(model.WithLinears(_layers.ToDictionary(l => l.Name, l => (LinearLayer<T>)l, StringComparer.Ordinal)));
        }

        /// <summary>Sums by layer that are zero, and that examples add to from now on.</summary>
        internal double[][] Begin() => Array.ConvertAll(_layers, l => l.Sums = new double[l.Inputs]);

        internal void Run(int example) => Check(example, _loss.LossAndGradients(example, _none, Parallelism.Serial));
    }
}
