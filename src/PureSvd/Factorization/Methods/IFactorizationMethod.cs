using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>How one weight matrix is approximated by B·A: a method knows nothing of models, plans or files.</summary>
/// <remarks>
/// A method decomposes a layer once, and the result is truncated at any number of ranks: a study that tries ten ratios pays for one decomposition.
/// Immutable and thread-safe.
/// </remarks>
public interface IFactorizationMethod
{
    /// <summary>The name on the command line and in results, such as <c>fwsvd</c>.</summary>
    string Name { get; }

    /// <summary>What it must know about a layer beside its weight.</summary>
    StatisticsKinds Needs { get; }

    /// <summary>Whether it gives the layer a new bias, <see cref="LayerFactorization{T}.BiasShift"/>.</summary>
    bool ShiftsBias => false;

    /// <summary>Whether it says something about layers together, and on one matrix is another method.</summary>
    bool NeedsModel => false;

    /// <summary>Decomposes W [out×in] so that the best B·A of every rank can be read off.</summary>
    /// <param name="weight">W [out×in]; not changed, and read again when a truncation is measured.</param>
    /// <param name="statistics">What <see cref="Needs"/> names; may be null where that is nothing.</param>
    /// <param name="rank">The largest rank that will be asked for: what is beyond it need not be computed. Null for all.</param>
    /// <param name="parallelism">The threads to use; the result has the same bits for any number.</param>
    /// <param name="cancellationToken">Stops the decomposition.</param>
    /// <exception cref="ArgumentException">W has a NaN or an infinity, or the statistics are missing, of another shape, negative or not finite.</exception>
    LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
