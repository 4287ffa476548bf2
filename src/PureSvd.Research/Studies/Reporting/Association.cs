using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Whether what probes lose goes with what the task loses, over the compressed models of a family.</summary>
/// <remarks>
/// Both losses grow with the ratio removed, so over all ratios they correlate whatever probes measure; what says something is the correlation within a ratio, and the rank correlation with the ratio held fixed.
/// The compressions of one trained model share its weights: beside Fisher's interval, which takes them for independent, stands one that draws whole training seeds.
/// </remarks>
internal sealed class Association
{
    private readonly int _resamples;
    private readonly ulong _seed;
    private readonly string[] _models;
    private readonly double[] _removed, _probes, _task;

    internal Association(StudySummary summary, FamilySummary family)
    {
        var cells = family.Levels.SelectMany(l => l.Cells).ToList();
        (_resamples, _seed) = (summary.Results.Config.Statistics.Resamples, summary.Results.Config.Seeds[0]);
        _models = [.. cells.Select(c => c.Cell.Model)];
        _removed = [.. cells.Select(c => c.Cell.Removed)];
        _probes = [.. cells.Select(c => summary.ProbeLoss([c]).Loss)];
        _task = [.. cells.Select(c => c.Loss)];
    }

    /// <summary>Pearson's r within one ratio, or over all; its interval by Fisher's z.</summary>
    internal Correlation Pearson(double? removed = null) => Pearson(Chosen(removed));

    /// <summary>The interval of <see cref="Pearson(double?)"/> that draws whole training seeds; NaN for a single one.</summary>
    internal Interval PearsonBySeed(double? removed = null) => BySeed(Chosen(removed), draw => Pearson(draw).Value);

    /// <summary>The partial rank correlation given the ratio.</summary>
    internal Correlation GivenRatio => GivenRatioOf(Chosen(null));

    /// <summary>The interval of <see cref="GivenRatio"/> that draws whole training seeds; NaN for a single one.</summary>
    internal Interval GivenRatioBySeed => BySeed(Chosen(null), draw => GivenRatioOf(draw).Value);

    private IReadOnlyList<int> Chosen(double? removed) => [.. Enumerable.Range(0, _removed.Length).Where(i => removed is null || _removed[i] == removed)];

    private Correlation Pearson(IReadOnlyList<int> cells) => Correlation.Pearson(Of(_probes, cells), Of(_task, cells));

    private Correlation GivenRatioOf(IReadOnlyList<int> cells) => Correlation.PartialSpearman(Of(_probes, cells), Of(_task, cells), Of(_removed, cells));

    private Interval BySeed(IReadOnlyList<int> cells, Func<IReadOnlyList<int>, double> statistic)
        => ClusterBootstrap.Interval([.. cells.GroupBy(i => _models[i]).Select(g => g.ToList())], statistic, _seed, _resamples);

    private static double[] Of(double[] values, IReadOnlyList<int> cells) => [.. cells.Select(i => values[i])];
}
