using PureSvd.Research.Studies;
using Spectre.Console;

namespace PureSvd.Cli;

/// <summary>What a study found, a table for each family of models: its means, by method, allocation and ratio.</summary>
internal static class StudyTable
{
    private const int WidthInPipe = 120;

    // What no row has is not shown: perplexity of encoders, say, or what training after the compression gave.
    private static readonly (string Name, bool IsNumber)[] s_columns =
    [
        ("method", false), ("allocation", false), ("removed", true), ("of model", true), ("NLI", true), ("95 %", true), ("trained on", true),
        ("perplexity", true), ("trained on", true), ("probes", true), ("CKA", true), ("ms", true), ("speed-up", true),
    ];

    internal static void Write(StudySummary summary, string report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (Console.IsOutputRedirected)
            console.Profile.Width = WidthInPipe;
        foreach (var family in summary.Families)
        {
            var rows = new[] { family.Dense }.Concat(family.Compressed).Select(Row).ToList();
            var shown = Enumerable.Range(0, s_columns.Length).Where(c => rows.Exists(row => row[c].Length > 0)).ToList();
            var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(family.Models.Count == 1 ? family.Name : $"{family.Name}, means of {family.Models.Count} training seeds"));
            foreach (var (name, isNumber) in shown.Select(c => s_columns[c]))
                table.AddColumn(isNumber ? new TableColumn(name).RightAligned() : new TableColumn(name));
            foreach (var row in rows)
                table.AddRow([.. shown.Select(c => Markup.Escape(row[c]))]);
            console.Write(table);
        }

        Console.Out.WriteLine($"report: {report}");
    }

    private static string[] Row(Level level) =>
    [
        level.Line?.Method ?? StudyCell.Dense, level.Line?.Allocation ?? "",
        FormattableString.Invariant($"{100 * level.RemovedTargets:0.0} %"), FormattableString.Invariant($"{100 * level.Cells.Average(c => c.Result.Size.RemovedModel):0.0} %"),
        IfKnown(level.Accuracy, a => $"{100 * a:0.0}"), IfKnown(level.Accuracy, _ => $"{100 * level.AccuracyInterval.Low:0.0}–{100 * level.AccuracyInterval.High:0.0}"),
        IfKnown(level.Recovered?.Accuracy, a => $"{100 * a:0.0}"),
        IfKnown(level.Text?.Perplexity, p => $"{p:0.00}"), IfKnown(level.Recovered?.Text?.Perplexity, p => $"{p:0.00}"),
        IfKnown(level.MeanProbe, p => $"{100 * p:0.0}"), FormattableString.Invariant($"{level.Cells.Average(c => c.MeanCka):0.000}"),
        FormattableString.Invariant($"{level.Cells.Average(c => c.Result.Timing.MsPerExample):0.000}"), FormattableString.Invariant($"{level.Cells.Average(c => c.Result.Timing.Speedup):0.00}"),
    ];

    private static string IfKnown(double? figure, Func<double, FormattableString> text) => figure is { } known && double.IsFinite(known) ? FormattableString.Invariant(text(known)) : "";
}
