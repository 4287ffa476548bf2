using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>The derived figures of a study: per cell, and per level over training seeds.</summary>
public sealed class StudySummary
{
    private readonly Dictionary<string, CellSummary> _dense;
    private readonly ItemBootstrap _bootstrap;

    private StudySummary(StudyResults results, IReadOnlyList<CellSummary> cells, IReadOnlyList<PairedComparison> comparisons, IReadOnlyList<PairedComparison> allocationComparisons, ItemBootstrap bootstrap)
    {
        Results = results;
        Cells = cells;
        Comparisons = comparisons;
        AllocationComparisons = allocationComparisons;
        _bootstrap = bootstrap;
        _dense = cells.Where(c => c.Cell.IsDense).ToDictionary(c => c.Cell.Model);
        Families = [.. results.Models.GroupBy(m => m.Family).Select(Family)];
    }

    /// <summary>What they follow from.</summary>
    public StudyResults Results { get; }

    /// <summary>Every cell, in the order of the grid.</summary>
    public IReadOnlyList<CellSummary> Cells { get; }

    /// <summary>Every test of what compression costs, by which method and against rounding: its p-values are corrected for all of these together.</summary>
    public IReadOnlyList<PairedComparison> Comparisons { get; }

    /// <summary>Every test of an allocation against the uniform one: a question, and a correction, of its own. Empty where the study has no more than one allocation.</summary>
    public IReadOnlyList<PairedComparison> AllocationComparisons { get; }

    /// <summary>Every family of models, in the order of the configuration.</summary>
    public IReadOnlyList<FamilySummary> Families { get; }

    /// <summary>The dense cell that <paramref name="cell"/> is compared with.</summary>
    public CellSummary DenseOf(StudyCell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return _dense[cell.Model];
    }

    /// <summary>Computes every figure. Compressed cells whose dense cell is missing cannot be compared, and must not be there.</summary>
    public static StudySummary Of(StudyResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var models = results.Models.ToDictionary(m => m.Name);
        var bootstrap = new ItemBootstrap(results.Config.Statistics.Resamples, results.Config.Seeds[0]);
        var scores = new Dictionary<(StudyCell Cell, bool Recovered), double[]>();
        foreach (var result in results.Cells)
        {
            scores[(result.Cell, false)] = Scores(results, result.Predicted, result.Text);
            if (result.Recovered is { } recovered)
                scores[(result.Cell, true)] = Scores(results, recovered.Predicted, recovered.Text);
        }
        var comparisons = StudyComparisons.Of(results, scores, bootstrap);
        var dense = results.Cells.Where(c => c.Cell.IsDense).ToDictionary(c => c.Cell.Model, c => scores[(c.Cell, false)]);
        var withDense = comparisons.Where(c => c.Kind == ComparisonKind.Dense).ToDictionary(c => (c.First, c.Recovered));
        var cells = results.Cells.Select(result =>
        {
            var test = withDense.GetValueOrDefault((result.Cell, false));
            bool[] right = [.. result.Predicted.Select((p, i) => p == results.Items[i].Gold)];
            return new CellSummary(
                result, models[result.Cell.Model], right.Length == 0 ? double.NaN : right.Average(c => c ? 1.0 : 0), right.Length == 0 ? StudyStatistics.None : WilsonInterval.Compute(right.Count(c => c), right.Length),
                -test?.Gain ?? 0, test is null ? new Interval(0, 0) : Negated(test.GainInterval), test?.PValue ?? double.NaN, test?.AdjustedPValue ?? double.NaN,
                ByPhenomenon(results.Items, right), BestProbes(result), result.Predicted.GroupBy(p => p).ToDictionary(g => g.Key, g => g.Count()))
            {
                Recovered = result.Recovered is null ? null : Recovered(result, withDense.GetValueOrDefault((result.Cell, true))),
            };
        }).ToList();
        return new StudySummary(results, cells, comparisons, StudyComparisons.OfAllocations(results, scores, bootstrap), bootstrap);

        RecoveredSummary Recovered(CellResult result, PairedComparison? test)
        {
            var own = scores[(result.Cell, true)];
            return new RecoveredSummary(
                results.Items.Count == 0 ? double.NaN : own.Average(), result.Recovered!.Text?.Perplexity ?? double.NaN,
                dense[result.Cell.Model].Average() - own.Average(), test is null ? StudyStatistics.None : Negated(test.GainInterval), test?.AdjustedPValue ?? double.NaN);
        }
    }

