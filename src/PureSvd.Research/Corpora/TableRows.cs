using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>The rows of any table with named columns: separated by tabs or commas, or an object a line.</summary>
internal static class TableRows
{
    /// <summary>Every row with the line where it starts; columns are found in any case.</summary>
    /// <exception cref="InputDataException">The file is missing, empty or malformed.</exception>
    internal static IEnumerable<(int Line, IReadOnlyDictionary<string, string> Fields)> Read(string path)
    {
        var text = TextFile.Read(path);
        return text.AsSpan().TrimStart()[0] == '{' ? JsonRows(path, text) : DelimitedRows(path, text);
    }

    private static IEnumerable<(int, IReadOnlyDictionary<string, string>)> DelimitedRows(string path, string text)
    {
        var table = DelimitedTable.Parse(path, text);
        foreach (var (line, values) in table.Rows)
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (var c = 0; c < table.Columns.Length; c++)
                fields.TryAdd(table.Columns[c], values[c]);
            yield return (line, fields);
        }
    }

    private static IEnumerable<(int, IReadOnlyDictionary<string, string>)> JsonRows(string path, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            if (!string.IsNullOrWhiteSpace(lines[i]))
                yield return (i + 1, JsonFields(path, lines[i], i + 1));
    }

    /// <summary>The members of the object on one line that are texts or numbers, in any case.</summary>
    /// <exception cref="InputDataException">The line is no object.</exception>
    internal static Dictionary<string, string> JsonFields(string path, string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputDataException(path, "the line is not a JSON object.", $"line {number}");
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    fields[property.Name] = property.Value.ToString();
            }
            return fields;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputDataException(path, "the line is not valid JSON.", $"line {number}", inner: e);
        }
    }
}
