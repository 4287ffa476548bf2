using System.Text;

namespace PureSvd.Research.Studies;

/// <summary><c>results.csv</c>, a row a cell, and <c>probes.csv</c>, a row a probe; comma-separated, invariant culture, LF.</summary>
public static class ResultsCsv
{
    /// <summary>The columns that are measured by the clock: the only ones that differ between two runs of the same study.</summary>
    public static readonly IReadOnlyList<string> TimingColumns = ["ms_per_example", "speedup", "seconds", "compression_seconds"];

    /// <summary>The text of <c>results.csv</c>.</summary>
    public static string Results(StudySummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var tasks = summary.Cells.SelectMany(c => c.BestProbes.Keys).Distinct().ToList();
        var (recovered, coded) = (summary.Cells.Any(c => c.Recovered is not null), summary.Cells.Any(c => c.BestProbes.Values.Any(p => p.Code is not null)));
        var rounding = summary.Comparisons.Where(c => c.Kind == ComparisonKind.Bytes).ToDictionary(c => c.Second);
        var csv = new StringBuilder();
        Row(csv, ["study", "model", "method", "allocation", "seed", "removed_requested", "removed_targets", "removed_model", "bytes",
            "nli_accuracy", "nli_low", "nli_high", "nli_majority", "perplexity",
            .. tasks.Select(t => $"probe_{t}"), .. tasks.Select(t => $"selectivity_{t}"), "cka", .. TimingColumns,
            "loss", "loss_low", "loss_high", "p_holm", "rounded", "rounded_gain", "rounded_p_holm", "family",
            .. recovered ? ["recovered_accuracy", "recovered_perplexity", "recovered_loss", "recovered_p_holm"] : Array.Empty<string>(),
            .. coded ? tasks.Select(t => $"compression_{t}") : []]);
        var majority = Majority(summary.Results.Items);
        string Answered(double figure) => summary.IsOfText ? "" : Number.Text(figure);
        foreach (var cell in summary.Cells)
        {
            var size = cell.Result.Size;
            var timing = cell.Result.Timing;
            Row(csv, [summary.Results.Config.Name, cell.Cell.Model, cell.Cell.Method, cell.Cell.Allocation, Seed(cell.Cell.Seed), Number.Text(cell.Cell.Removed),
                Number.Text(size.RemovedTargets), Number.Text(size.RemovedModel), Number.Text(size.Bytes),
                Answered(cell.Accuracy), Answered(cell.AccuracyInterval.Low), Answered(cell.AccuracyInterval.High), Answered(majority), cell.Result.Text is { } text ? Number.Text(text.Perplexity) : "",
                .. tasks.Select(t => Probe(cell, t, p => p.Accuracy)), .. tasks.Select(t => Probe(cell, t, p => p.Selectivity)),
                Number.Text(cell.MeanCka), Number.Text(timing.MsPerExample), Number.Text(timing.Speedup), Number.Text(timing.Seconds), Number.Text(timing.CompressionSeconds),
                .. cell.Cell.IsDense ? ["", "", "", ""] : new[] { Number.Text(cell.Loss), Number.Text(cell.LossInterval.Low), Number.Text(cell.LossInterval.High), Number.Text(cell.AdjustedPValue) },
                .. rounding.TryGetValue(cell.Cell, out var rounded) ? new[] { rounded.First.Method, Number.Text(rounded.Gain), Number.Text(rounded.AdjustedPValue) } : ["", "", ""], cell.Model.Family,
                .. recovered ? Recovered(cell) : [],
                .. coded ? tasks.Select(t => Probe(cell, t, p => p.Code?.Compression ?? double.NaN)) : []]);
        }
        return csv.ToString();
    }

