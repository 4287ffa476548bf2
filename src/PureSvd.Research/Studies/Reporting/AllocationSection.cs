using System.Text;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Allocations against the uniform one on the same items, for the same method and ratio.</summary>
internal static class AllocationSection
{
    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var pairs = Pairs(summary, family);
        if (pairs.Count == 0)
            return "";
        var outcome = Outcome.Of(summary);
        var scale = Math.Max(outcome.Alike, pairs.Max(p => Math.Abs(p.Gain)));
        var html = new StringBuilder();
        html.Append(Page.Figure($"fig-allocations-{numbers.Family}",
            $"<b>{numbers.Figure()}. Allocation against uniform</b>, with the same method, on the same test items: what the allocation of the row gains over the same share of every matrix, in {outcome.Unit} (blue: the row is better). Columns: weights removed from the blocks. Written where every single model differs significantly: {outcome.Test}, Holm-corrected over these {Phrase.Count(summary.AllocationComparisons.Count)} comparisons of the study, a family of their own.",
            pairs.GroupBy(p => p.First.Line!.Method).Select((g, i) => Map($"fig-allocations-{numbers.Family}-{i}", g.Key, [.. g], outcome, scale)), "maps",
            PhenomenonSection.Ramp(outcome.Unit, outcome.Change(-scale), outcome.Change(scale), t => Palette.Diverging(1 - 2 * t))));
        html.Append(Page.Details("Every pair", Table(summary, family, pairs, outcome, numbers).Html()));
        return html.ToString();
    }

    /// <summary>Each allocation with the uniform one, at every method and ratio that has both; of models that were not trained on.</summary>
    internal static IReadOnlyList<PairOfLevels> Pairs(StudySummary summary, FamilySummary family)
    {
        var models = family.Models.Select(m => m.Name).ToHashSet();
        return [.. summary.AllocationComparisons.Where(c => !c.Recovered && models.Contains(c.First.Model)).GroupBy(c => (c.First.Method, c.First.Allocation, c.First.Removed)).Select(g =>
        {
            Level At(string allocation) => family.Compressed.First(l => l.Line!.Method == g.Key.Method && l.Line.Allocation == allocation && l.Removed == g.Key.Removed);
            var (first, second) = (At(g.Key.Allocation), At(StudyComparisons.Uniform));
            return new PairOfLevels(first, second, second.Loss - first.Loss, [.. g]);
        })];
    }

    private static string Map(string id, string method, IReadOnlyList<PairOfLevels> pairs, Outcome outcome, double scale)
    {
        var allocations = pairs.Select(p => p.First.Line!.Allocation).Distinct().ToList();
        var ratios = pairs.Select(p => p.First.Removed).Distinct().Order().ToList();
        PairOfLevels? Pair(int r, int c) => pairs.FirstOrDefault(p => p.First.Line!.Allocation == allocations[r] && p.First.Removed == ratios[c]);
        return new HeatMap(id, method, allocations, [.. ratios.Select(r => Phrase.Fixed(100 * r, 0))],
            [.. allocations.Select((_, r) => (IReadOnlyList<double>)[.. ratios.Select((_, c) => Pair(r, c)?.Gain ?? double.NaN)])])
        {
            Color = v => Palette.Diverging(-v / scale),
            Format = v => outcome.Short(v),
            Written = (r, c) => Pair(r, c) is { EachDiffers: true },
            CellWidth = 36,
            XLabel = "weights removed (%)",
            Description = $"Gains of each allocation over the uniform one with {method}, by weights removed.",
        }.Render();
    }

    private static ReportTable Table(StudySummary summary, FamilySummary family, IReadOnlyList<PairOfLevels> pairs, Outcome outcome, FigureNumbers numbers)
    {
        var rows = pairs.Zip(summary.Compare([.. pairs.Select(p => (p.First, p.Second))]), (p, compared) => (IReadOnlyList<TableCell>)
        [
            TableCell.Text(p.First.Line!.Method), TableCell.Text(p.First.Line.Allocation), new(Phrase.Ratio(p.First.Removed), Number.Text(p.First.Removed)), .. p.Figures(compared.Gain, compared.Interval, outcome),
        ]).ToList();
        return new ReportTable($"table-allocations-{numbers.Family}",
            $"<b>{numbers.Table()}. Every allocation against the uniform one.</b> What it gains, mean over the models{(family.Models.Count > 1 ? " and seeds" : "")}, with its 95{Phrase.ThinSpace}% interval (paired bootstrap); of the single models, how many there are, and on how many it, or the uniform one, is significantly better; the largest p.",
            ["method", "allocation", "removed", "gain", "95 %", "models", "better", "worse", "p"], rows, 3);
    }
}
