using System.Text.RegularExpressions;
using System.Xml.Linq;
using PureSvd.Research.Studies;
using PureSvd.Research.Studies.Reporting;

namespace PureSvd.Research.Tests.Studies.Reporting;

public sealed partial class ReportTests
{
    private static readonly string Html = Report.Html(StudySummary.Of(MadeUpStudy.Create((_, allocation, removed) => removed * (allocation == "uniform" ? 0.6 : 0.3), items: 600)));

    [Fact]
    public void The_page_loads_nothing_from_elsewhere()
    {
        Assert.DoesNotContain("<script", Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", Html, StringComparison.OrdinalIgnoreCase);
        Assert.All(Urls().Matches(Html).Select(m => m.Value), url => Assert.Equal("http://www.w3.org/2000/svg", url));
    }

    [Fact]
    public void Every_drawing_is_well_formed_and_says_what_it_is()
    {
        var drawings = Drawings().Matches(Html);
        Assert.True(drawings.Count > 30, $"{drawings.Count} drawings");
        foreach (Match drawing in drawings)
        {
            var svg = XElement.Parse(drawing.Value);
            XNamespace ns = "http://www.w3.org/2000/svg";
            Assert.True((string?)svg.Attribute("aria-hidden") == "true" || (svg.Element(ns + "title")?.Value.Length > 0 && svg.Element(ns + "desc")?.Value.Length > 0), drawing.Value);
            var box = ((string)svg.Attribute("viewBox")!).Split(' ').Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            foreach (var text in svg.Descendants(ns + "text").Where(t => t.Attribute("transform") is null))
                AssertInside(text, box);
        }
    }

    [Fact]
    public void Ids_are_unique_and_links_within_the_page_lead_somewhere()
    {
        var ids = Ids().Matches(Html).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(Anchors().Matches(Html).Select(m => m.Groups[1].Value), a => Assert.Contains(a, ids));
    }

    [Fact]
    public void Every_table_carries_its_data()
    {
        var tables = Tables().Matches(Html);
        Assert.True(tables.Count >= 6);
        foreach (Match table in tables)
        {
            var rows = Rows().Count(table.Value[table.Value.IndexOf("<tbody>", StringComparison.Ordinal)..]);
            var data = Downloads().Match(table.Value);
            Assert.True(data.Success, table.Value);
            var csv = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data.Groups[1].Value));
            Assert.Equal(rows + 1, csv.TrimEnd('\n').Split('\n').Length);
        }
    }

    [Fact]
    public void A_NaN_is_shown_as_NaN()
    {
        var results = MadeUpStudy.Create((_, _, removed) => removed, models: 1, items: 300);
        results = results with { Cells = [.. results.Cells.Select(c => c.Cell.Removed == 0.6 ? c with { Cka = [.. c.Cka.Select(_ => double.NaN)], Probes = [.. c.Probes.Select(p => p with { Accuracy = double.NaN })] } : c)] };
        Assert.Contains(">NaN<", Report.Html(StudySummary.Of(results)), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_outside_are_escaped()
    {
        var html = Report.Html(StudySummary.Of(MadeUpStudy.Create((_, _, _) => 0, models: 1, items: 60, name: "<script>alert(1)</script>")));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_without_a_grid_probes_or_phenomena_still_has_a_report()
    {
        var results = MadeUpStudy.Create((_, _, _) => 0, models: 1, items: 60);
        results = results with
        {
            Cells = [results.Cells[0] with { Probes = [] }],
            Items = [.. results.Items.Select(i => i with { Phenomenon = null })],
        };
        Assert.Contains("</html>", Report.Html(StudySummary.Of(results)), StringComparison.Ordinal);
    }

    private static void AssertInside(XElement text, double[] box)
    {
        var x = double.Parse((string)text.Attribute("x")!, System.Globalization.CultureInfo.InvariantCulture);
        // About the narrowest that the text can be: what is outside even so is cut off in every font.
        var width = text.Value.Length * 11 * 0.4;
        var left = (string?)text.Attribute("text-anchor") switch { "end" => x - width, "middle" => x - width / 2, _ => x };
        Assert.True(left >= -4 && left + width <= box[2] + 4, $"\"{text.Value}\" at {left}..{left + width} in a drawing of {box[2]}");
    }

    [GeneratedRegex("https?://[^\"'<> )]+")]
    private static partial Regex Urls();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Drawings();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Anchors();

    [GeneratedRegex("<table.*?</table>", RegexOptions.Singleline)]
    private static partial Regex Tables();

    [GeneratedRegex("<tr>")]
    private static partial Regex Rows();

    [GeneratedRegex("href=\"data:text/csv;charset=utf-8;base64,([^\"]*)\"")]
    private static partial Regex Downloads();
}
