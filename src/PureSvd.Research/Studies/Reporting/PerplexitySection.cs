using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Perplexity of text against size, as a figure and as a table.</summary>
internal static class PerplexitySection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        if (family.Dense.Text is null)
            return "";
        var text = family.Dense.Cells[0].Result.Text!;
        var seeds = family.Models.Count > 1 ? $" Small marks are the {Phrase.Plural(family.Models.Count, "training seed")}, large ones the exponential of their mean −log p." : "";
        return Page.Figure($"fig-perplexity-{numbers.Family}",
            $"<b>{numbers.Figure()}. Perplexity against size</b>, on a logarithmic axis: exp of the mean −log p a token over {Phrase.Plural(text.Losses.Count, "document")} of {Phrase.Count(text.Tokens.Sum(t => (long)t))} tokens (rolling windows, every token predicted once). Horizontal: the fraction of the transformer blocks’ weights that was removed. Whiskers: 95{Phrase.ThinSpace}% intervals over the documents.{seeds} Dashed line: the uncompressed {(family.Models.Count > 1 ? "models" : "model")}.",
            [Panel(family, numbers)], legend: LineStyle.Legend(family)) + Table(summary, family, numbers).Html();
    }

    private static string Panel(FamilySummary family, FigureNumbers numbers)
    {
        var series = family.Lines.Select(line =>
        {
            var style = LineStyle.Of(family, line);
            var points = family.Of(line).Select(level => new ChartPoint(100 * level.RemovedTargets, level.Text!.Perplexity, level.Text.PerplexityInterval.Low, level.Text.PerplexityInterval.High,
                $"{line}, {Phrase.Ratio(level.Removed)} removed: {Phrase.Fixed(level.Text.Perplexity, 2)} ({Range(level.Text.PerplexityInterval)})"));
            var replicates = family.Models.Count < 2 ? [] : family.Of(line).SelectMany(l => l.Cells).Select(c => new ChartPoint(100 * c.Result.Size.RemovedTargets, c.Perplexity, Tooltip: $"{c.Cell}: {Phrase.Fixed(c.Perplexity, 2)}")).ToList();
            return new ChartSeries(line.ToString(), [new(0, family.Dense.Text!.Perplexity), .. points], style.Color, style.Marker, style.Dashes, replicates);
        }).ToList();
        var highest = family.Removed.Count > 0 ? 100 * family.Removed[^1] : 100;
        var ticks = Enumerable.Range(0, (int)Math.Ceiling(highest / 20 - 1e-9) + 1).Select(i => 20.0 * i).ToList();
        return new LineChart($"fig-perplexity-{numbers.Family}-0", "Perplexity", "weights removed from the blocks (%)", "perplexity", series)
        {
            Width = 500,
            Height = 350,
            XRange = (0, ticks[^1]),
            XTicks = ticks,
            LogarithmicY = true,
            References = [new ReferenceLine(family.Dense.Text!.Perplexity, "uncompressed")],
        }.Render();
    }

    private static ReportTable Table(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var rows = new[] { family.Dense }.Concat(family.Levels).Select(level =>
        {
            var (text, dense) = (level.Text!, level.Line is null);
            List<TableCell> row =
            [
                TableCell.Text(dense ? "uncompressed" : level.Line!.ToString()),
                TableCell.Percent(level.RemovedTargets),
                TableCell.Percent(level.Cells.Average(c => c.Result.Size.RemovedModel)),
                new(Phrase.Bytes(level.Cells[0].Result.Size.Bytes), Number.Text(level.Cells[0].Result.Size.Bytes)),
                TableCell.Fixed(text.Perplexity, 3),
                new(Range(text.PerplexityInterval), Data(text.PerplexityInterval)),
                TableCell.Fixed(text.MeanLoss, 4),
                new(dense ? "" : Phrase.Fixed(text.Increase, 4), dense ? "" : Number.Text(text.Increase)),
                new(dense ? "" : $"{Phrase.Fixed(text.IncreaseInterval.Low, 4)} to {Phrase.Fixed(text.IncreaseInterval.High, 4)}", dense ? "" : Data(text.IncreaseInterval)),
            ];
            if (summary.IsOfText)
            {
                var p = level.Cells.Select(c => c.AdjustedPValue).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
                row.Add(new(dense ? "" : Phrase.PValue(p), dense ? "" : Number.Text(p)));
                row.Add(TableCell.Fixed(level.Cells.Average(c => c.MeanCka), 3));
            }
            return (IReadOnlyList<TableCell>)row;
        }).ToList();
        List<string> columns = ["method, allocation", "blocks", "model", "size", "perplexity", "95 %", "loss", "rise", "95 %"];
        if (summary.IsOfText)
            columns.AddRange(["p", "CKA"]);
        var more = summary.IsOfText ? " p: sign test over the documents, Holm-corrected over all comparisons of the study, the largest of the training seeds. CKA: mean over the layers." : "";
        return new ReportTable($"table-perplexity-{numbers.Family}",
            $"<b>{numbers.Table()}. Perplexity of every method and ratio</b>. Removed: from the blocks, and from the whole model; size of the checkpoint. Loss: the mean of −log p a token, in nats; its rise over the uncompressed {(family.Models.Count > 1 ? "models" : "model")} on the same documents, with its 95{Phrase.ThinSpace}% interval (paired bootstrap).{more}",
            columns, rows);
    }

    private static string Range(Interval interval) => $"{Phrase.Fixed(interval.Low, 2)} to {Phrase.Fixed(interval.High, 2)}";

    private static string Data(Interval interval) => $"{Number.Text(interval.Low)}..{Number.Text(interval.High)}";
}
