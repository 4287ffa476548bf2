using System.Globalization;
using System.Text;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>A cell of a table: what is shown, and what the data say.</summary>
internal readonly record struct TableCell(string Shown, string Data)
{
    internal static TableCell Text(string text) => new(text, text);

    internal static TableCell Percent(double fraction, int decimals = 1) => new(Phrase.Percent(fraction, decimals), Number.Text(fraction));

    internal static TableCell Points(double fraction, bool signed = false) => new(signed ? Phrase.SignedPoints(fraction) : Phrase.Points(fraction), Number.Text(fraction));

    internal static TableCell Fixed(double value, int decimals) => new(Phrase.Fixed(value, decimals), Number.Text(value));

    internal static TableCell Count(long value) => new(Phrase.Count(value), Number.Text(value));
}

/// <summary>A table as HTML, and the same as CSV behind a link that needs no network.</summary>
/// <param name="Id">The table's own id, also the name of its file.</param>
/// <param name="Caption">What it shows, as HTML.</param>
/// <param name="Columns">Column heads; the leading <paramref name="HeadColumns"/> are text, the others numbers.</param>
/// <param name="Rows">The cells.</param>
/// <param name="HeadColumns">How many leading columns name the row.</param>
internal sealed record ReportTable(string Id, string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<TableCell>> Rows, int HeadColumns = 1)
{
    internal string Html()
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"tablebox\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{Id}-c\"><table id=\"{Id}\"><caption id=\"{Id}-c\"><span>{Caption} {CsvLink()}</span></caption><thead><tr>");
        for (var c = 0; c < Columns.Count; c++)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"{(c < HeadColumns ? "" : " class=\"n\"")}>{Page.Escape(Columns[c])}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in Rows)
        {
            html.Append("<tr>");
            for (var c = 0; c < row.Count; c++)
                html.Append(c == 0 ? $"<th scope=\"row\">{Page.Escape(row[c].Shown)}</th>" : $"<td{(c < HeadColumns ? "" : " class=\"n\"")}>{Page.Escape(row[c].Shown)}</td>");
            html.Append("</tr>\n");
        }
        return html.Append("</tbody></table></div>\n").ToString();
    }

    internal string CsvLink(string text = "CSV") => Page.Download($"{Id}.csv", Csv(), text);

    private string Csv()
    {
        var csv = new StringBuilder();
        ResultsCsv.Row(csv, Columns);
        foreach (var row in Rows)
            ResultsCsv.Row(csv, [.. row.Select(c => c.Data)]);
        return csv.ToString();
    }
}
