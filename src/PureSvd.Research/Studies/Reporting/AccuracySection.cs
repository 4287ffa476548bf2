using System.Text;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Accuracy against size, as a figure and as a table.</summary>
internal static class AccuracySection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var html = new StringBuilder();
        var seeds = family.Models.Count > 1 ? $" Small marks are the {Phrase.Plural(family.Models.Count, "training seed")}, large ones their mean." : "";
        var panels = new List<string> { Panel($"fig-accuracy-{numbers.Family}-0", family, "Inference accuracy", l => l.Accuracy, l => l.AccuracyInterval, c => c.Accuracy, ResultsCsv.Majority(summary.Results.Items), "majority") };
        if (family.Dense.Cells[0].BestProbes.Count > 0)
            panels.Add(Panel($"fig-accuracy-{numbers.Family}-1", family, "Probing accuracy, mean over tasks and layers", l => l.MeanLayerProbe,
                l => new Interval(l.MeanLayerProbe - (l.ProbeLossInterval.High - l.ProbeLoss), l.MeanLayerProbe + (l.ProbeLoss - l.ProbeLossInterval.Low)), c => c.MeanLayerProbe,
                family.Dense.Cells[0].BestProbes.Values.Average(p => p.Majority), "majority"));
        html.Append(Page.Figure($"fig-accuracy-{numbers.Family}",
            $"<b>{numbers.Figure()}. Accuracy against size.</b> Horizontal: the fraction of the transformer blocks' weights that was removed; embeddings and classifier stay whole. Whiskers: 95{Phrase.ThinSpace}% intervals: left over the test items, right of the loss against the uncompressed models, over the test sentences.{seeds} Dashed lines: the uncompressed models, and always answering the most frequent label.",
            panels, legend: LineStyle.Legend(family)));
        html.Append(LevelTable(summary, family, numbers).Html());
        return html.ToString();
    }

    private static string Panel(string id, FamilySummary family, string title, Func<Level, double> mean, Func<Level, Interval> interval, Func<CellSummary, double> single, double floor, string floorLabel)
    {
        var series = family.Lines.Select(line =>
        {
            var style = LineStyle.Of(family, line);
            var points = new List<ChartPoint> { new(0, 100 * mean(family.Dense)) };
            foreach (var level in family.Of(line))
                points.Add(new ChartPoint(100 * level.RemovedTargets, 100 * mean(level), 100 * interval(level).Low, 100 * interval(level).High,
                    $"{line}, {Phrase.Ratio(level.Removed)} removed: {Phrase.Percent(mean(level))} ({Phrase.PointRange(interval(level))})"));
            var replicates = family.Models.Count < 2 ? [] : family.Of(line).SelectMany(l => l.Cells).Select(c => new ChartPoint(100 * c.Result.Size.RemovedTargets, 100 * single(c), Tooltip: $"{c.Cell}: {Phrase.Percent(single(c))}")).ToList();
            return new ChartSeries(line.ToString(), points, style.Color, style.Marker, style.Dashes, replicates);
        }).ToList();
        var highest = family.Removed.Count > 0 ? 100 * family.Removed[^1] : 100;
        var ticks = Enumerable.Range(0, (int)Math.Ceiling(highest / 20 - 1e-9) + 1).Select(i => 20.0 * i).ToList();
        var low = series.SelectMany(s => s.Points.Concat(s.Replicates ?? [])).SelectMany(p => new[] { p.Y, p.Low }).Where(double.IsFinite).Append(100 * floor).Min();
        return new LineChart(id, title, "weights removed from the blocks (%)", "accuracy (%)", series)
        {
            XRange = (0, ticks[^1]),
            XTicks = ticks,
            YRange = (low, 100),
            References = [new ReferenceLine(100 * mean(family.Dense), "uncompressed"), new ReferenceLine(100 * floor, floorLabel)],
        }.Render();
    }

    private static ReportTable LevelTable(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var ranged = family.Levels.Any(l => l.Cells.Count > 1);
        var rows = new[] { family.Dense }.Concat(family.Levels).Select(level =>
        {
            var first = level.Cells[0];
            var p = level.Cells.Select(c => c.AdjustedPValue).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
            var dense = level.Line is null;
            return (IReadOnlyList<TableCell>)
            [
                TableCell.Text(dense ? "uncompressed" : level.Line!.ToString()),
                TableCell.Percent(level.RemovedTargets),
                TableCell.Percent(level.Cells.Average(c => c.Result.Size.RemovedModel)),
                new(Phrase.Bytes(first.Result.Size.Bytes), Number.Text(first.Result.Size.Bytes)),
                TableCell.Percent(level.Accuracy),
                new(Phrase.PointRange(level.AccuracyInterval), $"{Number.Text(level.AccuracyInterval.Low)}..{Number.Text(level.AccuracyInterval.High)}"),
                .. ranged ? new[] { Range(level) } : [],
                new(dense ? "" : Phrase.Points(level.Loss), dense ? "" : Number.Text(level.Loss)),
                new(dense ? "" : Phrase.PointRange(level.LossInterval), dense ? "" : $"{Number.Text(level.LossInterval.Low)}..{Number.Text(level.LossInterval.High)}"),
                new(dense ? "" : Phrase.PValue(p), dense ? "" : Number.Text(p)),
                TableCell.Percent(level.MeanProbe),
                TableCell.Percent(level.MeanLayerProbe),
                TableCell.Fixed(level.Cells.Average(c => c.MeanCka), 3),
            ];
        }).ToList();

        static TableCell Range(Level level)
        {
            var (low, high) = (level.Cells.Min(c => c.Accuracy), level.Cells.Max(c => c.Accuracy));
            return new(level.Cells.Count < 2 ? "" : $"{Phrase.Points(low)} to {Phrase.Points(high)}", level.Cells.Count < 2 ? "" : $"{Number.Text(low)}..{Number.Text(high)}");
        }

        string[] range = ranged ? ["range"] : [];
        return new ReportTable($"table-levels-{numbers.Family}",
            $"<b>{numbers.Table()}. Every method and ratio</b>{(family.Models.Count > 1 ? $", means over {Phrase.Plural(family.Models.Count, "training seed")}" : "")}. Removed: from the blocks, and from the whole model; size of the checkpoint. Loss: points of inference accuracy below the uncompressed models on the same items, with its 95{Phrase.ThinSpace}% interval (paired bootstrap). p: McNemar's exact test, Holm-corrected over all {Phrase.Count(summary.Comparisons.Count)} comparisons of the study, the largest of the models.{(!ranged ? "" : " Range: the lowest and the highest single model, over the seeds of training and of calibration.")} Probing: mean over the tasks, at each one’s best layer on dev, and over all layers after the embeddings. CKA: mean over the layers.",
            ["method, allocation", "blocks", "model", "size", "accuracy", "95 %", .. range, "loss", "95 %", "p", "probing, best layer", "mean of layers", "CKA"], rows);
    }
}
