using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Research.Evaluation;

/// <summary>Writes predictions as JSON lines, so that any paired test can be done over.</summary>
public static class PredictionFile
{
    /// <summary>Writes <c>{"index":…,"gold":…,"predicted":…,"phenomenon":…}</c> a line.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream);
            foreach (var prediction in predictions)
            {
                json.WriteStartObject();
                json.WriteNumber("index", prediction.Index);
                json.WriteString("gold", prediction.Gold);
                json.WriteString("predicted", prediction.Predicted);
                if (prediction.Phenomenon is not null)
                    json.WriteString("phenomenon", prediction.Phenomenon);
                json.WriteEndObject();
                json.Flush();
                stream.WriteByte((byte)'\n');
                json.Reset();
            }
        });
    }
}
