namespace PureSvd.Research.Studies.Reporting;

/// <summary>Size and speed, cell by cell.</summary>
internal static class SpeedSection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var timing = summary.Results.Config.Timing;
        var levels = new[] { family.Dense }.Concat(family.Levels).Select(level => (IReadOnlyList<TableCell>)
        [
            TableCell.Text(level.Line is null ? "uncompressed" : level.Line.ToString()),
            TableCell.Percent(level.RemovedTargets, 2),
            TableCell.Percent(level.Cells.Average(c => c.Result.Size.RemovedModel), 2),
            TableCell.Count(level.Cells[0].Result.Size.Bytes),
            TableCell.Count(level.Cells[0].Result.Layers.Count(l => l.Rank > 0)),
            new(Ranks(level), Ranks(level)),
            TableCell.Fixed(level.Cells.Average(c => c.Result.Timing.MsPerExample), 3),
            new(Phrase.Fixed(level.Cells.Average(c => c.Result.Timing.Speedup), 2) + "×", Number.Text(level.Cells.Average(c => c.Result.Timing.Speedup))),
        ]).ToList();
        var table = new ReportTable($"table-speed-{numbers.Family}",
            $"<b>{numbers.Table()}. Size and speed.</b> Removed from the blocks and from the whole model; bytes of the checkpoint; how many of the {family.Dense.Cells[0].Result.Layers.Count} linear layers are factored, and at which ranks; time a {(summary.IsOfText ? "document" : "test pair")} in batches of {timing.Examples}, tokenization left out, and speed-up against the uncompressed model (medians of {timing.Repeats} interleaved runs{(family.Models.Count > 1 ? ", means over the training seeds" : "")}).",
            ["method, allocation", "blocks", "model", "bytes", "factored", "ranks", "ms", "speed-up"], levels);
        return table.Html() + Page.Details("Every cell", Cells(summary, family, numbers).Html());
    }

    private static string Ranks(Level level)
    {
        var ranks = level.Cells[0].Result.Layers.Where(l => l.Rank > 0).Select(l => l.Rank).ToList();
        return ranks.Count == 0 ? "" : ranks.Min() == ranks.Max() ? Number.Text(ranks.Min()) : $"{Number.Text(ranks.Min())}–{Number.Text(ranks.Max())}";
    }

    private static ReportTable Cells(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var outcome = Outcome.Of(summary);
        string[] labels = [.. summary.Results.Items.Select(i => i.Gold).Distinct().Order(StringComparer.Ordinal)];
        var answers = !summary.IsOfText;
        var texts = family.Dense.Text is not null;
        var rows = summary.Cells.Where(c => c.Model.Family == family.Name).Select(c => (IReadOnlyList<TableCell>)
        [
            TableCell.Text(c.Cell.Model), TableCell.Text(c.Cell.Method), TableCell.Text(c.Cell.Allocation), TableCell.Text(Number.Text(c.Cell.Removed)),
            TableCell.Text(c.Cell.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            .. answers ? new[] { TableCell.Percent(c.Accuracy), new(Phrase.PointRange(c.AccuracyInterval), $"{Number.Text(c.AccuracyInterval.Low)}..{Number.Text(c.AccuracyInterval.High)}") } : [],
            .. texts ? new[] { TableCell.Fixed(c.Perplexity, 3) } : [],
            new(c.Cell.IsDense ? "" : outcome.Amount(c.Loss), Number.Text(c.Loss)),
            new(c.Cell.IsDense ? "" : outcome.Range(c.LossInterval), c.Cell.IsDense ? "" : $"{Number.Text(c.LossInterval.Low)}..{Number.Text(c.LossInterval.High)}"),
            new(Phrase.PValue(c.AdjustedPValue), c.Cell.IsDense ? "" : Number.Text(c.AdjustedPValue)),
            .. answers ? new[] { TableCell.Percent(c.MeanProbe) } : [],
            TableCell.Fixed(c.MeanCka, 3),
            .. answers ? new[] { TableCell.Text(string.Join(" / ", labels.Select(label => Phrase.Percent((double)c.PredictionCounts.GetValueOrDefault(label) / summary.Results.Items.Count, 0)))) } : [],
        ]).ToList();
        List<string> columns = ["model", "method", "allocation", "removed", "seed"];
        if (answers)
            columns.AddRange(["accuracy", "95 %"]);
        if (texts)
            columns.Add("perplexity");
        columns.AddRange(["loss", "95 %", "p"]);
        if (answers)
            columns.Add("probing");
        columns.Add("CKA");
        if (answers)
            columns.Add("predictions");
        var predictions = answers ? $" Predictions: how often each of {Page.Escape(string.Join(" / ", labels))} was answered; a model that gives one answer always keeps the majority rate and understands nothing." : "";
        return new ReportTable($"table-cells-{numbers.Family}", $"<b>{numbers.Table()}. Every cell</b> against its own uncompressed model. Loss: of {outcome.Name}, with its 95{Phrase.ThinSpace}% interval.{predictions}",
            columns, rows, 5);
    }
}
