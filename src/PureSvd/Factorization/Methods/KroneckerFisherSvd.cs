using System.Globalization;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>gfwsvd</c>: min over rank r of tr(F_out·E·F_in·Eᵀ), E = W − B·A: the second-order loss under a Kronecker-factored Fisher information F_in ⊗ F_out.</summary>
/// <remarks>
/// <para>With F_out = R·R (R symmetric) and U_r the leading eigenvectors of (R·W)·F_in·(R·W)ᵀ: B = R⁻¹·U_r, A = U_rᵀ·R·W. The source takes Cholesky factors on both
/// sides; the product is the same. Weights on the outputs have no form without an inverse: directions that F_out does not see are taken from the plain SVD of what
/// is missing, as <see cref="OutputSubspace"/> does for the inputs.</para>
/// <para>Both factors are smoothed as in the source, F ← (1 − α)·F + α·mean(diag F)·I with α = 0.1, or as in <c>gfwsvd:0</c>. With α = 0, F_out = I and a
/// diagonal F_in it is <c>fwsvd</c>; with F_in = Σxxᵀ it is <c>svd-llm</c>.</para>
/// Source: V. Chekalina et al., <i>Generalized Fisher-weighted SVD: scalable Kronecker-factored Fisher approximation for compressing large language models</i>
/// (arXiv 2505.17974).
/// </remarks>
public sealed class KroneckerFisherSvd : IFactorizationMethod
{
    private const double DefaultRidge = 0.1;
    private readonly double _ridge;

    /// <param name="ridge">α, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is outside.</exception>
    public KroneckerFisherSvd(double ridge = DefaultRidge)
    {
        if (!(ridge is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(ridge), ridge, "The ridge of gfwsvd must be from 0 to 1.");
        _ridge = ridge;
    }

    /// <inheritdoc/>
    public string Name => _ridge == DefaultRidge ? "gfwsvd" : string.Create(CultureInfo.InvariantCulture, $"gfwsvd:{_ridge}");

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.KroneckerFisher;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var fisher = statistics?.Kronecker ?? throw new ArgumentException($"{Name} needs the Fisher information of the layer as a Kronecker product.", nameof(statistics));
        var (m, n) = (weight.Rows, weight.Columns);
        if (fisher.Inputs.Rows != n || fisher.Outputs.Rows != m)
            throw new ArgumentException($"{Name} has a Fisher information for {fisher.Outputs.Rows}×{fisher.Inputs.Rows}, and the weight is {m}×{n}.", nameof(statistics));
        var metric = InputMetric.OfMoment(Smooth(fisher.Inputs));
        var (root, inverse, outputsSeen) = Roots(Smooth(fisher.Outputs), parallelism, cancellationToken);

        var weighted = new Matrix<double>(m, n);
        Gemm.Multiply<double>(root, Operand.AsIs, Matrix<double>.Create(m, n, (i, j) => double.CreateTruncating(weight.Row(i)[j])), Operand.AsIs, 1, 0, weighted, parallelism);
        var solved = OutputSubspace.Decompose<double>(weighted, metric, null, rank, parallelism, cancellationToken);
        var b = new Matrix<double>(m, solved.LargestRank);
        Gemm.Multiply<double>(inverse, Operand.AsIs, solved.B, Operand.AsIs, 1, 0, b, parallelism);
        var (wideB, wideA) = (Matrix<T>.Create(b.Rows, b.Columns, (i, j) => T.CreateTruncating(b[i, j])), Matrix<T>.Create(solved.A.Rows, n, (i, j) => T.CreateTruncating(solved.A[i, j])));
        var resolved = Math.Min(solved.EffectiveRank, outputsSeen);
        if (resolved < solved.LargestRank)
            OutputSubspace.CompleteByPlainSvd(weight, wideA, wideB, resolved, parallelism, cancellationToken);
        return new LayerFactorization<T>(weight, wideA, wideB, [.. solved.SingularValues], solved.SquaredTail, new KroneckerObjective(root, metric), resolved, null);
    }

    private Matrix<double> Smooth(Matrix<double> factor)
    {
        var smooth = factor.View.ToMatrix();
        var trace = 0.0;
        for (var i = 0; i < factor.Rows; i++)
            trace += factor[i, i];
        foreach (ref var element in smooth.Span)
            element *= 1 - _ridge;
        for (var i = 0; i < factor.Rows; i++)
            smooth[i, i] += _ridge * trace / factor.Rows;
        return smooth;
    }

    /// <summary>R and R⁺ symmetric with R·R the <paramref name="factor"/>, and its rank.</summary>
    private static (Matrix<double> Root, Matrix<double> Inverse, int Rank) Roots(Matrix<double> factor, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var n = factor.Rows;
        var (values, vectors) = SymmetricEigen.Compute<double>(factor, new SymmetricEigenOptions { Parallelism = parallelism }, cancellationToken);
        var rank = OutputSubspace.NumericalRank<double>(values, n, n);
        return (Power(0.5), Power(-0.5), rank);

        Matrix<double> Power(double exponent)
        {
            var scaled = Matrix<double>.Create(n, n, (i, j) => j < rank ? vectors[i, j] * Math.Pow(values[j], exponent) : 0);
            var result = new Matrix<double>(n, n);
            Gemm.Multiply<double>(scaled, Operand.AsIs, vectors, Operand.Transposed, 1, 0, result, parallelism);
            return result;
        }
    }
}
