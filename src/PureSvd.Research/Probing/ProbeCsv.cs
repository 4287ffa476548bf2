using System.Globalization;
using System.Text;
using PureSvd.Storage;

namespace PureSvd.Research.Probing;

/// <summary>Writes probe results as <c>probes.csv</c>, a row a probe; without times, so that two runs give the same file.</summary>
public static class ProbeCsv
{
    private const string Header = "encoder,task,vector,layer,classes,train,test_count,majority,dev,test,test_sd,l2,converged,control,control_sd,selectivity,code_bits,compression";

    /// <summary>Writes the report to <paramref name="path"/>.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void Write(string path, ProbeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder(Header).Append('\n');
        foreach (var (encoder, results) in new[] { ("model", report.Model), ("random", report.RandomEncoder), ("static", report.StaticEmbeddings) })
            foreach (var r in results)
                Append(text, encoder, r);
        AtomicFile.WriteAllText(path, text.ToString());
    }

    private static void Append(StringBuilder text, string encoder, ProbeResult r)
    {
        text.Append(CultureInfo.InvariantCulture, $"{encoder},{Field(r.Task)},{r.Vector.ToString().ToLowerInvariant()},{r.Layer},{r.Classes},{r.TrainCount},{r.TestCount},")
            .Append(CultureInfo.InvariantCulture, $"{r.Majority:R},{r.Score.Dev:R},{r.Score.Test:R},{r.Score.TestStandardDeviation:R},{r.Score.L2:R},{(r.Score.Converged ? "true" : "false")},");
        if (r.Control is not null)
            text.Append(CultureInfo.InvariantCulture, $"{r.Control.Test:R},{r.Control.TestStandardDeviation:R},{r.Selectivity:R},");
        else
            text.Append(",,,");
        text.Append(CultureInfo.InvariantCulture, $"{r.OnlineCode?.Bits:R},{r.OnlineCode?.Compression:R}\n");
    }

    private static string Field(string value) => value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
