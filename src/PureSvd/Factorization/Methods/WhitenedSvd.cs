using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>svd-llm</c> (alias <c>drone</c>): min over rank r of ‖(W − B·A)·X‖_F, X [in×tokens] being the layer's inputs in the calibration sample.</summary>
/// <remarks>
/// <para>With U_r the leading eigenvectors of W·XXᵀ·Wᵀ: B = U_r, A = U_rᵀ·W; loss √Σ_{i&gt;r}σ_i². That is the optimum of SVD-LLM (both versions' whitening), of
/// DRONE and of AFM without centring; they differ in how they get there, and in what becomes of directions that X never took (see <see cref="OutputSubspace"/>).</para>
/// <para>The sum is uncentred, as in the sources. A singular XXᵀ (fewer tokens than inputs, dead inputs) is normal and needs no jitter.</para>
/// Sources: X. Wang et al., <i>SVD-LLM</i> (arXiv 2403.07378) §3.1 and <i>SVD-LLM V2</i> (arXiv 2503.12340) §3.2; P. Chen et al., <i>DRONE</i>, NeurIPS 2021, theorem 1.
/// </remarks>
public sealed class WhitenedSvd : IFactorizationMethod
{
    /// <inheritdoc/>
    public string Name => "svd-llm";

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.Inputs;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var inputs = statistics.RequireInputs(Name, weight.Rows, weight.Columns);
        return OutputSubspace.Decompose(weight, InputMetric.OfMoment(inputs.SecondMoment), inputs.RankBound, rank, parallelism, cancellationToken);
    }
}
