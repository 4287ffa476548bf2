using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Models;

/// <summary>Writes a <c>config.json</c>.</summary>
internal static class ConfigWriter
{
    /// <summary>Writes the <paramref name="known"/> members in their order, then whatever else <paramref name="original"/> had, but for <paramref name="except"/>.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    internal static void Write(string directory, IReadOnlyList<(string Name, Action<Utf8JsonWriter, string> Write)> known, JsonElement? original, string? except = null)
    {
        // Which layers share a basis is known of the model that is written, not of the file that it came from.
        var names = known.Select(k => k.Name).Append(SharedBases.Key).ToHashSet(StringComparer.Ordinal);
        AtomicFile.Write(Path.Combine(directory, ConfigReader.FileName), stream =>
        {
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                json.WriteStartObject();
                foreach (var (name, write) in known)
                    write(json, name);
                if (original is { } rest)
                    foreach (var member in rest.EnumerateObject())
                        if (!names.Contains(member.Name) && member.Name != except)
                            member.WriteTo(json);
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        });
    }
}
