using System.Text;
using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>A table with named columns: tab-separated without quoting, as GLUE has it, or comma-separated with quotes (RFC 4180).</summary>
internal sealed class DelimitedTable
{
    private DelimitedTable(string file, string[] columns, List<Row> rows)
    {
        File = file;
        Columns = columns;
        Rows = rows;
    }

    /// <summary>The fields of one record and the line where it starts.</summary>
    internal readonly record struct Row(int Line, string[] Fields);

    internal string File { get; }

    internal string[] Columns { get; }

    internal List<Row> Rows { get; }

    /// <summary>The first of <paramref name="names"/> that is a column, in any case; −1 for none.</summary>
    internal int Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var column = Array.FindIndex(Columns, c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (column >= 0)
                return column;
        }
        return -1;
    }

    /// <summary>Parses <paramref name="text"/>; commas separate if the name ends in .csv or the first line has no tab.</summary>
    /// <param name="path">The file that the text comes from.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="header">The names of the columns if the first line has none; null to take them from there.</param>
    internal static DelimitedTable Parse(string path, string text, string[]? header = null)
    {
        var firstLine = text.AsSpan()[..(text.IndexOf('\n') is >= 0 and var end ? end : text.Length)];
        var comma = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase) || !firstLine.Contains('\t');
        var records = comma ? CommaSeparated(path, text) : TabSeparated(text);

        if (records.Count == 0)
            throw new InputDataException(path, "the file is empty.");
        var columns = header ?? [.. records[0].Fields.Select(f => f.Trim())];
        if (header is null)
            records.RemoveAt(0);
        foreach (var row in records)
        {
            if (row.Fields.Length != columns.Length)
                throw new InputDataException(path, $"the line has {row.Fields.Length} fields, and the {(header is null ? "header" : "table")} has {columns.Length} columns.", $"line {row.Line}");
        }
        return new DelimitedTable(path, columns, records);
    }

    private static List<Row> TabSeparated(string text)
    {
        var rows = new List<Row>();
        var line = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            line++;
            var record = text.AsSpan()[range];
            if (record.EndsWith("\r"))
                record = record[..^1];
            if (!record.IsEmpty)
                rows.Add(new Row(line, record.ToString().Split('\t')));
        }
        return rows;
    }

    private static List<Row> CommaSeparated(string path, string text)
    {
        var rows = new List<Row>();
        var fields = new List<string>();
        var field = new StringBuilder();
        var (line, start, at) = (1, 1, 0);
        while (at < text.Length)
        {
            at = text[at] == '"' ? Quoted(path, text, at, field, ref line) : Bare(text, at, field);
            fields.Add(field.ToString());
            field.Clear();

            var separator = at < text.Length ? text[at] : '\n';
            if (separator == ',')
            {
                at++;
                if (at < text.Length)
                    continue;
                fields.Add("");
                separator = '\n';
            }
            if (separator == '\r' && at + 1 < text.Length && text[at + 1] == '\n')
                (separator, at) = ('\n', at + 1);
            if (separator != '\n' && !(separator == '\r' && at + 1 == text.Length))
                throw new InputDataException(path, "a closing quote is followed by more text.", $"line {line}", "Double the quotes inside a quoted field.");
            if (fields.Count > 1 || fields[0].Length > 0)
                rows.Add(new Row(start, [.. fields]));
            fields.Clear();
            at++;
            start = ++line;
        }
        return rows;
    }

    private static int Bare(string text, int at, StringBuilder field)
    {
        var end = text.AsSpan(at).IndexOfAny(',', '\n');
        end = end < 0 ? text.Length : at + end;
        if (end > at && text[end - 1] == '\r' && (end == text.Length || text[end] == '\n'))
            end--;
        field.Append(text, at, end - at);
        return end;
    }

    private static int Quoted(string path, string text, int at, StringBuilder field, ref int line)
    {
        var opened = line;
        at++;
        while (true)
        {
            var quote = text.IndexOf('"', at);
            if (quote < 0)
                throw new InputDataException(path, "a quote is opened and never closed.", $"line {opened}");
            field.Append(text, at, quote - at);
            line += text.AsSpan(at, quote - at).Count('\n');
            at = quote + 1;
            if (at >= text.Length || text[at] != '"')
                return at;
            field.Append('"');
            at++;
        }
    }
}
