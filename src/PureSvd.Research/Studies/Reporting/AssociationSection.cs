using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Whether what probes lose and what inference loses go together: over all cells, and within each ratio.</summary>
internal static class AssociationSection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        if (family.Levels.Count == 0 || family.Dense.Cells[0].BestProbes.Count == 0)
            return "";
        var outcome = Outcome.Of(summary);
        var association = new Association(summary, family);
        var points = family.Levels.SelectMany(l => l.Cells.Select(c => (Level: l, Cell: c, X: 100 * summary.ProbeLoss([c]).Loss, Y: outcome.Drawn(c.Loss)))).ToList();
        List<ScatterPoint> Of(double? removed) => [.. points.Where(p => removed is null || p.Level.Removed == removed).Select(p =>
        {
            var style = LineStyle.Of(family, p.Level.Line!);
            return new ScatterPoint(p.X, p.Y, style.Color, style.Marker, $"{p.Cell.Cell}: probing −{Phrase.Fixed(p.X, 1)}, {outcome.Name} {Phrase.Fixed(p.Y, 1)} lost");
        })];
        var panels = new List<string> { Panel($"fig-association-{numbers.Family}", "All ratios together", outcome.Axis, Of(null), association.Pearson(), 460, 350) };
        var small = family.Removed.Select((removed, i) => Panel($"fig-association-{numbers.Family}-{i}", $"{Phrase.Ratio(removed)} removed", outcome.Axis, Of(removed), association.Pearson(removed), 330, 270)).ToList();
        var caption = $"<b>{numbers.Figure()}. What probes lose against {outcome.Lost}</b>, one mark a compressed model, each against its own uncompressed model. Above: every ratio together, where both follow the ratio and so go together, or apart, for that reason alone. Below: within one ratio, where only a real association remains. r is Pearson's, with its 95{Phrase.ThinSpace}% interval by Fisher's z; the marks share test items and, in part, weights, so these intervals are narrower than they should be; the table has those that draw whole training seeds.";
        return Page.Figure($"figure-association-{numbers.Family}-all", "", panels, legend: LineStyle.Legend(family)).Replace("<figcaption></figcaption>", "", StringComparison.Ordinal)
            + Page.Figure($"figure-association-{numbers.Family}-within", caption, small, "small") + Table(family, outcome, association, numbers).Html();
    }

    private static string Panel(string id, string title, string axis, IReadOnlyList<ScatterPoint> points, Correlation association, double width, double height)
        => new ScatterPlot(id, title, "probing accuracy lost (points)", axis, points)
        {
            Width = width,
            Height = height,
            Note = [Note(association)],
        }.Render();

    private static string Note(Correlation a)
        => $"n = {a.Count}" + (double.IsFinite(a.Value) ? $", r = {Phrase.Fixed(a.Value, 2)}" + (double.IsFinite(a.Interval.Low) ? $" ({Phrase.Fixed(a.Interval.Low, 2)} to {Phrase.Fixed(a.Interval.High, 2)})" : "") : ", r not defined");

    private static ReportTable Table(FamilySummary family, Outcome outcome, Association association, FigureNumbers numbers)
    {
        IReadOnlyList<TableCell> Row(string removed, string coefficient, Correlation c, Interval bySeed)
            => [TableCell.Text(removed), TableCell.Text(coefficient), TableCell.Count(c.Count), Known(c.Value), Known(c.Interval.Low), Known(c.Interval.High), Known(bySeed.Low), Known(bySeed.High)];

        // Too few marks have no interval, and a single seed none by seed.
        TableCell Known(double value) => double.IsFinite(value) ? TableCell.Fixed(value, 2) : TableCell.Text("");

        IReadOnlyList<IReadOnlyList<TableCell>> rows =
        [
            Row("all", "Pearson’s r", association.Pearson(), association.PearsonBySeed()),
            Row("all, held fixed", "partial Spearman’s ρ", association.GivenRatio, association.GivenRatioBySeed),
            .. family.Removed.Select(r => Row(Phrase.Ratio(r), "Pearson’s r", association.Pearson(r), association.PearsonBySeed(r))),
        ];
        var caption = $"<b>{numbers.Table()}. Correlation of what probes lose with {outcome.Lost}</b>, over all compressed models, with the ratio held fixed, and within each ratio. The first interval is Fisher’s and takes the models for independent; the second draws whole training seeds, of which there {(family.Models.Count == 1 ? "is one" : $"are {Phrase.Count(family.Models.Count)}")}.";
        return new ReportTable($"table-association-{numbers.Family}", caption, ["removed", "coefficient", "n", "value", "low", "high", "low, by seed", "high, by seed"], rows);
    }
}
