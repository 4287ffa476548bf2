using System.Globalization;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>asvd</c>: min over rank r of ‖(W − B·A)·S‖_F with S = diag(s), s_i the size of input i to the power α.</summary>
/// <remarks>
/// <para>The size is mean|x_i| (<c>asvd</c>) or max|x_i| (<c>asvd-max</c>) over the calibration sample; α = ½ as in the source, or as in <c>asvd:0.75</c>. α = 0
/// gives <c>svd</c>. The source adds 10⁻⁶ to s because it divides by it; the projection here divides by nothing, so an input that never occurred has weight 0.
/// The source's code truncates by a randomized SVD of two iterations; here it is the optimum.</para>
/// Source: Z. Yuan et al., <i>ASVD: activation-aware singular value decomposition for compressing large language models</i> (arXiv 2312.05821), §3.2.
/// </remarks>
public sealed class ActivationAwareSvd : IFactorizationMethod
{
    private const double DefaultAlpha = 0.5;
    private readonly bool _maximum;
    private readonly double _alpha;

    /// <param name="maximum">Whether max|x| is the size of an input, and not mean|x|.</param>
    /// <param name="alpha">α, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is outside.</exception>
    public ActivationAwareSvd(bool maximum = false, double alpha = DefaultAlpha)
    {
        if (!(alpha is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The exponent of asvd must be from 0 to 1.");
        (_maximum, _alpha) = (maximum, alpha);
    }

    /// <inheritdoc/>
    public string Name => (_maximum ? "asvd-max" : "asvd") + (_alpha == DefaultAlpha ? "" : string.Create(CultureInfo.InvariantCulture, $":{_alpha}"));

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.Inputs;

    /// <inheritdoc/>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var inputs = statistics.RequireInputs(Name, weight.Rows, weight.Columns);
        var size = _maximum ? inputs.AbsoluteMax : Array.ConvertAll(inputs.AbsoluteSum, s => s / inputs.Tokens);
        return OutputSubspace.Decompose(weight, InputMetric.OfDiagonal(Array.ConvertAll(size, s => Math.Pow(s, _alpha))), inputs.AbsoluteMax.Count(m => m > 0), rank, parallelism, cancellationToken);
    }
}
