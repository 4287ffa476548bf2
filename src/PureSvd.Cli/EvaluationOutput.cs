using System.Globalization;
using System.Text;
using System.Text.Json;
using PureSvd.Research.Evaluation;

namespace PureSvd.Cli;

/// <summary>An evaluation as text for people and as JSON for programs.</summary>
internal static class EvaluationOutput
{
    internal static string Text(NliResult r, IReadOnlyList<BaselineResult> baselines)
    {
        var text = new StringBuilder();
        var scores = new TextTable("", "accuracy", "95 %", "", "n");
        scores.Add("model", Number(r.Accuracy), Number(r.Low), Number(r.High), Count(r.Count));
        scores.Add($"majority ({r.MajorityLabel})", Number(r.MajorityRate), "", "", "");
        foreach (var b in baselines)
            scores.Add(b.Name, Number(b.Score.Accuracy), Number(b.Score.Low), Number(b.Score.High), $"trained on {Count(b.TrainCount)}");
        text.Append(scores).Append('\n');

        var labels = new TextTable("label", "gold", "predicted");
        for (var c = 0; c < r.Classes.Count; c++)
            labels.Add(r.Classes[c], Count(r.GoldHistogram[c]), Count(r.Histogram[c]));
        if (r.NonFinite > 0)
            labels.Add("(no number)", "0", Count(r.NonFinite));
        text.Append(labels);

        if (r.ByPhenomenon.Count > 0)
        {
            var phenomena = new TextTable(["phenomenon", "n", "accuracy", "95 %", "", "majority", .. baselines.Select(b => b.Name)]);
            foreach (var p in r.ByPhenomenon)
            {
                var others = baselines.Select(b => Number(b.Score.ByPhenomenon.Single(q => q.Phenomenon == p.Phenomenon).Accuracy));
                phenomena.Add([p.Phenomenon, Count(p.Count), Number(p.Accuracy), Number(p.Interval.Low), Number(p.Interval.High), Number(p.MajorityRate), .. others]);
            }
            text.Append('\n').Append(phenomena);
        }
        return text.Append(CultureInfo.InvariantCulture, $"\n{r.MillisecondsPerExample:0.000} ms per example\n").ToString();
    }

    internal static string Json(NliResult r, bool folded, IReadOnlyList<BaselineResult> baselines)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WriteScore(json, r);
            json.WriteString("majority_label", r.MajorityLabel);
            json.WriteBoolean("folded", folded);
            json.WriteNumber("truncated", r.Truncated);
            json.WriteNumber("non_finite", r.NonFinite);
            json.WriteBoolean("collapsed", r.Collapsed);
            json.WriteNumber("ms_per_example", r.MillisecondsPerExample);
            json.WriteStartArray("labels");
            for (var c = 0; c < r.Classes.Count; c++)
            {
                json.WriteStartObject();
                json.WriteString("label", r.Classes[c]);
                json.WriteNumber("gold", r.GoldHistogram[c]);
                json.WriteNumber("predicted", r.Histogram[c]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("baselines");
            foreach (var b in baselines)
            {
                json.WriteStartObject();
                json.WriteString("name", b.Name);
                WriteScore(json, b.Score);
                json.WriteNumber("train_count", b.TrainCount);
                json.WriteNumber("features", b.FeatureCount);
                json.WriteNumber("l2", b.L2);
                json.WriteBoolean("converged", b.Converged);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteScore(Utf8JsonWriter json, NliResult r)
    {
        json.WriteNumber("count", r.Count);
        JsonNumber.Write(json, "accuracy", r.Accuracy);
        JsonNumber.Write(json, "low", r.Low);
        JsonNumber.Write(json, "high", r.High);
        JsonNumber.Write(json, "majority_rate", r.MajorityRate);
        json.WriteStartArray("phenomena");
        foreach (var p in r.ByPhenomenon)
        {
            json.WriteStartObject();
            json.WriteString("phenomenon", p.Phenomenon);
            json.WriteNumber("count", p.Count);
            JsonNumber.Write(json, "accuracy", p.Accuracy);
            JsonNumber.Write(json, "low", p.Interval.Low);
            JsonNumber.Write(json, "high", p.Interval.High);
            JsonNumber.Write(json, "majority_rate", p.MajorityRate);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Number(double value) => double.IsNaN(value) ? "NaN" : value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Count(int value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
