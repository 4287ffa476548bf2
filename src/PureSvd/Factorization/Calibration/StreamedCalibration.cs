using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>Statistics that are measured block by block while layers are compressed, so that those of one block are in memory and not those of a whole model: 2 GB in place of 65 for Llama-2-7B.</summary>
/// <remarks>
/// <para>Sums over inputs: the hidden states of the whole sample wait in a file between two blocks (<see cref="HiddenStateFile{T}"/>). A block runs over the sample
/// batch by batch, its inputs are summed, and its output takes the place of its input. Every product and every sum is that of <see cref="InputCalibration"/>
/// in the same order, so the statistics have the same bits; a block costs one forward pass through it, as there.</para>
/// <para>Fisher weights of inputs are a vector a layer, and taken of all layers in one pass. One weight an element, and Kronecker factors, need gradients of the
/// whole model for every block: as many layers as fit into <see cref="GradientBytes"/> share the passes.</para>
/// <para>An iterator holds on to what it has yielded until it yields again, which is after the next sums are made: so a step is emptied when its user comes back.</para>
/// </remarks>
internal sealed record StreamedCalibration : CalibrationSource
{
    private readonly TransformerModel<float> _model;
    private readonly LossSample _sample;

    internal StreamedCalibration(CalibrationKey key, TransformerModel<float> model, LossSample sample)
        : base(key)
    {
        if (key.Kinds.HasFlag(StatisticsKinds.Inputs) && key.Kinds != StatisticsKinds.Inputs)
            throw new ArgumentException($"{key.Kinds} are measured together over a whole model only.", nameof(key));
        (_model, _sample) = (model, sample);
    }

    /// <summary>What gradients, and the statistics made of them, may take; a single layer may take more.</summary>
    internal long GradientBytes { get; init; } = 2L << 30;

    internal override bool Has(StatisticsKinds kinds, string name) => Key.Kinds.HasFlag(kinds) && _model.TargetLinears.Any(t => t.Name == name);

    internal override IEnumerable<IReadOnlyDictionary<string, LayerStatistics>> Read(
        IReadOnlySet<string> layers, string scratch, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        var wanted = _model.TargetLinears.Where(t => layers.Contains(t.Name)).ToArray();
        if (wanted.Length == 0)
            return [];
        return Key.Kinds == StatisticsKinds.Inputs
            ? Inputs(wanted, scratch, parallelism, progress, cancellationToken)
            : Gradients(wanted, parallelism, progress, cancellationToken);
    }

    private IEnumerable<IReadOnlyDictionary<string, LayerStatistics>> Gradients(
        TargetLinear<float>[] wanted, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        for (var first = 0; first < wanted.Length;)
        {
            var (end, bytes) = (first, 0L);
            while (end < wanted.Length && (end == first || bytes + BytesOf(wanted[end].Linear) <= GradientBytes))
                bytes += BytesOf(wanted[end++].Linear);
            var step = FisherCalibration.Measure(_model, _sample, [.. wanted[first..end].Select(t => t.Linear)], parallelism, Key.Kinds, progress, cancellationToken);
            yield return step;
            step.Clear();
            first = end;
        }
    }

    // A copy of the weight and its gradient; a sum an element; two factors, the sum of one and the other once more.
    private long BytesOf(LinearLayer<float> linear)
    {
        var (weights, larger) = ((long)linear.Inputs * linear.Outputs, (long)Math.Max(linear.Inputs, linear.Outputs));
        return (Key.Kinds.HasFlag(StatisticsKinds.ElementFisher) ? 16 * weights : 0)
            + (Key.Kinds.HasFlag(StatisticsKinds.KroneckerFisher) ? 8 * weights + 32 * larger * larger : 0);
    }

    private IEnumerable<IReadOnlyDictionary<string, LayerStatistics>> Inputs(
        TargetLinear<float>[] wanted, string scratch, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        using var states = new HiddenStateFile<float>(Path.Combine(scratch, "hidden-states.partial"));
        var pass = new Pass(_model, _sample.Examples, states, parallelism, progress, cancellationToken);
        pass.Embed();
        for (var block = 0; block <= wanted[^1].Layer; block++)
        {
            var sums = pass.Run(block, wanted[^1].Layer + 1, [.. wanted.Where(t => t.Layer == block)]);
            var together = new Dictionary<string, LayerStatistics>(StringComparer.Ordinal);
            // Each set of sums leaves the queue, and so memory, before the next is asked for.
            while (sums.TryDequeue(out var set))
            {
                // Small layers share the threads, so their statistics are in memory together.
                var step = set.Sums.Inputs > ShardCompressor.LargeSide ? new Dictionary<string, LayerStatistics>(StringComparer.Ordinal) : together;
                foreach (var name in set.Readers)
                    step[name] = new LayerStatistics(null) { Inputs = set.Sums };
                set = default;
                if (step == together)
                    continue;
                yield return step;
                step.Clear();
            }
            if (together.Count > 0)
                yield return together;
            together.Clear();
        }
    }

    /// <summary>The sums over what several layers read.</summary>
    private readonly record struct InputSet(string[] Readers, InputStatistics Sums);

    /// <summary>The whole sample on its way through the blocks.</summary>
    private sealed class Pass(
        TransformerModel<float> model, IReadOnlyList<TokenBatch> batches, HiddenStateFile<float> states, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        private readonly ScratchMatrix<float> _hidden = new();

        internal void Embed()
        {
            var session = model.CreateSession();
            ForEachBatch((_, batch, token) =>
            {
                var hidden = _hidden.Resize(batch.TokenCount, model.HiddenSize);
                session.Embed(batch, hidden, parallelism);
                states.Write(token, hidden);
            });
        }

        /// <summary>Takes the sample through a block, one of <paramref name="blocks"/> to go through, and sums what <paramref name="layers"/> of it read; larger inputs first, so that the smaller sums are what waits.</summary>
        internal Queue<InputSet> Run(int block, int blocks, TargetLinear<float>[] layers)
        {
            var sets = layers.GroupBy(t => InputCalibration.Reader(t.Kind), StringComparer.Ordinal)
                .Select(g => (Owner: model.TargetLinears.First(t => t.Layer == block && t.Kind == g.Key).Linear, Readers: g.Select(t => t.Name).ToArray(), Sums: new InputAccumulator<float>(g.First().Linear.Inputs))).ToArray();
            var group = 0;
            var session = model.WithLinears(sets.ToDictionary(s => s.Owner.Name, s => (LinearLayer<float>)new ObservedLinear<float>(s.Owner, (x, threads) => InputCalibration.Add(s.Sums, s.Owner.Name, x, group, threads)), StringComparer.Ordinal)).CreateSession();
            ForEachBatch((index, batch, token) =>
            {
                group = InputCalibration.GroupOf(index, batches.Count);
                var hidden = _hidden.Resize(batch.TokenCount, model.HiddenSize);
                states.Read(token, hidden);
                session.RunBlock(block, batch, hidden, parallelism);
                states.Write(token, hidden);
                progress?.Report(new CompressionProgress("inputs", block * batches.Count + index + 1, blocks * batches.Count));
            });
            return new Queue<InputSet>(sets.OrderByDescending(s => s.Owner.Inputs).Select(s => new InputSet(s.Readers, s.Sums.Result(parallelism))));
        }

        private void ForEachBatch(Action<int, TokenBatch, long> run)
        {
            var token = 0L;
            for (var i = 0; i < batches.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run(i, batches[i], token);
                token += batches[i].TokenCount;
            }
        }
    }
}
