using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>afm</c>: min over rank r and b' of E‖y − y'‖² with y = W·x + b and y' = B·A·x + b': the principal components of the layer's outputs.</summary>
/// <remarks>
/// <para>With U_r the leading eigenvectors of Cov(y) = W·Cov(x)·Wᵀ: B = U_r, A = U_rᵀ·W, and b' = b + (W − B·A)·x̄, so that the mean output is exact. (The paper
/// writes b' = U_rU_rᵀb + (I − U_rU_rᵀ)ȳ; with ȳ = W·x̄ + b that is the same.) It differs from <c>svd-llm</c> by the mean, which costs no rank here.</para>
/// <para>The shift is taken from the factors as they are, so rounding them does not move the mean output. <c>afm-pooled</c> takes the covariance within 32
/// groups of the sample, each about its own mean, as Bolaco does; its shift is that of the whole sample's mean.</para>
/// Sources: H. Yu and J. Wu, <i>Compressing Transformers: features are low-rank, but weights are not!</i>, AAAI 2023; Y. Ji et al., <i>Adaptive feature-based
/// low-rank compression of large language models via Bayesian optimization</i> (Bolaco, arXiv 2405.10616) §3.2 for the pooling.
/// </remarks>
/// <param name="pooled">Whether the covariance is pooled over groups.</param>
public sealed class AtomicFeatureMimicking(bool pooled = false) : IFactorizationMethod
{
    /// <inheritdoc/>
    public string Name => pooled ? "afm-pooled" : "afm";

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.Inputs;

    /// <inheritdoc/>
    public bool ShiftsBias => true;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var inputs = statistics.RequireInputs(Name, weight.Rows, weight.Columns);
        var metric = InputMetric.OfScatter(inputs, pooled);
        return OutputSubspace.Decompose(weight, metric, inputs.ScatterRankBound(pooled), rank, parallelism, cancellationToken, inputs.Mean());
    }
}
