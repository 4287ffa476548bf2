using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>svd-llm-cholesky</c>: the objective of <c>svd-llm</c> as its first version solves it, for comparison.</summary>
/// <remarks>
/// XXᵀ = L·Lᵀ, W·L = UΣVᵀ, B = U_rΣ_r, A = V_rᵀL⁻¹. It exists only where XXᵀ is positive definite: where it is not, the source adds to the diagonal until it
/// seems so, and this refuses and names <c>svd-llm</c>, whose form needs no inverse.
/// Source: X. Wang et al., <i>SVD-LLM</i> (arXiv 2403.07378), §3.1.
/// </remarks>
public sealed class CholeskyWhitenedSvd : IFactorizationMethod
{
    /// <inheritdoc/>
    public string Name => "svd-llm-cholesky";

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.Inputs;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var inputs = statistics.RequireInputs(Name, weight.Rows, weight.Columns);
        var (m, n) = (weight.Rows, weight.Columns);
        Matrix<double> l;
        try
        {
            l = Cholesky.Factorize<double>(inputs.SecondMoment, new CholeskyOptions { Parallelism = parallelism }, cancellationToken);
        }
        catch (NotPositiveDefiniteException e)
        {
            throw new ArgumentException($"The inputs' second moment is singular (pivot {e.Pivot} of {n}, {inputs.Tokens} tokens), and svd-llm-cholesky needs its inverse; svd-llm does not.", nameof(statistics), e);
        }

        var whitened = new Matrix<double>(m, n);
        Gemm.Multiply<double>(Matrix<double>.Create(m, n, (i, j) => double.CreateTruncating(weight.Row(i)[j])), Operand.AsIs, l, Operand.AsIs, 1, 0, whitened, parallelism);
        var svd = Svd.Compute<double>(whitened, new SvdOptions { Parallelism = parallelism }, cancellationToken);
        var keep = Math.Min(rank ?? int.MaxValue, svd.S.Length);
        var a = svd.Vt.View.RowRange(0, keep).ToMatrix();
        Trsm.SolveRight<double>(l, Triangle.Lower, Operand.AsIs, false, a, parallelism);
        var b = Matrix<T>.Create(m, keep, (i, j) => T.CreateTruncating(svd.U[i, j] * svd.S[j]));
        var narrow = Matrix<T>.Create(keep, n, (i, j) => T.CreateTruncating(a[i, j]));
        var resolved = OutputSubspace.NumericalRank<double>(svd.S, m, n);
        return new LayerFactorization<T>(weight, narrow, b, svd.S, 0, InputMetric.OfMoment(inputs.SecondMoment), resolved, inputs.RankBound);
    }
}
