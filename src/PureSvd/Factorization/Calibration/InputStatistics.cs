using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>What was measured of the inputs x of a layer over a calibration sample: sums in float64 over its tokens.</summary>
/// <remarks>Layers that read the same x (query, key and value; gate and up) share one.</remarks>
public sealed class InputStatistics
{
    /// <summary>The groups that the sample is divided into for pooled covariances, as Bolaco has it.</summary>
    public const int GroupCount = 32;

    internal InputStatistics(long tokens, Matrix<double> secondMoment, double[] absoluteSum, double[] absoluteMax, Matrix<double> groupSums, long[] groupTokens)
    {
        Tokens = tokens;
        SecondMoment = secondMoment;
        AbsoluteSum = absoluteSum;
        AbsoluteMax = absoluteMax;
        GroupSums = groupSums;
        GroupTokens = groupTokens;
        Sum = new double[secondMoment.Rows];
        for (var g = 0; g < groupSums.Rows; g++)
            for (var i = 0; i < Sum.Length; i++)
                Sum[i] += groupSums[g, i];
    }

    /// <summary>in.</summary>
    public int Inputs => SecondMoment.Rows;

    /// <summary>The tokens in the sums.</summary>
    public long Tokens { get; }

    /// <summary>Σxxᵀ [in×in], symmetric; not to be changed.</summary>
    public Matrix<double> SecondMoment { get; }

    /// <summary>Σx [in].</summary>
    public double[] Sum { get; }

    /// <summary>Σ|x| [in].</summary>
    public double[] AbsoluteSum { get; }

    /// <summary>max|x| [in].</summary>
    public double[] AbsoluteMax { get; }

    /// <summary>Σx of each group [groups×in].</summary>
    public Matrix<double> GroupSums { get; }

    /// <summary>The tokens of each group.</summary>
    public long[] GroupTokens { get; }

    /// <summary>No more directions than this can have been taken: min(tokens, inputs that were ever not 0). Below in, the second moment is singular.</summary>
    public int RankBound => (int)Math.Min(Tokens, AbsoluteMax.Count(m => m > 0));

    /// <summary>No more directions than this can the scatter Σ(x − x̄)(x − x̄)ᵀ have, or pooled that about the mean of each group: each mean that is subtracted takes one with it.</summary>
    internal int ScatterRankBound(bool pooled) => (int)Math.Clamp(Tokens - (pooled ? GroupTokens.Count(t => t > 0) : Math.Min(1, Tokens)), 0, RankBound);

    /// <summary>The mean of x [in].</summary>
    public double[] Mean() => Array.ConvertAll(Sum, s => Tokens == 0 ? 0 : s / Tokens);

    /// <summary>The sums of several layers as one: of all that any of them read.</summary>
    /// <exception cref="ArgumentException">There is none, or they read inputs of different sizes.</exception>
    internal static InputStatistics Pool(IReadOnlyList<InputStatistics> parts)
    {
        var size = parts.Count == 0 ? throw new ArgumentException("There are no statistics to pool.", nameof(parts)) : parts[0].Inputs;
        if (parts.FirstOrDefault(p => p.Inputs != size) is { } other)
            throw new ArgumentException($"Layers of {size} and of {other.Inputs} inputs have no statistics in common.", nameof(parts));
        var (moment, groups) = (new Matrix<double>(size, size), new Matrix<double>(GroupCount, size));
        var (sum, largest, tokens) = (new double[size], new double[size], new long[GroupCount]);
        foreach (var part in parts)
        {
            TensorPrimitives.Add(moment.Span, part.SecondMoment.Span, moment.Span);
            TensorPrimitives.Add(groups.Span, part.GroupSums.Span, groups.Span);
            TensorPrimitives.Add<double>(sum, part.AbsoluteSum, sum);
            TensorPrimitives.Max<double>(largest, part.AbsoluteMax, largest);
            TensorPrimitives.Add<long>(tokens, part.GroupTokens, tokens);
        }
        return new InputStatistics(parts.Sum(p => p.Tokens), moment, sum, largest, groups, tokens);
    }

    /// <summary>Of inputs X [tokens×in], its rows in <see cref="GroupCount"/> groups one after the other.</summary>
    /// <exception cref="ArgumentException">There is no token, or a value is not finite.</exception>
    public static InputStatistics Of<T>(MatrixView<T> x, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Rows == 0)
            throw new ArgumentException("There is no token to calibrate on.", nameof(x));
        var sums = new InputAccumulator<T>(x.Columns);
        for (var first = 0; first < x.Rows;)
        {
            var group = (int)((long)first * GroupCount / x.Rows);
            // The first row of the next group.
            var end = (int)Math.Min(x.Rows, (((long)group + 1) * x.Rows + GroupCount - 1) / GroupCount);
            sums.Add(x.RowRange(first, end - first), group, parallelism);
            first = end;
        }
        return sums.Result(parallelism);
    }
}
