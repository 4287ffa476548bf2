using System.CommandLine;
using System.Text.Json;
using PureSvd.Research.Studies;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd study</c>: the main job.</summary>
internal static class StudyCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var file = new Argument<string?>("study.json") { Description = "What to run; without it, the default study on the embedded models.", Arity = ArgumentArity.ZeroOrOne };
        var preset = new Option<string?>("--preset") { Description = $"Instead of a file: {string.Join(", ", StudyPresets.Names)}." };
        preset.AcceptOnlyFromAmong([.. StudyPresets.Names]);
        var schema = new Option<bool>("--schema") { Description = "Print the JSON schema of study.json, and run nothing." };
        var output = new Option<string>("--out") { Description = "Folder of the results; a study that was stopped continues there.", DefaultValueFactory = _ => "study-out" };
        var force = new Option<bool>("--force") { Description = "Compute again what is finished." };
        var command = new Command("study", "Compresses models over a grid of methods and ratios, measures what is lost, and writes a report.")
        {
            file, preset, schema, output, force, shared.Seed, shared.Threads, shared.Quiet, shared.Json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            if (parse.GetValue(schema))
            {
                Console.Out.Write(StudySchema.Text);
                return ExitCodes.Done;
            }
            var config = (parse.GetValue(file), parse.GetValue(preset)) switch
            {
                ({ } path, null) => StudyConfigReader.Read(path),
                (null, var name) => StudyPresets.Create(name ?? "default"),
                _ => throw new ArgumentException("Give a study.json or --preset, not both."),
            };
            if (parse.GetResult(shared.Seed) is { Implicit: false })
                config = config with { Seeds = [parse.GetValue(shared.Seed)] };
            var directory = parse.GetValue(output)!;
            using var display = StudyDisplay.Create(parse.GetValue(shared.Quiet));
            var options = new StudyRunOptions
            {
                Directory = directory,
                Parallelism = shared.Parallelism(parse),
                Force = parse.GetValue(force),
                CommandLine = "puresvd " + string.Join(' ', parse.Tokens.Select(t => t.Value)),
                Warning = display.Warn,
            };
            var summary = await display.RunAsync(() =>
            {
                var results = StudySummary.Of(StudyRunner.Run(config, options, display, cancellationToken));
                StudyFiles.Write(directory, results);
                return results;
            }, cancellationToken).ConfigureAwait(false);
            var report = Path.GetFullPath(Path.Combine(directory, "report.html"));
            if (parse.GetValue(shared.Json))
                WriteJson(summary, directory);
            else
                StudyTable.Write(summary, report);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void WriteJson(StudySummary summary, string directory)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("study", summary.Results.Config.Name);
            foreach (var name in new[] { "results.csv", "probes.csv", "comparisons.csv", "predictions.jsonl", "which-method.md", "manifest.json", "report.html" })
                json.WriteString(name, Path.GetFullPath(Path.Combine(directory, name)));
            json.WriteStartArray("cells");
            foreach (var cell in summary.Cells)
            {
                json.WriteStartObject();
                json.WriteString("model", cell.Cell.Model);
                json.WriteString("method", cell.Cell.Method);
                json.WriteString("allocation", cell.Cell.Allocation);
                json.WriteNumber("removed", cell.Cell.Removed);
                json.WriteNumber("seed", cell.Cell.Seed);
                if (double.IsFinite(cell.Accuracy))
                    json.WriteNumber("nli_accuracy", cell.Accuracy);
                if (double.IsFinite(cell.Perplexity))
                    json.WriteNumber("perplexity", cell.Perplexity);
                if (double.IsFinite(cell.Loss))
                    json.WriteNumber("loss", cell.Loss);
                if (double.IsFinite(cell.AdjustedPValue))
                    json.WriteNumber("p_holm", cell.AdjustedPValue);
                if (double.IsFinite(cell.Recovered?.Accuracy ?? double.NaN))
                    json.WriteNumber("recovered_nli_accuracy", cell.Recovered!.Accuracy);
                if (double.IsFinite(cell.Recovered?.Perplexity ?? double.NaN))
                    json.WriteNumber("recovered_perplexity", cell.Recovered!.Perplexity);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
