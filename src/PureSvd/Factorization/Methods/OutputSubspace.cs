using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>What the weighted methods share: min over rank r of ‖(W − W')·D‖_F for a diagonal D ≥ 0, solved as a projection of the outputs.</summary>
/// <remarks>
/// <para>With W·D = UΣVᵀ the minimum is (W'D) = U_rU_rᵀ·(W·D), so W' = U_r·(U_rᵀ·W) wherever D is not zero. The textbook's B = U_rΣ_r, A = V_rᵀD⁻¹ have the same
/// product, but divide rounding errors by the smallest d; the projection divides by nothing, and every column of W' is no longer than that of W.</para>
/// <para>Where D is singular the minimum is not unique: any columns will do for an input of weight zero. The pseudo-inverse makes them zero; the projection
/// keeps as much of them as U_r spans, which costs nothing and is kinder to inputs that a small sample merely did not exercise. Directions beyond the
/// numerical rank of W·D are noise to the objective; they are replaced by the leading singular directions of what is still missing from W itself, so that
/// full rank always gives W.</para>
/// </remarks>
internal static class OutputSubspace
{
    /// <summary>Decomposes <paramref name="weight"/> under the input weights <paramref name="d"/> [in].</summary>
    internal static LayerFactorization<T> Decompose<T>(MatrixView<T> weight, double[] d, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (weight.Rows, weight.Columns);
        var k = Math.Min(m, n);
        var largest = d.Length == 0 ? 0 : d.Max();
        var options = new SvdOptions { Parallelism = parallelism };

        // Scaled to a largest weight of 1: Fisher weights of 1e-40 would vanish in float32.
        var scale = Array.ConvertAll(d, w => largest > 0 ? w / largest : 0);
        var weighted = Svd.Compute<T>(ScaleColumns(weight, scale), options, cancellationToken);
        var sigma = Array.ConvertAll(weighted.S, s => double.CreateTruncating(s) * largest);
        var resolved = largest > 0 ? NumericalRank<T>(sigma, m, n) : 0;

        var b = weighted.U;
        var a = new Matrix<T>(k, n);
        if (resolved > 0)
            Gemm.Multiply<T>(b.View.ColumnRange(0, resolved), Operand.Transposed, weight, Operand.AsIs, T.One, T.Zero, a.View.RowRange(0, resolved), parallelism);
        if (resolved < k)
            CompleteByPlainSvd<T>(weight, a, b, resolved, options, cancellationToken);
        return new LayerFactorization<T>(weight, a, b, sigma, d, resolved, scale.Count(w => w > 0));
    }

    /// <summary>How many of <paramref name="sigma"/> stand above rounding: σ_i &gt; max(m, n)·ε·σ_1, as numpy's and LAPACK's rank tests.</summary>
    internal static int NumericalRank<T>(double[] sigma, int m, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var epsilon = double.CreateTruncating(T.BitIncrement(T.One) - T.One);
        return sigma.Length == 0 ? 0 : sigma.Count(s => s > Math.Max(m, n) * epsilon * sigma[0]);
    }

    private static void CompleteByPlainSvd<T>(MatrixView<T> weight, Matrix<T> a, Matrix<T> b, int resolved, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var missing = weight.ToMatrix();
        if (resolved > 0)
            Gemm.Multiply<T>(b.View.ColumnRange(0, resolved), Operand.AsIs, a.View.RowRange(0, resolved), Operand.AsIs, -T.One, T.One, missing, options.Parallelism);
        var rest = Svd.Compute<T>(missing, options with { Rank = a.Rows - resolved }, cancellationToken);
        rest.U.View.CopyTo(b.View.ColumnRange(resolved, b.Columns - resolved));
        for (var i = resolved; i < a.Rows; i++)
        {
            var vt = rest.Vt.Row(i - resolved);
            for (var j = 0; j < vt.Length; j++)
                a[i, j] = rest.S[i - resolved] * vt[j];
        }
    }

    private static Matrix<T> ScaleColumns<T>(MatrixView<T> weight, double[] scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var scaled = weight.ToMatrix();
        for (var i = 0; i < scaled.Rows; i++)
        {
            var row = scaled.Row(i);
            for (var j = 0; j < row.Length; j++)
                row[j] *= T.CreateTruncating(scale[j]);
        }
        return scaled;
    }
}
