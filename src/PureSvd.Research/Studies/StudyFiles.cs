using System.Text.Json;
using System.Text.Json.Serialization;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>Writes what a study leaves in its folder.</summary>
public static class StudyFiles
{
    /// <summary>Writes <c>results.csv</c>, <c>probes.csv</c>, <c>comparisons.csv</c>, <c>predictions.jsonl</c>, <c>documents.csv</c> if there is a text, <c>which-method.md</c>, <c>manifest.json</c> and <c>report.html</c>.</summary>
    public static void Write(string directory, StudySummary summary)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(summary);
        var results = summary.Results;
        // What a run that was killed at this point left beside the files.
        if (Directory.Exists(directory))
            foreach (var leftover in Directory.GetFiles(directory, "*.partial"))
                File.Delete(leftover);
        var table = ResultsCsv.Results(summary);
        AtomicFile.WriteAllText(Path.Combine(directory, "results.csv"), table);
        AtomicFile.WriteAllText(Path.Combine(directory, "which-method.md"), MethodGuide.Markdown(table));
        AtomicFile.WriteAllText(Path.Combine(directory, "probes.csv"), ResultsCsv.Probes(results));
        AtomicFile.WriteAllText(Path.Combine(directory, "comparisons.csv"), ResultsCsv.Comparisons(summary));
        AtomicFile.Write(Path.Combine(directory, "predictions.jsonl"), stream => WritePredictions(stream, results));
        if (ResultsCsv.Documents(results) is { } documents)
            AtomicFile.WriteAllText(Path.Combine(directory, "documents.csv"), documents);
        AtomicFile.Write(Path.Combine(directory, "manifest.json"), stream => WriteManifest(stream, results));
        AtomicFile.WriteAllText(Path.Combine(directory, "report.html"), Reporting.Report.Html(summary));
    }

    private static void WritePredictions(Stream stream, StudyResults results)
    {
        foreach (var cell in results.Cells)
            for (var i = 0; i < results.Items.Count; i++)
            {
                var line = new PredictionLine(
                    cell.Cell.Model, cell.Cell.Method, cell.Cell.Allocation, cell.Cell.Removed, cell.Cell.Seed, i, results.Items[i].Gold, cell.Predicted[i], results.Items[i].Phenomenon, cell.Recovered?.Predicted[i]);
                JsonSerializer.Serialize(stream, line, StudyFilesJson.Default.PredictionLine);
                stream.WriteByte((byte)'\n');
            }
    }

    private static void WriteManifest(Stream stream, StudyResults results)
    {
        JsonSerializer.Serialize(stream, new ManifestFile(results.Manifest, results.Config), ManifestJson.Default.ManifestFile);
        stream.WriteByte((byte)'\n');
    }
}

/// <summary>A line of <c>predictions.jsonl</c>.</summary>
internal sealed record PredictionLine(string Model, string Method, string Allocation, double Removed, ulong Seed, int Item, string Gold, string Predicted, string? Phenomenon,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Recovered);

/// <summary>The layout of <c>manifest.json</c>.</summary>
internal sealed record ManifestFile(StudyManifest Run, StudyConfig Config);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, NewLine = "\n")]
[JsonSerializable(typeof(PredictionLine))]
internal sealed partial class StudyFilesJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, NewLine = "\n", WriteIndented = true)]
[JsonSerializable(typeof(ManifestFile))]
internal sealed partial class ManifestJson : JsonSerializerContext;
