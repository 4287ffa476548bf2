using System.Globalization;
using System.Text;
using System.Text.Json;
using PureSvd.Research.Probing;

namespace PureSvd.Cli;

/// <summary>Probe results as text for people and as JSON for programs.</summary>
internal static class ProbeOutput
{
    internal static string Text(ProbeReport report)
    {
        var best = report.BestLayers().ToHashSet();
        var coded = report.Model.Any(r => r.OnlineCode is not null);
        string[] columns = ["task", "vector", "layer", "", "test", "± sd", "majority", "random", "static", "control", "selectivity", "λ"];
        var table = new TextTable(coded ? [.. columns, "code"] : columns) { LeftColumns = 2 };
        foreach (var r in report.Model)
        {
            string[] cells = [r.Task, Name(r.Vector), Invariant($"{r.Layer}"), best.Contains(r) ? "*" : "", Number(r.Score.Test), Number(r.Score.TestStandardDeviation), Number(r.Majority),
                Number(report.RandomFor(r)?.Score.Test), Number(report.StaticFor(r)?.Score.Test), Number(r.Control?.Test), Number(r.Control is null ? null : r.Selectivity), Invariant($"{r.Score.L2:0e0}")];
            table.Add(coded ? [.. cells, Number(r.OnlineCode?.Compression)] : cells);
        }
        return table + "* best layer on dev\n" + (coded ? "code: how many times shorter the vectors make the online code of the training labels\n" : "");
    }

    internal static string Json(ProbeReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartArray();
            foreach (var r in report.Model)
            {
                json.WriteStartObject();
                json.WriteString("task", r.Task);
                json.WriteString("vector", Name(r.Vector));
                json.WriteNumber("layer", r.Layer);
                json.WriteNumber("classes", r.Classes);
                json.WriteNumber("train", r.TrainCount);
                json.WriteNumber("test_count", r.TestCount);
                JsonNumber.Write(json, "majority", r.Majority);
                JsonNumber.Write(json, "dev", r.Score.Dev);
                JsonNumber.Write(json, "test", r.Score.Test);
                JsonNumber.Write(json, "test_sd", r.Score.TestStandardDeviation);
                JsonNumber.Write(json, "l2", r.Score.L2);
                json.WriteBoolean("converged", r.Score.Converged);
                WriteIfAny(json, "random", report.RandomFor(r)?.Score.Test);
                WriteIfAny(json, "static", report.StaticFor(r)?.Score.Test);
                WriteIfAny(json, "control", r.Control?.Test);
                WriteIfAny(json, "selectivity", r.Control is null ? null : r.Selectivity);
                WriteIfAny(json, "code_bits", r.OnlineCode?.Bits);
                WriteIfAny(json, "compression", r.OnlineCode?.Compression);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            JsonNumber.Write(json, name, number);
    }

    private static string Name(SentenceVector vector) => vector.ToString().ToLowerInvariant();

    private static string Number(double? value) => value is null ? "" : double.IsNaN(value.Value) ? "NaN" : value.Value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