    /// <summary>The text of <c>comparisons.csv</c>, a row a test; Holm's correction is over all rows but those of the kind <c>allocations</c>, which come last, and over those by themselves.</summary>
    public static string Comparisons(StudySummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var csv = new StringBuilder();
        Row(csv, ["study", "model", "kind", "recovered", "first", "first_allocation", "first_removed", "first_seed", "second", "second_allocation", "second_removed", "second_seed",
            "gain", "gain_low", "gain_high", "only_first", "only_second", "p", "p_holm"]);
        foreach (var c in summary.Comparisons.Concat(summary.AllocationComparisons))
            Row(csv, [summary.Results.Config.Name, c.First.Model, c.Kind.ToString().ToLowerInvariant(), c.Recovered ? "true" : "false",
                c.First.Method, c.First.Allocation, Number.Text(c.First.Removed), Seed(c.First.Seed), c.Second.Method, c.Second.Allocation, Number.Text(c.Second.Removed), Seed(c.Second.Seed),
                Number.Text(c.Gain), Number.Text(c.GainInterval.Low), Number.Text(c.GainInterval.High), Number.Text(c.OnlyFirst), Number.Text(c.OnlySecond), Number.Text(c.PValue), Number.Text(c.AdjustedPValue)]);
        return csv.ToString();
    }

    /// <summary>The text of <c>probes.csv</c>.</summary>
    public static string Probes(StudyResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var coded = results.Cells.Any(c => c.Probes.Any(p => p.Code is not null));
        var csv = new StringBuilder();
        Row(csv, ["study", "model", "method", "allocation", "removed", "seed", "task", "layer", "vector", "accuracy", "sd", "dev_accuracy",
            "majority", "random_encoder", "static", "control", "selectivity", "n_test", .. coded ? ["code_bits", "compression"] : Array.Empty<string>()]);
        foreach (var cell in results.Cells)
            foreach (var p in cell.Probes)
                Row(csv, [results.Config.Name, cell.Cell.Model, cell.Cell.Method, cell.Cell.Allocation, Number.Text(cell.Cell.Removed), Seed(cell.Cell.Seed),
                    p.Task, Number.Text(p.Layer), p.Vector, Number.Text(p.Accuracy), Number.Text(p.Sd), Number.Text(p.DevAccuracy),
                    Number.Text(p.Majority), Number.Text(p.RandomEncoder), Number.Text(p.Static), Number.Text(p.Control), Number.Text(p.Selectivity), Number.Text(p.TestCount),
                    .. coded ? new[] { Number.Text(p.Code?.Bits), Number.Text(p.Code?.Compression) } : []]);
        return csv.ToString();
    }

    /// <summary>The text of <c>documents.csv</c>, a row a cell and document of the text; null where there is no text.</summary>
    public static string? Documents(StudyResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Cells.All(c => c.Text is null))
            return null;
        var csv = new StringBuilder();
        Row(csv, ["study", "model", "method", "allocation", "removed", "seed", "document", "tokens", "loss"]);
        foreach (var cell in results.Cells)
            for (var d = 0; d < (cell.Text?.Losses.Count ?? 0); d++)
                Row(csv, [results.Config.Name, cell.Cell.Model, cell.Cell.Method, cell.Cell.Allocation, Number.Text(cell.Cell.Removed), Seed(cell.Cell.Seed),
                    Number.Text(d), Number.Text(cell.Text!.Tokens[d]), Number.Text(cell.Text.Losses[d])]);
        return csv.ToString();
    }

    /// <summary>The rate of the most frequent gold label; NaN without items.</summary>
    internal static double Majority(IReadOnlyList<NliItem> items) => items.Count == 0 ? double.NaN : (double)items.GroupBy(i => i.Gold).Max(g => g.Count()) / items.Count;

    /// <summary>One line, with quotes around what needs them.</summary>
    internal static void Row(StringBuilder csv, IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (field.AsSpan().ContainsAny("\",\n\r"))
                field = $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            csv.Append(i == 0 ? "" : ",").Append(field);
        }
        csv.Append('\n');
    }

    private static string Probe(CellSummary cell, string task, Func<CellProbe, double> figure) => cell.BestProbes.TryGetValue(task, out var probe) ? Number.Text(figure(probe)) : "";

    private static string[] Recovered(CellSummary cell) => cell.Recovered is not { } r
        ? ["", "", "", ""]
        : [double.IsNaN(r.Accuracy) && cell.Result.Predicted.Count == 0 ? "" : Number.Text(r.Accuracy), cell.Result.Text is null ? "" : Number.Text(r.Perplexity), Number.Text(r.Loss), cell.Cell.IsDense ? "" : Number.Text(r.AdjustedPValue)];

    private static string Seed(ulong seed) => seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
