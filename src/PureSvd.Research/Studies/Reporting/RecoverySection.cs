using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Before and after training on, with one budget for every factorization.</summary>
internal static class RecoverySection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        if (summary.Results.Config.Recover is not { } settings || !family.Levels.Any(l => l.Recovered is not null))
            return "";
        var outcome = Outcome.Of(summary);
        var recovered = family.Levels.Where(l => l.Recovered is not null).ToList();
        var values = recovered.SelectMany(l => new[] { outcome.Value(l), outcome.RecoveredValue(l) }).Append(outcome.Value(family.Dense)).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var panels = recovered.GroupBy(l => (l.Line!.Allocation, l.Removed)).OrderBy(g => g.Key.Removed).Select((g, i) => Panel($"fig-recovery-{numbers.Family}-{i}", family, g.Key.Allocation, g.Key.Removed, [.. g], outcome, (values.Min(), values.Max())));
        var steps = recovered[0].Cells[0].Result.Recovered!.Steps;
        var budget = $"{Phrase.Count(steps)} updates of {settings.Batch} {(summary.IsOfText ? "windows of training text" : "training pairs")}, {(settings.Update == "all" ? "every weight trained" : "the factors alone trained")}{(settings.Distill > 0 ? $", the uncompressed model’s logits counting {Phrase.Fixed(settings.Distill, 2)} beside the labels" : "")}, the peak of the learning rate {Number.Text(settings.LearningRate)}";
        var dense = family.Dense.Recovered is { } trained ? $" The uncompressed {(family.Models.Count > 1 ? "models" : "model")}, trained on likewise, {(family.Models.Count > 1 ? "change" : "changes")} by {outcome.Change(-trained.Loss)}." : "";
        return Page.Figure($"fig-recovery-{numbers.Family}",
            $"<b>{numbers.Figure()}. Training after compression</b>, the same for every method: {budget}. Left the compressed model as it is, right after training. Dashed line: the uncompressed {(family.Models.Count > 1 ? "models" : "model")} before any further training.{dense}",
            panels, "small", LineStyle.Legend(family)) + Table(summary, family, outcome, numbers).Html();
    }

    private static string Panel(string id, FamilySummary family, string allocation, double removed, IReadOnlyList<Level> levels, Outcome outcome, (double Low, double High) range)
    {
        var series = levels.Select(level =>
        {
            var style = LineStyle.Of(family, level.Line!);
            var (before, after) = (outcome.Value(level), outcome.RecoveredValue(level));
            return new ChartSeries(level.Line!.Method, [new ChartPoint(0, before, Tooltip: $"{level.Line} before: {Phrase.Fixed(before, 2)}"), new ChartPoint(1, after, Tooltip: $"{level.Line} after: {Phrase.Fixed(after, 2)}")], style.Color, style.Marker, style.Dashes);
        }).ToList();
        return new LineChart(id, $"{allocation}, {Phrase.Ratio(removed)} removed", "", outcome.ValueAxis, series)
        {
            Width = 330,
            Height = 280,
            XRange = (-0.15, 1.15),
            XTicks = [0, 1],
            XTickLabels = ["before", "after"],
            YRange = range,
            LogarithmicY = outcome.IsLogarithmic,
            References = [new ReferenceLine(outcome.Value(family.Dense), "uncompressed")],
            Description = $"Before and after training, one line for each of {string.Join(", ", levels.Select(l => l.Line!.Method))}.",
        }.Render();
    }

    private static ReportTable Table(StudySummary summary, FamilySummary family, Outcome outcome, FigureNumbers numbers)
    {
        var texts = !summary.IsOfText && family.Dense.Text is not null;
        var rows = new[] { family.Dense }.Concat(family.Levels).Where(l => l.Recovered is not null).Select(level =>
        {
            var after = level.Recovered!;
            var p = level.Cells.Select(c => c.Recovered!.AdjustedPValue).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
            return (IReadOnlyList<TableCell>)
            [
                TableCell.Text(BytesSection.Name(level)),
                TableCell.Fixed(outcome.Value(level), 2), TableCell.Fixed(outcome.RecoveredValue(level), 2),
                new(level.Line is null ? "" : outcome.Change(-level.Loss), Number.Text(-level.Loss)),
                new(outcome.Change(-after.Loss), Number.Text(-after.Loss)),
                new(outcome.Changes(new(-after.LossInterval.High, -after.LossInterval.Low)), $"{Number.Text(-after.LossInterval.High)}..{Number.Text(-after.LossInterval.Low)}"),
                new(level.Line is null ? "" : Phrase.PValue(p), level.Line is null ? "" : Number.Text(p)),
                .. texts ? new[] { TableCell.Fixed(level.Text!.Perplexity, 3), TableCell.Fixed(after.Text!.Perplexity, 3) } : [],
                TableCell.Fixed(level.Cells.Average(c => c.Result.Recovered!.FirstLoss), 3), TableCell.Fixed(level.Cells.Average(c => c.Result.Recovered!.LastLoss), 3),
                TableCell.Fixed(level.Cells.Average(c => c.Result.Recovered!.Seconds), 1),
            ];
        }).ToList();
        List<string> columns = ["compression", $"{outcome.ValueName} before", "after", "against dense, before", "after", "95 %", "p"];
        if (texts)
            columns.AddRange(["perplexity before", "after"]);
        columns.AddRange(["training loss, first tenth", "last tenth", "seconds"]);
        return new ReportTable($"table-recovery-{numbers.Family}",
            $"<b>{numbers.Table()}. Before and after training</b>, against the uncompressed {(family.Models.Count > 1 ? "models" : "model")} before any further training, on the same items: mean{(family.Models.Count > 1 ? " over the seeds" : "")}, 95{Phrase.ThinSpace}% interval (paired bootstrap), the largest Holm-corrected p of {outcome.Test}.",
            columns, rows);
    }
}
