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
/// element, and Kronecker factors, are summed in the order of the examples with all threads inside each, and hold a set of gradients as large as the target linears.</para>
/// </remarks>
public static class FisherCalibration
{
    private const int ShardSize = 8;

    /// <summary>Alternations of the power iteration for the Kronecker factors; each is a pass over the sample, since all gradients at once would not fit.</summary>
    private const int KroneckerPasses = 4;

    /// <summary>Measures the Fisher information of every target linear of <paramref name="model"/> over <paramref name="sample"/>.</summary>
    /// <param name="model">A model whose target linears are dense, and held as <typeparamref name="T"/>.</param>
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
        var targets = Targets(model);
        return (kinds & (StatisticsKinds.ElementFisher | StatisticsKinds.KroneckerFisher)) == 0
            ? MeasureInputs(targets, sample.Examples.Count, () => new InputWorker<T>(model, targets, sample), parallelism, progress, cancellationToken)
            : MeasureGradients(targets, sample.Examples.Count, kinds, new Worker<T>(sample.CreateSession(model), targets), parallelism, progress, cancellationToken);
    }

    private static Dictionary<string, LayerStatistics> MeasureGradients<T>(
        Linear<T>[] targets, int count, StatisticsKinds kinds, Worker<T> worker, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var elements = kinds.HasFlag(StatisticsKinds.ElementFisher) ? Array.ConvertAll(targets, t => new Matrix<double>(t.Outputs, t.Inputs)) : null;
        var kronecker = kinds.HasFlag(StatisticsKinds.KroneckerFisher) ? Array.ConvertAll(targets, t => (Inputs: Matrix<double>.Identity(t.Inputs), Outputs: new Matrix<double>(t.Outputs, t.Outputs))) : null;
        var inputs = Array.ConvertAll(targets, t => new double[t.Inputs]);
        var passes = kronecker is null ? 1 : KroneckerPasses;
        for (var pass = 0; pass < passes; pass++)
        {
            // Even passes sum the outputs' factor under the inputs' of before, odd ones the reverse.
            var sums = kronecker is null ? null : Array.ConvertAll(targets, t => pass % 2 == 0 ? new Matrix<double>(t.Outputs, t.Outputs) : new Matrix<double>(t.Inputs, t.Inputs));
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
                    if (sums is not null)
                        KroneckerFisher.Add<T>(gradient, pass % 2 == 0 ? Operand.AsIs : Operand.Transposed, pass % 2 == 0 ? kronecker![t].Inputs : kronecker![t].Outputs, 1.0 / count, sums[t], parallelism);
                }
                progress?.Report(new CompressionProgress("fisher", pass * count + e + 1, passes * count));
            }
            for (var t = 0; t < targets.Length && sums is not null; t++)
            {
                KroneckerFisher.Symmetrize(sums[t]);
                // The other side is normalized, so that the last one carries the scale.
                kronecker![t] = pass % 2 == 0
                    ? (kronecker[t].Inputs, KroneckerFisher.Normalized(sums[t]))
                    : (pass == passes - 1 ? sums[t] : KroneckerFisher.Normalized(sums[t]), kronecker[t].Outputs);
            }
        }
        return Enumerable.Range(0, targets.Length).ToDictionary(t => targets[t].Name, t => new LayerStatistics(Array.ConvertAll(inputs[t], s => s / count))
        {
            ElementFisher = elements?[t],
            Kronecker = kronecker is null ? null : new KroneckerFisher(kronecker[t].Inputs, kronecker[t].Outputs),
        }, StringComparer.Ordinal);
    }

    private static Dictionary<string, LayerStatistics> MeasureInputs<T>(
        Linear<T>[] targets, int count, Func<InputWorker<T>> createWorker, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
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

    private static Linear<T>[] Targets<T>(TransformerModel<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => [.. model.TargetLinears.Select(t => t.Linear as Linear<T>
            ?? throw new ArgumentException($"{t.Name} is factored; the Fisher information is that of the dense model.", nameof(model)))];

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

        internal InputWorker(TransformerModel<T> model, Linear<T>[] targets, LossSample sample)
        {
            var scratch = new InputFisherLinear<T>.Scratch();
            _layers = Array.ConvertAll(targets, t => new InputFisherLinear<T>(t, scratch));
            _loss = sample.CreateSession(model.WithLinears(_layers.ToDictionary(l => l.Name, l => (LinearLayer<T>)l, StringComparer.Ordinal)));
        }

        /// <summary>Sums by layer that are zero, and that examples add to from now on.</summary>
        internal double[][] Begin() => Array.ConvertAll(_layers, l => l.Sums = new double[l.Inputs]);

        internal void Run(int example) => Check(example, _loss.LossAndGradients(example, _none, Parallelism.Serial));
    }
}
