using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>Percentile intervals of means over resampled test items, for many lists of figures at once: with the counts C [resamples×items] of how often each item was drawn and the figures X [items×lists], the resampled means are C·X/items.</summary>
/// <remarks>
/// All lists see the same draws, those that a bootstrap of one list with the same seed makes. A study compares thousands of pairs of models on thousands of items, and a matrix product takes a tenth of the time of gathering.
/// Blocks bound the memory; a NaN stays in its list. Source: Efron and Tibshirani 1993, §13.3.
/// </remarks>
internal sealed class ItemBootstrap(int resamples, ulong seed)
{
    private const int BlockOfResamples = 256, BlockOfLists = 512;

    /// <summary>The 95 % interval of the mean of each list, all of which are about the same items; NaN without items.</summary>
    internal Interval[] Intervals(IReadOnlyList<double[]> lists)
    {
        var intervals = new Interval[lists.Count];
        for (var first = 0; first < lists.Count; first += BlockOfLists)
        {
            var count = Math.Min(BlockOfLists, lists.Count - first);
            Fill(lists, first, count, intervals);
        }
        return intervals;
    }

    /// <summary>The 95 % interval of the mean of one list.</summary>
    internal Interval Of(double[] figures) => Intervals([figures])[0];

    /// <summary>The 95 % interval of a figure that follows from the means of all lists, such as how far they lie apart.</summary>
    internal Interval Of(IReadOnlyList<double[]> lists, Func<double[], double> figure)
    {
        if (lists[0].Length == 0)
            return StudyStatistics.None;
        var means = Means(lists, 0, lists.Count);
        return Interval.OfPercentiles([.. Enumerable.Range(0, resamples).Select(r => figure(means.Row(r).ToArray()))]);
    }

    private void Fill(IReadOnlyList<double[]> lists, int first, int count, Interval[] intervals)
    {
        if (lists[first].Length == 0)
        {
            intervals.AsSpan(first, count).Fill(StudyStatistics.None);
            return;
        }
        var means = Means(lists, first, count);
        var column = new double[resamples];
        for (var l = 0; l < count; l++)
        {
            for (var r = 0; r < resamples; r++)
                column[r] = means[r, l];
            intervals[first + l] = Interval.OfPercentiles(column);
        }
    }

    /// <summary>The resampled means [resamples×lists].</summary>
    private Matrix<double> Means(IReadOnlyList<double[]> lists, int first, int count)
    {
        var items = lists[first].Length;
        var figures = Matrix<double>.Create(items, count, (i, l) => lists[first + l][i]);
        var means = new Matrix<double>(resamples, count);
        var random = new SeededRandom(seed);
        for (var r = 0; r < resamples; r += BlockOfResamples)
        {
            var draws = new Matrix<double>(Math.Min(BlockOfResamples, resamples - r), items);
            for (var row = 0; row < draws.Rows; row++)
            {
                var counts = draws.Row(row);
                for (var i = 0; i < items; i++)
                    counts[random.Next(items)]++;
            }
            Gemm.Multiply<double>(draws, Operand.AsIs, figures, Operand.AsIs, 1.0 / items, 0, means.View.RowRange(r, draws.Rows), Parallelism.Serial);
        }
        return means;
    }
}
