using System.Text;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Methods against each other on the same items, at the same ratio and allocation.</summary>
internal static class ComparisonSection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var groups = Groups(summary, family, recovered: false);
        if (groups.Count == 0)
            return "";
        var outcome = Outcome.Of(summary);
        var scale = Math.Max(outcome.Alike, groups.SelectMany(g => g.Pairs).Max(p => Math.Abs(p.Gain)));
        var tests = summary.Comparisons;
        var html = new StringBuilder();
        html.Append(Page.Figure($"fig-pairs-{numbers.Family}",
            $"<b>{numbers.Figure()}. Method against method</b>, on the same test items: what the method of the row gains over that of the column, in {outcome.Unit} (blue: the row is better). Written where every single model differs significantly: {outcome.Test}, Holm-corrected over all {Phrase.Count(tests.Count)} comparisons of the study, of which {Phrase.Count(tests.Count(t => t.Kind == ComparisonKind.Dense))} are with an uncompressed model, {Phrase.Count(tests.Count(t => t.Kind == ComparisonKind.Methods))} of two methods and {Phrase.Count(tests.Count(t => t.Kind == ComparisonKind.Bytes))} of a rounding with a factorization.",
            groups.Select((g, i) => Map($"fig-pairs-{numbers.Family}-{i}", g, outcome, scale)), "maps square",
            PhenomenonSection.Ramp(outcome.Unit, outcome.Change(-scale), outcome.Change(scale), t => Palette.Diverging(1 - 2 * t))));
        html.Append(Page.Details("Every pair", Table(summary, family, groups, outcome, numbers).Html()));
        return html.ToString();
    }

    /// <summary>The pairs of methods of each allocation and ratio that has any.</summary>
    internal static IReadOnlyList<PairGroup> Groups(StudySummary summary, FamilySummary family, bool recovered)
    {
        var models = family.Models.Select(m => m.Name).ToHashSet();
        var tests = summary.Comparisons.Where(c => c.Kind == ComparisonKind.Methods && c.Recovered == recovered && models.Contains(c.First.Model)).ToLookup(c => (c.First.Allocation, c.First.Removed, First: c.First.Method, Second: c.Second.Method));
        return [.. tests.GroupBy(t => (t.Key.Allocation, t.Key.Removed)).OrderBy(g => g.Key.Removed).Select(g => new PairGroup(g.Key.Allocation, g.Key.Removed, [.. g.Select(t =>
        {
            Level At(string method) => family.Compressed.First(l => l.Line!.Method == method && l.Line.Allocation == t.Key.Allocation && l.Removed == t.Key.Removed);
            var (first, second) = (At(t.Key.First), At(t.Key.Second));
            var gain = recovered ? second.Recovered!.Loss - first.Recovered!.Loss : second.Loss - first.Loss;
            return new PairOfLevels(first, second, gain, [.. t]);
        })]))];
    }

    private static string Map(string id, PairGroup group, Outcome outcome, double scale)
    {
        var methods = group.Pairs.SelectMany(p => new[] { p.First.Line!.Method, p.Second.Line!.Method }).Distinct().ToList();
        PairOfLevels? Pair(int r, int c) => group.Pairs.FirstOrDefault(p => p.First.Line!.Method == methods[r] && p.Second.Line!.Method == methods[c]);
        double Gain(int r, int c) => r == c ? 0 : Pair(r, c)?.Gain ?? -Pair(c, r)!.Gain;
        return new HeatMap(id, $"{group.Allocation}, {Phrase.Ratio(group.Removed)} removed", methods, [.. methods.Select((_, i) => Number.Text(i + 1))],
            [.. methods.Select((_, r) => (IReadOnlyList<double>)[.. methods.Select((_, c) => Gain(r, c))])])
        {
            Color = v => Palette.Diverging(-v / scale),
            Format = v => outcome.Short(v),
            Written = (r, c) => r != c && (Pair(r, c) ?? Pair(c, r)!).EachDiffers,
            CellWidth = 30,
            CellHeight = 20,
            XLabel = "over the method of this row number",
            Description = $"Gains of each method over each other, {group.Allocation}, {Phrase.Ratio(group.Removed)} removed.",
        }.Render();
    }

    private static ReportTable Table(StudySummary summary, FamilySummary family, IReadOnlyList<PairGroup> groups, Outcome outcome, FigureNumbers numbers)
    {
        var pairs = groups.SelectMany(g => g.Pairs).ToList();
        var rows = pairs.Zip(summary.Compare([.. pairs.Select(p => (p.First, p.Second))]), (p, compared) => (IReadOnlyList<TableCell>)
        [
            TableCell.Text(p.First.Line!.Method), TableCell.Text(p.Second.Line!.Method), TableCell.Text(p.First.Line.Allocation), new(Phrase.Ratio(p.First.Removed), Number.Text(p.First.Removed)),
            .. p.Figures(compared.Gain, compared.Interval, outcome),
        ]).ToList();
        return new ReportTable($"table-pairs-{numbers.Family}",
            $"<b>{numbers.Table()}. Every pair of methods.</b> What the first gains over the second, mean over the models{(family.Models.Count > 1 ? " and seeds" : "")}, with its 95{Phrase.ThinSpace}% interval (paired bootstrap); of the single models, how many there are, and on how many the first, or the second, is significantly better; the largest p.",
            ["first", "second", "allocation", "removed", "gain", "95 %", "models", "first better", "second better", "p"], rows, 3);
    }
}

/// <summary>The methods of one allocation and ratio, in pairs.</summary>
internal sealed record PairGroup(string Allocation, double Removed, IReadOnlyList<PairOfLevels> Pairs);

/// <summary>Two methods at the same ratio and allocation, or two allocations with the same method at the same ratio.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Gain">The mean score of the first less that of the second.</param>
/// <param name="Tests">Model by model.</param>
internal sealed record PairOfLevels(Level First, Level Second, double Gain, IReadOnlyList<PairedComparison> Tests)
{
    /// <summary>Whether on every model the same one is significantly better.</summary>
    internal bool EachDiffers => Tests.All(t => t.IsSignificant && Math.Sign(t.Gain) == Math.Sign(Gain));

    /// <summary>The cells of a table: the gain over all models with its interval, how many single models there are and on how many the first, or the second, is significantly better, and the largest p.</summary>
    internal TableCell[] Figures(double gain, Interval interval, Outcome outcome)
    {
        var p = Tests.Max(t => t.AdjustedPValue);
        return
        [
            new(outcome.Change(gain), Number.Text(gain)), new(outcome.Changes(interval), $"{Number.Text(interval.Low)}..{Number.Text(interval.High)}"),
            TableCell.Count(Tests.Count), TableCell.Count(Tests.Count(t => t.IsSignificant && t.Gain > 0)), TableCell.Count(Tests.Count(t => t.IsSignificant && t.Gain < 0)), new(Phrase.PValue(p), Number.Text(p)),
        ];
    }
}