    /// <summary>Whether models are judged by how well they foresee text, since there are no questions to answer.</summary>
    public bool IsOfText => Results.Items.Count == 0;

    /// <summary>Which of two levels of one family is better on the same items: the mean score of <paramref name="better"/> less that of <paramref name="worse"/>, with its 95 % interval.</summary>
    public (double Gain, Interval Interval) Compare(Level better, Level worse)
    {
        ArgumentNullException.ThrowIfNull(better);
        ArgumentNullException.ThrowIfNull(worse);
        return Compare([(better, worse)])[0];
    }

    /// <summary>The same for many pairs at once.</summary>
    internal IReadOnlyList<(double Gain, Interval Interval)> Compare(IReadOnlyList<(Level Better, Level Worse)> pairs)
    {
        var means = pairs.SelectMany(p => new[] { p.Better, p.Worse }).Distinct().ToDictionary(l => l, l => Mean(l.Cells, Scores));
        var differences = pairs.Select(p => means[p.Better].Zip(means[p.Worse], (x, y) => x - y).ToArray()).ToList();
        return [.. differences.Zip(_bootstrap.Intervals(differences), (d, interval) => (d.Average(), interval))];
    }

    /// <summary>How far the best and the worst of some levels lie apart, before and after training on: the range of their mean scores, and by how much it shrinks, with its 95 % interval over the test items (the best and the worst are found anew in each resample).</summary>
    internal (double Before, double After, Interval Shrinks) Spread(IReadOnlyList<Level> levels)
    {
        var before = levels.Select(l => Mean(l.Cells, Scores)).ToList();
        var after = levels.Select(l => Mean(l.Cells, RecoveredScores)).ToList();
        double Range(IEnumerable<double> means) => means.Max() - means.Min();
        return (Range(before.Select(s => s.Average())), Range(after.Select(s => s.Average())), _bootstrap.Of([.. before, .. after], means => Range(means.Take(levels.Count)) - Range(means.Skip(levels.Count))));
    }

    /// <summary>The mean over the tasks in <paramref name="tasks"/> (all if null), over the hidden states after the embeddings and over <paramref name="cells"/> of the probing accuracy lost against dense at the same layer.</summary>
    /// <remarks>
    /// Layer by layer and not best against best: the embedding output is not compressed, so a task that is read best there could never lose.
    /// The interval is normal, from the paired outcomes of the first probe seed on the same test sentences; tasks have sentences of their own, so their variances add.
    /// </remarks>
    public (double Loss, Interval Interval) ProbeLoss(IReadOnlyList<CellSummary> cells, Func<string, bool>? tasks = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var chosen = cells.Count == 0 ? [] : cells[0].BestProbes.Keys.Where(t => tasks is null || tasks(t)).ToList();
        if (chosen.Count == 0)
            return (double.NaN, StudyStatistics.None);
        var (loss, variance) = (0.0, 0.0);
        foreach (var task in chosen)
        {
            var pairs = cells.SelectMany(c => LayerProbes(c, task).Zip(LayerProbes(DenseOf(c.Cell), task), (own, dense) => (Own: own, Dense: dense))).ToList();
            loss += pairs.Average(p => p.Dense.Accuracy - p.Own.Accuracy) / chosen.Count;
            variance += StudyStatistics.VarianceOfMean(PairedDifferences(pairs)) / ((double)chosen.Count * chosen.Count);
        }
        return (loss, StudyStatistics.Normal(loss, variance));
    }

