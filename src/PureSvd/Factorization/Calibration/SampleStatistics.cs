using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>Whatever a method asks to know about the target linears, measured over one sample.</summary>
public static class SampleStatistics
{
    /// <summary>Measures <paramref name="kinds"/> by layer: Fisher information by gradients, sums over inputs in a forward pass of their own.</summary>
    /// <param name="model">A model whose target linears are dense; for Fisher information held as <typeparamref name="T"/>.</param>
    /// <param name="sample">The examples, and for Fisher information their loss.</param>
    /// <param name="kinds">What to measure.</param>
    /// <param name="parallelism">The threads to use; the sums have the same bits for any number.</param>
    /// <param name="progress">Told after each example or shard of them.</param>
    /// <param name="cancellationToken">Stops between examples.</param>
    /// <exception cref="ArgumentException">The model has no such loss, or an example does not fit it.</exception>
    public static IReadOnlyDictionary<string, LayerStatistics> Measure<T>(
        TransformerModel<T> model, LossSample sample, StatisticsKinds kinds, Parallelism parallelism, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sample);
        var fisher = kinds & ~StatisticsKinds.Inputs;
        IReadOnlyDictionary<string, LayerStatistics> layers = fisher == StatisticsKinds.None
            ? model.TargetLinears.ToDictionary(t => t.Name, _ => new LayerStatistics(null), StringComparer.Ordinal)
            : FisherCalibration.Measure(model, sample, parallelism, fisher, progress, cancellationToken);
        if (!kinds.HasFlag(StatisticsKinds.Inputs))
            return layers;
        var inputs = InputCalibration.Measure(model, sample.Examples, parallelism, progress, cancellationToken);
        return layers.ToDictionary(l => l.Key, l => l.Value.WithInputs(inputs[l.Key]), StringComparer.Ordinal);
    }
}
