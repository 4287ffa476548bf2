using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>svd</c>: min over rank r of ‖W − B·A‖_F.</summary>
/// <remarks>
/// W = UΣVᵀ; B = U_r√Σ_r, A = √Σ_r·V_rᵀ; residual √Σ_{i&gt;r}σ_i². It needs no data, and takes every input to matter alike.
/// Source: C. Eckart and G. Young, <i>The approximation of one matrix by another of lower rank</i> (1936).
/// </remarks>
public sealed class PlainSvd : IFactorizationMethod
{
    /// <inheritdoc/>
    public string Name => "svd";

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.None;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => OutputSubspace.Decompose(weight, InputMetric.Identity, null, rank, parallelism, cancellationToken);
}