    /// <summary>A task's probes of the study's first vector at the hidden states after the embeddings, by layer.</summary>
    private static IEnumerable<CellProbe> LayerProbes(CellSummary cell, string task)
        => cell.Result.Probes.Where(p => p.Task == task && p.Layer > 0 && p.Vector == cell.BestProbes[task].Vector).OrderBy(p => p.Layer);

    /// <summary>By test sentence, the mean over the pairs of dense right less own right.</summary>
    private static double[] PairedDifferences(List<(CellProbe Own, CellProbe Dense)> pairs)
    {
        var differences = new double[pairs[0].Own.TestCount];
        foreach (var (own, dense) in pairs)
        {
            // Vectors with a NaN have no outcomes.
            if (own.Correct.Length == 0 || dense.Correct.Length == 0)
                return [double.NaN];
            for (var i = 0; i < differences.Length; i++)
                differences[i] += ((Bits.Get(dense.Correct, i) ? 1.0 : 0.0) - (Bits.Get(own.Correct, i) ? 1.0 : 0.0)) / pairs.Count;
        }
        return differences;
    }

    private FamilySummary Family(IGrouping<string, ModelFacts> models)
    {
        var names = models.Select(m => m.Name).ToHashSet();
        var cells = Cells.Where(c => names.Contains(c.Cell.Model)).ToList();
        var levels = cells.GroupBy(c => (c.Cell.Method, c.Cell.Allocation, c.Cell.Removed))
            .Select(g => MakeLevel(g.Key.Method == StudyCell.Dense ? null : new MethodLine(g.Key.Method, g.Key.Allocation), g.Key.Removed, [.. g]))
            .ToList();
        return new FamilySummary(
            models.Key, [.. models], levels.Single(l => l.Line is null), [.. levels.Where(l => l.Cells[0].Cell.IsFactorization)], [.. levels.Where(l => l.Line is not null && !l.Cells[0].Cell.IsFactorization)]);
    }

    private Level MakeLevel(MethodLine? line, double removed, IReadOnlyList<CellSummary> cells)
    {
        var own = Mean(cells, Scores);
        var dense = DenseScores(cells);
        var differences = dense.Zip(own, (d, o) => d - o).ToArray();
        var (probeLoss, probeInterval) = ProbeLoss(cells);
        return new Level(
            line, removed, cells, IsOfText ? double.NaN : own.Average(), IsOfText ? StudyStatistics.None : _bootstrap.Of(own), differences.Average(),
            line is null ? new Interval(0, 0) : _bootstrap.Of(differences), probeLoss, line is null ? new Interval(0, 0) : probeInterval)
        {
            Text = cells.All(c => c.Result.Text is not null) ? TextLevel(cells, c => c.Text!) : null,
            Recovered = cells.All(c => c.Recovered is not null) ? RecoveredLevel(cells) : null,
        };
    }

    private RecoveredLevel RecoveredLevel(IReadOnlyList<CellSummary> cells)
    {
        var own = Mean(cells, RecoveredScores);
        var differences = DenseScores(cells).Zip(own, (d, o) => d - o).ToArray();
        return new RecoveredLevel(
            IsOfText ? double.NaN : own.Average(), IsOfText ? StudyStatistics.None : _bootstrap.Of(own), differences.Average(), _bootstrap.Of(differences),
            cells.All(c => c.Result.Recovered!.Text is not null) ? TextLevel(cells, c => c.Recovered!.Text!) : null);
    }

    private TextLevel TextLevel(IReadOnlyList<CellSummary> cells, Func<CellResult, TextResult> text)
    {
        var own = Mean(cells, c => DocumentLosses(text(c)));
        var dense = Mean([.. cells.Select(c => DenseOf(c.Cell))], c => DocumentLosses(c.Text!));
        var increases = own.Zip(dense, (o, d) => o - d).ToArray();
        return new TextLevel(own.Average(), _bootstrap.Of(own), increases.Average(), increases.All(i => i == 0) ? new Interval(0, 0) : _bootstrap.Of(increases));
    }

