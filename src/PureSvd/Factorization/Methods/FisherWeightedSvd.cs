using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>fwsvd</c>: min over rank r of Σ_i Î_i·‖(W − B·A)_{·i}‖², with one Fisher weight Î_i an input.</summary>
/// <remarks>
/// <para>Î_i = Σ over outputs o of (1/N)·Σ over examples of (∂L/∂W_oi)². With D = diag(√Î) and W·D = UΣVᵀ: B = U_rΣ_r, A = V_rᵀD⁻¹; residual √Σ_{i&gt;r}σ_i².
/// The paper writes y = xW, so that rows of its W are the columns of W [out×in] here.</para>
/// <para>Only the ratios of Î matter; a constant Î gives <c>svd</c>. An input that no example's loss depends on has Î_i = 0 and makes D singular:
/// see <see cref="OutputSubspace"/> for what becomes of it.</para>
/// Source: Y.-C. Hsu et al., <i>Language model compression with weighted low-rank factorization</i>, ICLR 2022 (arXiv 2207.00112), §3.
/// </remarks>
public sealed class FisherWeightedSvd : IFactorizationMethod
{
    /// <inheritdoc/>
    public string Name => "fwsvd";

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.Fisher;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var fisher = statistics?.InputFisher ?? throw new ArgumentException("fwsvd needs the Fisher weights of the layer's inputs.", nameof(statistics));
        if (fisher.Count != weight.Columns)
            throw new ArgumentException($"fwsvd has Fisher weights for {fisher.Count} inputs, and the weight is {weight.Rows}×{weight.Columns}.", nameof(statistics));
        return OutputSubspace.Decompose(weight, InputMetric.OfDiagonal([.. fisher.Select(Math.Sqrt)]), fisher.Count(f => f > 0), rank, parallelism, cancellationToken);
    }
}
