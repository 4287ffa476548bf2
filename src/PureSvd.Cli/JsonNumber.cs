using System.Text.Json;

namespace PureSvd.Cli;

/// <summary>Numbers in JSON, which has no NaN: that one is the string "NaN", never left out.</summary>
internal static class JsonNumber
{
    internal static void Write(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsNaN(value))
            json.WriteString(name, "NaN");
        else
            json.WriteNumber(name, value);
    }
}
