using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>How fast the singular values of the dense weights fall, by matrix type and layer.</summary>
internal static class SpectraSection
{
    private const int PointsPerLine = 64;

    internal static string Html(FamilySummary family, FigureNumbers numbers)
    {
        var spectra = family.Models[0].Spectra;
        if (spectra.Count == 0)
            return "";
        var kinds = spectra.Select(s => s.Kind).Distinct().ToList();
        var layers = spectra.Select(s => s.Layer).Distinct().Order().ToList();
        var panels = kinds.Select((kind, i) => Panel($"fig-spectra-{numbers.Family}-{i}", kind, [.. spectra.Where(s => s.Kind == kind)], layers));
        var legend = $"<ul class=\"legend\">{string.Concat(layers.Select((l, i) => $"<li><svg aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 34 14\"><line x1=\"1\" y1=\"7\" x2=\"33\" y2=\"7\" class=\"line\" style=\"stroke:{Palette.Ordered(i, layers.Count)}\"/></svg>block {Number.Text(l)}</li>"))}</ul>";
        return Page.Figure($"fig-spectra-{numbers.Family}",
            $"<b>{numbers.Figure()}. Singular values of the uncompressed weights</b>{(family.Models.Count > 1 ? $" (of {Page.Escape(family.Models[0].Name)})" : "")}, as fractions of the largest, on a logarithmic axis. A line that falls early could be cut early. Dashed: the break-even rank, at which factors are as large as the matrix; every useful truncation lies to its left.",
            panels, "small", legend, Table(family, numbers).CsvLink("Effective ranks as CSV"));
    }

    private static string Panel(string id, string kind, List<Spectrum> spectra, List<int> layers)
    {
        var series = spectra.Select(s =>
        {
            // Evenly spaced ranks, the last one included: more would not be seen.
            var ranks = Enumerable.Range(0, PointsPerLine).Select(i => (int)Math.Round(i * (s.Values.Length - 1.0) / (PointsPerLine - 1))).Distinct();
            return new ChartSeries($"block {Number.Text(s.Layer)}", [.. ranks.Select(r => new ChartPoint(r + 1, s.Values[r] / s.Values[0])).Where(p => p.Y > 0)], Palette.Ordered(layers.IndexOf(s.Layer), layers.Count), -1);
        }).ToList();
        var least = series.SelectMany(s => s.Points).Select(p => p.Y).DefaultIfEmpty(1).Min();
        return new LineChart(id, $"{kind}  {Number.Text(spectra[0].Outputs)} × {Number.Text(spectra[0].Inputs)}", "rank i", "σᵢ / σ₁", series)
        {
            Width = 330,
            Height = 250,
            LogarithmicY = true,
            YRange = (Math.Max(least, 1e-4), 1),
            DirectLabels = false,
            References = [new ReferenceLine(spectra[0].BreakEvenRank, $"break-even {Phrase.Fixed(spectra[0].BreakEvenRank, 0)}", Vertical: true)],
        }.Render();
    }

    private static ReportTable Table(FamilySummary family, FigureNumbers numbers) => new(
        $"spectra-{numbers.Family}", "", ["model", "block", "matrix", "outputs", "inputs", "break_even_rank", "effective_rank", "largest", "smallest"],
        [.. family.Models.SelectMany(m => m.Spectra.Select(s => (IReadOnlyList<TableCell>)
            [TableCell.Text(m.Name), TableCell.Count(s.Layer), TableCell.Text(s.Kind), TableCell.Count(s.Outputs), TableCell.Count(s.Inputs),
                TableCell.Fixed(s.BreakEvenRank, 1), TableCell.Fixed(s.EffectiveRank, 1), TableCell.Fixed(s.Values[0], 3), TableCell.Fixed(s.Values[^1], 5)]))]);
}
