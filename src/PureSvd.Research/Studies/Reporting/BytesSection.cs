using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Every compression of a family by what it takes on disk: factorization, pruning and rounding on one plot.</summary>
internal static class BytesSection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        if (family.Compressed.Count == 0)
            return "";
        var panels = new List<string>();
        if (!summary.IsOfText)
            panels.Add(Panel($"fig-bytes-{numbers.Family}-0", family, "Inference accuracy", "accuracy (%)", l => 100 * l.Accuracy, l => new Interval(100 * l.AccuracyInterval.Low, 100 * l.AccuracyInterval.High), v => $"{Phrase.Fixed(v, 1)}{Phrase.ThinSpace}%", fewer: false));
        if (family.Dense.Text is not null)
            panels.Add(Panel($"fig-bytes-{numbers.Family}-1", family, "Perplexity", "perplexity", l => l.Text!.Perplexity, l => l.Text!.PerplexityInterval, v => Phrase.Fixed(v, 2), fewer: true));
        var lines = family.Compressed.Select(l => l.Line!).Distinct().ToList();
        var caption = $"<b>{numbers.Figure()}. {(summary.IsOfText ? "Perplexity" : "Accuracy")} against bytes.</b> Horizontal: the tensors of the checkpoint, index and scales of what is encoded included; encoded weights are decoded to be used, so bytes on disk are what they save. Whiskers: 95{Phrase.ThinSpace}% intervals over the test items. The broad line is the Pareto front: what no other compression of this study reaches with as few bytes, by the means{(family.Models.Count > 1 ? " over the seeds" : "")}; its points are named.";
        return Page.Figure($"fig-bytes-{numbers.Family}", caption, panels, legend: LineStyle.Legend(family, lines)) + Table(summary, family, numbers).Html();
    }

    private static string Panel(string id, FamilySummary family, string title, string axis, Func<Level, double> value, Func<Level, Interval> interval, Func<double, string> format, bool fewer)
    {
        static double Megabytes(Level level) => level.Bytes / 1e6;
        var series = family.Compressed.GroupBy(l => l.Line!).Select(line =>
        {
            var style = LineStyle.Of(family, line.Key);
            return new ChartSeries(line.Key.ToString(), [.. line.OrderBy(l => l.Bytes).Select(l => new ChartPoint(Megabytes(l), value(l), interval(l).Low, interval(l).High, $"{Name(l)}: {Phrase.Fixed(Megabytes(l), 2)} MB, {format(value(l))}"))], style.Color, style.Marker, style.Dashes);
        }).ToList();
        var front = ParetoFront.Of([family.Dense, .. family.Compressed], l => l.Bytes, l => fewer ? -value(l) : value(l));
        // A step: between two sizes nothing better than the smaller is known.
        var steps = front.SelectMany((l, i) => i == 0 ? new[] { (Megabytes(l), value(l)) } : [(Megabytes(l), value(front[i - 1])), (Megabytes(l), value(l))]).ToList();
        var values = series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Y, p.Low, p.High }).Where(double.IsFinite).Append(value(family.Dense)).ToList();
        return new LineChart(id, title, "checkpoint (MB)", axis, series)
        {
            Height = 380,
            XRange = (series.SelectMany(s => s.Points).Min(p => p.X), Megabytes(family.Dense)),
            YRange = (values.Min(), values.Max()),
            LogarithmicY = fewer,
            DirectLabels = false,
            Front = steps,
            Notes = [.. front.Where(l => l.Line is not null).Select(l => (Megabytes(l), value(l), Name(l)))],
            References = [new ReferenceLine(value(family.Dense), "uncompressed")],
        }.Render();
    }

    /// <summary>Such as <c>svd uniform 20 %</c> or <c>rtn-int8</c>.</summary>
    internal static string Name(Level level) => level.Line is null ? "uncompressed" : level.Removed == 0 ? level.Line.ToString() : $"{level.Line} {Phrase.Ratio(level.Removed)}";

    private static ReportTable Table(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var outcome = Outcome.Of(summary);
        var (answers, texts) = (!summary.IsOfText, family.Dense.Text is not null);
        Level[] all = [family.Dense, .. family.Compressed];
        var front = (answers ? ParetoFront.Of(all, l => l.Bytes, l => l.Accuracy) : []).ToHashSet();
        var textFront = (texts ? ParetoFront.Of(all, l => l.Bytes, l => -l.Text!.Perplexity) : []).ToHashSet();
        var roundings = RoundingComparison.All(summary, family).ToDictionary(c => c.Factored);
        var rows = all.OrderByDescending(l => l.Bytes).Select(level =>
        {
            var rounding = roundings.GetValueOrDefault(level);
            return (IReadOnlyList<TableCell>)
            [
                TableCell.Text(Name(level)),
                new(Phrase.Bytes((long)level.Bytes), Number.Text(level.Bytes)),
                TableCell.Percent(level.Bytes / family.Dense.Bytes),
                .. answers ? new[] { TableCell.Percent(level.Accuracy), new(Phrase.PointRange(level.AccuracyInterval), $"{Number.Text(level.AccuracyInterval.Low)}..{Number.Text(level.AccuracyInterval.High)}"), TableCell.Text(front.Contains(level) ? "●" : "") } : [],
                .. texts ? new[] { TableCell.Fixed(level.Text!.Perplexity, 3), TableCell.Text(textFront.Contains(level) ? "●" : "") } : [],
                TableCell.Text(rounding?.Rounded.Line!.ToString() ?? ""),
                new(rounding is null ? "" : outcome.Change(rounding.Gain), rounding is null ? "" : Number.Text(rounding.Gain)),
                new(rounding is null ? "" : outcome.Changes(rounding.Interval), rounding is null ? "" : $"{Number.Text(rounding.Interval.Low)}..{Number.Text(rounding.Interval.High)}"),
                new(rounding is null ? "" : Phrase.PValue(rounding.PValue), rounding is null ? "" : Number.Text(rounding.PValue)),
            ];
        }).ToList();
        List<string> columns = ["compression", "size", "of dense"];
        if (answers)
            columns.AddRange(["accuracy", "95 %", "front"]);
        if (texts)
            columns.AddRange(["perplexity", "front"]);
        columns.AddRange(["rounded", "gains", "95 %", "p"]);
        return new ReportTable($"table-bytes-{numbers.Family}",
            $"<b>{numbers.Table()}. By size.</b> ● is on the Pareto front. Last columns: the rounding of the dense weights that comes nearest in size without being larger, and what it gains over the factorization on the same items (paired bootstrap; p of {outcome.Test}, Holm-corrected over all {Phrase.Count(summary.Comparisons.Count)} comparisons of the study, the largest of the models).",
            columns, rows);
    }
}

