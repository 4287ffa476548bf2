using System.Text;
using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>What probes read from the uncompressed model, and what they no longer read from the compressed ones.</summary>
internal static class ProbingSection
{
    private const int LinesShown = 4;

    internal static string Html(StudySummary summary, FamilySummary family, FigureNumbers numbers)
    {
        var tasks = family.Dense.Cells[0].BestProbes.Keys.ToList();
        if (tasks.Count == 0)
            return "<p>This study has no probes.</p>\n";
        var html = new StringBuilder();
        html.Append(Baselines(family, tasks, numbers).Html());

        var vector = family.Dense.Cells[0].BestProbes[tasks[0]].Vector;
        var worst = Math.Max(0.05, family.Levels.SelectMany(l => tasks.SelectMany(t => Layers(family).Select(layer => Loss(summary, l, t, layer, vector)))).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0.05).Max());
        var scale = Math.Ceiling(worst * 20) / 20;
        var caption = $"<b>{numbers.Figure()}. Probing accuracy lost, by task and layer</b>, in points below the uncompressed model at the same layer (red: lost; blue: gained){(family.Models.Count > 1 ? "; means over the training seeds" : "")}. Layer 0 is the embedding output, which compression does not touch. Sentence vectors: {(vector == "mean" ? "the mean over the tokens" : vector)}.";
        var ramp = PhenomenonSection.Ramp("points", $"+{Phrase.Points(scale)} gained", $"−{Phrase.Points(scale)} lost", t => Palette.Diverging(2 * t - 1));
        var first = true;
        var folded = new StringBuilder();
        foreach (var line in family.Lines)
        {
            var lineIndex = family.Lines.ToList().IndexOf(line);
            var panels = family.Of(line).Select((level, i) => Map($"fig-probes-{numbers.Family}-{lineIndex}-{i}", summary, family, level, tasks, vector, scale)).ToList();
            // Many methods would bury what comes after them.
            (lineIndex < LinesShown ? html : folded).Append(Page.Figure($"fig-probes-{numbers.Family}-{lineIndex}", first ? caption : $"{Page.Escape(line.ToString())}: probing accuracy lost, as in the figure above.", panels, "maps",
                (first ? ramp : "") + $"<h3>{Page.Escape(line.ToString())}</h3>"));
            first = false;
        }
        if (folded.Length > 0)
            html.Append(Page.Details($"The other {Phrase.Plural(family.Lines.Count - LinesShown, "line")}", folded.ToString()));
        html.Append(LossTable(summary, family, tasks, numbers).Html());
        if (family.Dense.Cells[0].BestProbes.Values.All(p => p.Code is not null))
            html.Append(CodeTable(family, tasks, numbers).Html());
        return html.ToString();
    }

    /// <summary>How much shorter the labels become with the vectors, of the same probes as above.</summary>
    private static ReportTable CodeTable(FamilySummary family, List<string> tasks, FigureNumbers numbers)
    {
        var vector = family.Dense.Cells[0].BestProbes[tasks[0]].Vector;
        double Code(Level level, string? task) => level.Cells.Average(c => c.Result.Probes.Where(p => p.Layer > 0 && p.Vector == vector && (task is null || p.Task == task)).Average(p => p.Code?.Compression ?? double.NaN));
        double Selectivity(Level level) => level.Cells.Average(c => c.Result.Probes.Where(p => p.Layer > 0 && p.Vector == vector).Average(p => p.Selectivity));
        var rows = new[] { family.Dense }.Concat(family.Compressed).Select(level => (IReadOnlyList<TableCell>)
        [
            TableCell.Text(BytesSection.Name(level)), TableCell.Percent(level.MeanLayerProbe), TableCell.Points(Selectivity(level), signed: true), TableCell.Fixed(Code(level, null), 2), .. tasks.Select(t => TableCell.Fixed(Code(level, t), 2)),
        ]).ToList();
        return new ReportTable($"table-codes-{numbers.Family}",
            $"<b>{numbers.Table()}. The length of the online code</b> beside accuracy and selectivity, means over the layers after the embeddings: how many times shorter the training labels become when a probe predicts them from the vectors (1: not at all; E. Voita and I. Titov, 2020); over all tasks, then task by task.",
            ["compression", "accuracy", "selectivity", "times shorter", .. tasks.Select(ProbingTaskNames.ShortName)], rows);
    }

    private static List<int> Layers(FamilySummary family) => [.. family.Dense.Cells[0].Result.Probes.Select(p => p.Layer).Distinct().Order()];

    private static double Loss(StudySummary summary, Level level, string task, int layer, string vector)
    {
        return level.Cells.Average(c => Accuracy(summary.DenseOf(c.Cell)) - Accuracy(c));

        double Accuracy(CellSummary cell) => cell.Result.Probes.First(p => p.Task == task && p.Layer == layer && p.Vector == vector).Accuracy;
    }

    private static string Map(string id, StudySummary summary, FamilySummary family, Level level, List<string> tasks, string vector, double scale)
    {
        var layers = Layers(family);
        return new HeatMap(id, $"{Phrase.Ratio(level.Removed)} removed", [.. tasks.Select(ProbingTaskNames.ShortName)], [.. layers.Select(l => Number.Text(l))],
            [.. tasks.Select(t => layers.Select(l => Loss(summary, level, t, l, vector)).ToList())])
        {
            Color = v => Palette.Diverging(v / scale),
            Format = v => Phrase.Fixed(-100 * v, 0),
            CellWidth = 29,
            CellHeight = 20,
            XLabel = "layer",
            Description = $"Points of probing accuracy gained (+) or lost (−) by task and layer, {level.Line}, {Phrase.Ratio(level.Removed)} removed.",
        }.Render();
    }

    private static ReportTable Baselines(FamilySummary family, List<string> tasks, FigureNumbers numbers)
    {
        double Mean(string task, Func<CellProbe, double> figure) => family.Dense.Cells.Average(c => figure(c.BestProbes[task]));
        var rows = tasks.Select(t => (IReadOnlyList<TableCell>)
        [
            TableCell.Text(ProbingTaskNames.ShortName(t)),
            TableCell.Text(ProbingTaskNames.Property(t).ToString().ToLowerInvariant()),
            TableCell.Percent(Mean(t, p => p.Accuracy)),
            TableCell.Points(Mean(t, p => p.Sd)),
            new(Phrase.List([.. family.Dense.Cells.Select(c => Number.Text(c.BestProbes[t].Layer)).Distinct().Order(StringComparer.Ordinal)]).Replace(" and ", ", ", StringComparison.Ordinal), string.Join(' ', family.Dense.Cells.Select(c => Number.Text(c.BestProbes[t].Layer)))),
            TableCell.Percent(Mean(t, p => p.Majority)),
            TableCell.Percent(Mean(t, p => p.Static)),
            TableCell.Percent(Mean(t, p => p.RandomEncoder)),
            TableCell.Percent(Mean(t, p => p.Control)),
            TableCell.Points(Mean(t, p => p.Selectivity), signed: true),
        ]).ToList();
        return new ReportTable($"table-probes-{numbers.Family}",
            $"<b>{numbers.Table()}. What probes read from the uncompressed {(family.Models.Count > 1 ? "models" : "model")}</b>: test accuracy at the layer that is best on dev, its standard deviation over probe seeds in points, and that layer; beside it what needs no trained encoder: always the most frequent label, the mean word embedding, and the same probe on an encoder with random weights. Control: the same probe on labels that can only be memorised; selectivity is the difference, in points.",
            ["task", "about", "accuracy", "sd", "layer", "majority", "static", "random encoder", "control", "selectivity"], rows, 2);
    }

    private static ReportTable LossTable(StudySummary summary, FamilySummary family, List<string> tasks, FigureNumbers numbers)
    {
        var groups = new[] { ProbedProperty.Surface, ProbedProperty.Syntactic, ProbedProperty.Semantic, ProbedProperty.Other }.Where(g => tasks.Any(t => ProbingTaskNames.Property(t) == g)).ToList();
        var rows = family.Levels.Select(level => (IReadOnlyList<TableCell>)
        [
            TableCell.Text($"{level.Line}"),
            new(Phrase.Ratio(level.Removed), Number.Text(level.Removed)),
            .. groups.SelectMany(g =>
            {
                var (loss, interval) = summary.ProbeLoss(level.Cells, t => ProbingTaskNames.Property(t) == g);
                return new[] { TableCell.Points(loss), new TableCell(Phrase.PointRange(interval), $"{Number.Text(interval.Low)}..{Number.Text(interval.High)}") };
            }),
            .. tasks.Select(t => TableCell.Points(summary.ProbeLoss(level.Cells, x => x == t).Loss)),
        ]).ToList();
        return new ReportTable($"table-probe-losses-{numbers.Family}",
            $"<b>{numbers.Table()}. Probing accuracy lost, mean over the layers after the embeddings</b>, in points below the uncompressed model at the same layer (negative: gained): means over {Phrase.List([.. groups.Select(g => g.ToString().ToLowerInvariant())])} tasks with 95{Phrase.ThinSpace}% intervals, then each task. The intervals come from paired outcomes on the same test sentences.",
            ["method, allocation", "removed", .. groups.SelectMany(g => new[] { g.ToString().ToLowerInvariant(), "95 %" }), .. tasks.Select(ProbingTaskNames.ShortName)], rows, 2);
    }
}