    private double[] DenseScores(IReadOnlyList<CellSummary> cells) => Mean([.. cells.Select(c => DenseOf(c.Cell))], Scores);

    private double[] Scores(CellResult cell) => Scores(Results, cell.Predicted, cell.Text);

    private double[] RecoveredScores(CellResult cell) => Scores(Results, cell.Recovered!.Predicted, cell.Recovered.Text);

    /// <summary>By item, the mean over the cells.</summary>
    private static double[] Mean(IReadOnlyList<CellSummary> cells, Func<CellResult, double[]> scores)
    {
        double[]? mean = null;
        foreach (var cell in cells)
        {
            var own = scores(cell.Result);
            mean ??= new double[own.Length];
            for (var i = 0; i < own.Length; i++)
                mean[i] += own[i] / cells.Count;
        }
        return mean!;
    }

    /// <summary>By item, what the study judges by, the more the better: 1 for a right answer and 0 for a wrong one, or minus a document's share of the mean loss.</summary>
    private static double[] Scores(StudyResults results, IReadOnlyList<string> predicted, TextResult? text) => results.Items.Count > 0
        ? [.. predicted.Select((p, i) => p == results.Items[i].Gold ? 1.0 : 0)]
        : [.. DocumentLosses(text!).Select(loss => -loss)];

    private static Interval Negated(Interval interval) => new(-interval.High, -interval.Low);

    /// <summary>By document, its loss times documents / tokens: their mean is the mean over all tokens.</summary>
    private static double[] DocumentLosses(TextResult text)
    {
        var scale = text.Losses.Count / text.Tokens.Sum(t => (double)t);
        return [.. text.Losses.Select(loss => loss * scale)];
    }

    private static Dictionary<string, double> ByPhenomenon(IReadOnlyList<NliItem> items, bool[] correct)
        => correct.Select((right, i) => (items[i].Phenomenon, Correct: right)).Where(p => p.Phenomenon is not null)
            .GroupBy(p => p.Phenomenon!).ToDictionary(g => g.Key, g => g.Average(p => p.Correct ? 1.0 : 0.0));

    internal static Dictionary<string, CellProbe> BestProbes(CellResult result)
    {
        var vector = result.Probes.Count == 0 ? "" : result.Probes[0].Vector;
        // The lowest of equally good layers, so that the choice does not depend on the order of rows.
        return result.Probes.Where(p => p.Vector == vector).GroupBy(p => p.Task)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(p => p.DevAccuracy).ThenBy(p => p.Layer).First());
    }
}

/// <summary>Models that differ only in their training seed, with their levels.</summary>
/// <param name="Name">The family.</param>
/// <param name="Models">Its models.</param>
/// <param name="Dense">The uncompressed models.</param>
/// <param name="Levels">The factored ones, in the order of the grid.</param>
/// <param name="Encoded">Those whose weights or factors are pruned or rounded, likewise.</param>
public sealed record FamilySummary(string Name, IReadOnlyList<ModelFacts> Models, Level Dense, IReadOnlyList<Level> Levels, IReadOnlyList<Level> Encoded)
{
    /// <summary>Every compression, factored or encoded.</summary>
    public IReadOnlyList<Level> Compressed => [.. Levels, .. Encoded];

    /// <summary>The lines, in the order of the grid.</summary>
    public IReadOnlyList<MethodLine> Lines => [.. Levels.Select(l => l.Line!).Distinct()];

    /// <summary>The ratios, ascending.</summary>
    public IReadOnlyList<double> Removed => [.. Levels.Select(l => l.Removed).Distinct().Order()];

    /// <summary>The levels of a line, by ratio.</summary>
    public IReadOnlyList<Level> Of(MethodLine line) => [.. Levels.Where(l => l.Line == line).OrderBy(l => l.Removed)];

    /// <summary>A level; null where the grid has none.</summary>
    public Level? At(MethodLine line, double removed) => Levels.FirstOrDefault(l => l.Line == line && l.Removed == removed);
}