/// <summary>A factorization beside the rounding that is tested against it.</summary>
/// <param name="Rounded">The rounding, no larger than the factorization.</param>
/// <param name="Factored">The factorization.</param>
/// <param name="Gain">Mean score of the rounding less that of the factorization.</param>
/// <param name="Interval">Its 95 % interval.</param>
/// <param name="Significant">How many of the single models differ significantly that way.</param>
/// <param name="Tests">How many there are.</param>
/// <param name="PValue">The largest of their p-values.</param>
internal sealed record RoundingComparison(Level Rounded, Level Factored, double Gain, Interval Interval, int Significant, int Tests, double PValue)
{
    /// <summary>Whether the rounding is better, its whole interval included.</summary>
    internal bool Wins => Interval.Low > 0;

    /// <summary>Whether the factorization is.</summary>
    internal bool Loses => Interval.High < 0;

    /// <summary>Every comparison of the family.</summary>
    internal static IReadOnlyList<RoundingComparison> All(StudySummary summary, FamilySummary family)
    {
        var tests = summary.Comparisons.Where(c => c.Kind == ComparisonKind.Bytes).ToDictionary(c => c.Second);
        // What is smaller than every rounding has no test. Models of a family have the same sizes, and so the same rounding.
        var tested = family.Levels.Where(l => l.Cells.All(c => tests.ContainsKey(c.Cell)))
            .Select(l => (Rounded: family.Encoded.First(r => r.Line!.Method == tests[l.Cells[0].Cell].First.Method), Factored: l)).ToList();
        return [.. tested.Zip(summary.Compare(tested), (pair, compared) =>
        {
            var own = pair.Factored.Cells.Select(c => tests[c.Cell]).ToList();
            return new RoundingComparison(
                pair.Rounded, pair.Factored, compared.Gain, compared.Interval, own.Count(t => t.IsSignificant && Math.Sign(t.Gain) == Math.Sign(compared.Gain)), own.Count, own.Max(t => t.AdjustedPValue));
        })];
    }
}
