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
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var ones = new double[weight.Columns];
        Array.Fill(ones, 1.0);
        var svd = Svd.Compute(weight, new SvdOptions { Parallelism = parallelism }, cancellationToken);
        var sigma = Array.ConvertAll(svd.S, double.CreateTruncating);
        for (var i = 0; i < svd.S.Length; i++)
        {
            foreach (ref var element in svd.Vt.Row(i))
                element *= svd.S[i];
        }
        return new LayerFactorization<T>(weight, svd.Vt, svd.U, sigma, ones, OutputSubspace.NumericalRank<T>(sigma, weight.Rows, weight.Columns), null);
    }
}
