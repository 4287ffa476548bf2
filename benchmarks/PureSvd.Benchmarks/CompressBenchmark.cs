using System.Diagnostics;
using System.Globalization;
using System.Text;
using PureSvd.Benchmarks.Peers;
using PureSvd.Factorization;

namespace PureSvd.Benchmarks;

/// <summary><c>-- compress [--layers 4] [--removed 0.2] [--folder DIR] [--out DIR]</c>: a synthetic checkpoint of Llama-2-7B's shapes, compressed from disk to disk; time, bytes, peak memory, and the figure for 32 layers.</summary>
/// <remarks>With <c>--folder</c> the source is kept, and a run that was killed is continued: the time of layers counts whichever run it was. With <c>--out</c> the figures are kept as <c>compress-7b.md</c>.</remarks>
internal static class CompressBenchmark
{
    private const int FullLayers = 32;

    internal static int Run(string[] args)
    {
        var layers = int.Parse(Option(args, "--layers") ?? "4", CultureInfo.InvariantCulture);
        var removed = double.Parse(Option(args, "--removed") ?? "0.2", CultureInfo.InvariantCulture);
        var folder = Option(args, "--folder");
        var root = folder ?? Directory.CreateTempSubdirectory("puresvd-compress-").FullName;
        try
        {
            var source = Path.Combine(root, FormattableString.Invariant($"llama-{layers}"));
            var clock = Stopwatch.StartNew();
            SyntheticCheckpoint.Write(source, layers);
            Console.WriteLine(FormattableString.Invariant($"source ready after {clock.Elapsed.TotalSeconds:F1} s"));
            var targets = CheckpointCompressor.ReadTargets(source);
            var plan = UniformAllocation.Allocate(targets, removed);
            var compression = new CheckpointCompression { Method = new PlainSvd(), Overwrite = true };
            clock.Restart();
            var before = Environment.CpuUsage.TotalTime;
            var manifest = CheckpointCompressor.Compress(source, plan, compression, Path.Combine(root, "compressed"), new Progress(clock));
            var report = Report(manifest, layers, Environment.CpuUsage.TotalTime - before);
            Console.Write(report);
            if (Option(args, "--out") is { } directory)
                PeerTable.Keep(Path.Combine(directory, "compress-7b.md"), report);
            return 0;
        }
        finally
        {
            if (folder is null)
                Directory.Delete(root, recursive: true);
        }
    }

    private static string Report(CompressionManifest manifest, int layers, TimeSpan processorTime)
    {
        var (run, sizes) = (manifest.Run!, manifest.Sizes);
        var text = new StringBuilder();
        Line($"{Machine.Describe()}\n");
        Line($"`-- compress`: {layers} layers of Llama-2-7B's shapes in bfloat16, `{manifest.Method}`, every layer at the same fraction.\n");
        Line($"| factored | matrices | residual | before rounding | optimum |\n|---|---|---|---|---|");
        foreach (var shape in manifest.Plan.Factored.GroupBy(l => (l.Target.Outputs, l.Target.Inputs, l.Rank)))
        {
            var reports = shape.Select(l => manifest.Reports[l.Target.Name]).ToArray();
            Line($"| {shape.Key.Outputs}×{shape.Key.Inputs}, rank {shape.Key.Rank} | {reports.Length} | {reports.Max(r => r.RelativeResidual):P4} | {reports.Max(r => (r.UnroundedResidual ?? r.Residual) / r.ObjectiveNorm):P4} | {reports.Max(r => r.RelativeOptimum):P4} |");
        }
        Line($"\n{sizes.Bytes / 1e9:F2} GB to {sizes.BytesStored / 1e9:F2} GB; {sizes.RemovedFromTargets:P2} of the target linears removed.");
        Line($"This run took {run.Seconds:F1} s on {run.Threads} threads ({run.LayersResumed} matrices from earlier runs) and {processorTime.TotalSeconds:F1} s of processor time; all layers {run.LayerSeconds:F1} s.");
        Line($"Peak anonymous memory {run.PeakAnonymousBytes / 1e9:F2} GB.");
        Line($"All {FullLayers} layers would take {run.LayerSeconds * FullLayers / layers / 60:F1} minutes like this.");
        if (run.LayersResumed == 0)
            Line($"They would take {processorTime.TotalMinutes * FullLayers / layers:F1} minutes of processor time.");
        return text.ToString();

        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : null;

    private sealed class Progress(Stopwatch clock) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value)
            => Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds,7:F1} s  {value.Stage} {value.Done}/{value.Total}"));
    }
}
