using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Research.Training;

/// <summary><c>train.jsonl</c>: a line a report, cut back on resuming to what the checkpoint knows.</summary>
internal sealed class TrainingLog : IDisposable
{
    internal const string FileName = "train.jsonl";
    private readonly FileStream _stream;

    private TrainingLog(FileStream stream) => _stream = stream;

    /// <summary>Opens the log, without the lines after update <paramref name="step"/> of stage <paramref name="stage"/>.</summary>
    internal static TrainingLog Open(string directory, int stage, int step)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            if (File.Exists(path))
                AtomicFile.WriteAllText(path, string.Concat(File.ReadLines(path).Where(line => IsKept(line, stage, step)).Select(line => line + "\n")));
            return new TrainingLog(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException(path, $"cannot be written: {e.Message}", remedy: "Choose another folder.", inner: e);
        }
    }

    // A line that a kill cut short is not JSON, and goes too.
    private static bool IsKept(string line, int stage, int step)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var (lineStage, lineStep) = (json.RootElement.GetProperty("stage").GetInt32(), json.RootElement.GetProperty("step").GetInt32());
            return lineStage < stage || (lineStage == stage && lineStep <= step);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    internal void Write(TrainingProgress progress, bool evaluated)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("stage", progress.Stage);
            json.WriteString("task", progress.Task.ToString().ToLowerInvariant());
            json.WriteNumber("step", progress.Step);
            json.WriteNumber("loss", progress.Loss);
            json.WriteNumber("learning_rate", progress.LearningRate);
            json.WriteNumber("tokens_per_second", Math.Round(progress.TokensPerSecond));
            if (evaluated && progress.DevAccuracy is { } accuracy)
                json.WriteNumber("dev_accuracy", accuracy);
            if (evaluated && progress.DevLoss is { } loss)
                json.WriteNumber("dev_loss", loss);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        buffer.WriteTo(_stream);
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();
}
