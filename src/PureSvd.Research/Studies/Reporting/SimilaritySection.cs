using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>How like the dense model's the hidden states still are, layer by layer.</summary>
internal static class SimilaritySection
{
    internal static string Html(FamilySummary family, FigureNumbers numbers)
    {
        if (family.Levels.Count == 0 || family.Levels[0].Cells[0].Result.Cka.Count == 0)
            return "";
        var layers = family.Dense.Cells[0].Result.Cka.Count;
        var panels = family.Removed.Select((removed, i) => Panel($"fig-cka-{numbers.Family}-{i}", family, removed, layers));
        var rows = family.Levels.Select(l => (IReadOnlyList<TableCell>)[TableCell.Text(l.Line!.ToString()), TableCell.Text(Number.Text(l.Removed)), .. Enumerable.Range(0, layers).Select(h => TableCell.Fixed(Mean(l, h), 4))]).ToList();
        var table = new ReportTable($"cka-{numbers.Family}", "", ["method, allocation", "removed", .. Enumerable.Range(0, layers).Select(h => $"layer {Number.Text(h)}")], rows, 2);
        return Page.Figure($"fig-cka-{numbers.Family}",
            $"<b>{numbers.Figure()}. Likeness of hidden states</b>: linear CKA of sentence vectors between the compressed and the uncompressed model, layer by layer (1: the same up to rotation and scale){(family.Models.Count > 1 ? "; means over the training seeds" : "")}.",
            panels, "small", LineStyle.Legend(family), table.CsvLink("Data as CSV"));
    }

    private static string Panel(string id, FamilySummary family, double removed, int layers)
    {
        var series = family.Lines.Where(l => family.At(l, removed) is not null).Select(line =>
        {
            var style = LineStyle.Of(family, line);
            var level = family.At(line, removed)!;
            return new ChartSeries("", [.. Enumerable.Range(0, layers).Select(h => new ChartPoint(h, Mean(level, h), Tooltip: $"{line}, layer {Number.Text(h)}: {Phrase.Fixed(Mean(level, h), 3)}"))], style.Color, style.Marker, style.Dashes);
        }).ToList();
        return new LineChart(id, $"{Phrase.Ratio(removed)} removed", "layer", "linear CKA", series)
        {
            Width = 330,
            Height = 250,
            XRange = (0, layers - 1),
            XTicks = [.. Enumerable.Range(0, layers).Where(h => layers <= 9 || h % 2 == 0).Select(h => (double)h)],
            YRange = (0, 1),
            DirectLabels = false,
            Description = $"Linear CKA by layer at {Phrase.Ratio(removed)} removed, one line for each method and allocation.",
        }.Render();
    }

    private static double Mean(Level level, int layer) => level.Cells.Average(c => c.Result.Cka[layer]);
}
