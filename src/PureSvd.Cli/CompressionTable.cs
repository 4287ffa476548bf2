using System.Globalization;
using PureSvd.Factorization;
using Spectre.Console;

namespace PureSvd.Cli;

/// <summary>Prints what a compression did: a row a layer, then the three size figures.</summary>
internal static class CompressionTable
{
    internal static void Write(CompressionManifest manifest)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("layer", "shape", "rank", "stored", "residual", "optimum", "Frobenius");
        foreach (var layer in manifest.Plan.Layers)
        {
            var target = layer.Target;
            var report = manifest.Reports.GetValueOrDefault(target.Name);
            var singular = report?.StatisticsRank < target.Inputs ? $", {report.StatisticsRank} of {target.Inputs} inputs have weight" : "";
            table.AddRow(
                Markup.Escape($"{target.Layer} {target.Kind}"), $"{target.Outputs}×{target.Inputs}", layer.Storage == LayerStorage.Dense ? "" : Text($"{layer.Rank}"),
                Markup.Escape((layer.Note is null ? layer.Storage.ToString().ToLowerInvariant() : $"dense: {layer.Note}") + singular),
                report is null ? "" : Text($"{report.RelativeResidual:P3}"), report is null ? "" : Text($"{report.RelativeOptimum:P3}"), report is null ? "" : Text($"{report.FrobeniusResidual:P3}"));
        }

        var output = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        output.Profile.Width = Math.Max(output.Profile.Width, 140);
        output.Write(table);
        var sizes = manifest.Sizes;
        Console.Out.WriteLine($"{manifest.Method}, {manifest.Plan.Allocation}{(manifest.Stored == StoredForm.Dense && manifest.Plan.Truncated.Any() ? ", stored dense for other tools: nothing is smaller" : "")}");
        WriteBudget(manifest.Plan);
        Line("target linears", "weights", sizes.TargetWeights, sizes.TargetWeightsStored, sizes.RemovedFromTargets);
        Line("whole model", "parameters", sizes.ModelParameters, sizes.ModelParametersStored, sizes.RemovedFromModel);
        Line("on disk", "bytes", sizes.Bytes, sizes.BytesStored, sizes.RemovedFromBytes);
        var rounded = manifest.Reports.Values.Where(r => r.UnroundedResidual is not null).ToArray();
        if (rounded.Length > 0)
            Console.Out.WriteLine(Text($"rounding the factors to the stored type raises the residual by at most {rounded.Max(r => r.UnroundedResidual > 0 ? r.Residual / r.UnroundedResidual.Value - 1 : 0):P3}"));
        if (manifest.Run is { } run)
            Console.Out.WriteLine(Text($"factorized and written in {run.Seconds:F1} s{(run.PeakAnonymousBytes is { } peak ? Text($", peak {peak / 1e9:F2} GB of anonymous memory") : "")}{(run.LayersResumed > 0 ? Text($", {run.LayersResumed} layers from an earlier run") : "")}"));
    }

    /// <summary>What was asked for and what came of it, in whole numbers.</summary>
    private static void WriteBudget(RankPlan plan)
    {
        if (plan.RemovedRequested is { } removed)
            Console.Out.WriteLine(Text($"budget: {removed:P3} of {plan.TargetWeights:N0} target weights were to be removed, that is {Math.Ceiling((decimal)removed * plan.TargetWeights):N0}; {plan.TargetWeights - plan.StoredWeights:N0} are"));
        if (plan.Remark is { } remark)
            Console.Out.WriteLine($"{plan.Allocation}: {remark}");
    }

    private static void Line(string what, string unit, long before, long after, double removed)
        => Console.Out.WriteLine(Text($"{what,-15} {before,15:N0} → {after,15:N0} {unit,-10} {removed,8:P2} removed"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
