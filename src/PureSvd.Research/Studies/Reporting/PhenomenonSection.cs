using System.Text;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Accuracy by phenomenon: a heat map a method, and a table.</summary>
internal static class PhenomenonSection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var counts = summary.Results.Items.Where(i => i.Phenomenon is not null).GroupBy(i => i.Phenomenon!).ToDictionary(g => g.Key, g => g.Count());
        if (counts.Count == 0)
            return "<p>The test file does not say what its pairs test, so accuracy cannot be divided by phenomenon.</p>\n";
        var phenomena = counts.Keys.OrderByDescending(p => Mean(family.Dense, p)).ThenBy(p => p, StringComparer.Ordinal).ToList();
        var panels = family.Lines.Select((line, i) => Map($"fig-phenomena-{numbers.Family}-{i}", line, family, phenomena));
        var html = new StringBuilder();
        html.Append(Page.Figure($"fig-phenomena-{numbers.Family}",
            $"<b>{numbers.Figure()}. Accuracy by phenomenon</b>, in per cent{(family.Models.Count > 1 ? ", means over the training seeds" : "")}. Columns: weights removed from the blocks; 0 is the uncompressed model. Each row rests on {Range(counts.Values)} pairs, so differences of fewer than about {Phrase.Fixed(200 * Math.Sqrt(0.25 / counts.Values.Min()), 0)} points between two cells may be chance.",
            panels, "maps wide", Ramp("accuracy", "0", "100 %", t => Palette.Sequential(t)), Table(family, phenomena, counts, numbers).CsvLink("Data as CSV")));
        return html.ToString();
    }

    /// <summary>A key to colours.</summary>
    internal static string Ramp(string name, string low, string high, Func<double, Shade> color)
        => $"<p class=\"ramp\"><span>{Page.Escape(name)}</span><span>{Page.Escape(low)}</span><i style=\"background:linear-gradient(90deg,{string.Join(',', Enumerable.Range(0, 9).Select(i => color(i / 8.0).Fill))})\"></i><span>{Page.Escape(high)}</span></p>";

    private static string Map(string id, MethodLine line, FamilySummary family, List<string> phenomena)
    {
        var levels = family.Of(line).Prepend(family.Dense).ToList();
        return new HeatMap(id, line.ToString(), [.. phenomena.Select(Readable)], [.. levels.Select(l => Phrase.Fixed(100 * l.Removed, 0))],
            [.. phenomena.Select(p => levels.Select(l => Mean(l, p)).ToList())])
        {
            Color = v => Palette.Sequential(v),
            Format = v => Phrase.Fixed(100 * v, 0),
            CellWidth = 36,
            XLabel = "weights removed (%)",
        }.Render();
    }

    private static ReportTable Table(FamilySummary family, List<string> phenomena, Dictionary<string, int> counts, FigureNumbers numbers)
    {
        var levels = family.Levels.Prepend(family.Dense).ToList();
        return new ReportTable($"phenomena-{numbers.Family}", "", ["method, allocation, removed", .. phenomena],
            [new[] { TableCell.Text("pairs") }.Concat(phenomena.Select(p => TableCell.Count(counts[p]))).ToList(),
                .. levels.Select(l => new[] { TableCell.Text(l.Line is null ? "uncompressed" : $"{l.Line} {Number.Text(l.Removed)}") }.Concat(phenomena.Select(p => TableCell.Percent(Mean(l, p)))).ToList())]);
    }

    private static double Mean(Level level, string phenomenon) => level.Cells.Average(c => c.ByPhenomenon[phenomenon]);

    private static string Readable(string phenomenon) => phenomenon.Replace('_', ' ');

    private static string Range(IReadOnlyCollection<int> counts) => counts.Min() == counts.Max() ? Phrase.Count(counts.Min()) : $"{Phrase.Count(counts.Min())} to {Phrase.Count(counts.Max())}";
}
