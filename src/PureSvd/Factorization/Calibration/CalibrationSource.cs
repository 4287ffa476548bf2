using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Where the statistics of layers come from, some layers after the others: from memory, or measured as they are asked for.</summary>
/// <param name="Key">What they depend on.</param>
public abstract record CalibrationSource(CalibrationKey Key)
{
    /// <summary>Which of <paramref name="kinds"/> there is for layer <paramref name="name"/>.</summary>
    internal abstract bool Has(StatisticsKinds kinds, string name);

    /// <summary>The statistics of <paramref name="layers"/>, each once, in an order of the source's own. What one step yields is given up when the next is asked for.</summary>
    /// <param name="layers">Names of target linears.</param>
    /// <param name="scratch">A folder for files that are needed on the way.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Told as it goes.</param>
    /// <param name="cancellationToken">Stops between examples.</param>
    internal abstract IEnumerable<IReadOnlyDictionary<string, LayerStatistics>> Read(
        IReadOnlySet<string> layers, string scratch, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken);
}
