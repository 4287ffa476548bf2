using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>How a line is drawn everywhere. Of methods and allocations, those that there are more of have a colour each, the others dashes; its marker is its own. What is done to whole matrices comes after these.</summary>
internal readonly record struct LineStyle(string Color, string? Dashes, int Marker)
{
    private static readonly string?[] DashPatterns = [null, "7 4", "2 3", "9 3 2 3", "12 3", "4 2", "1 4", "9 3 2 3 2 3"];

    internal static LineStyle Of(FamilySummary family, MethodLine line)
    {
        var factored = family.Lines;
        var methods = factored.Select(l => l.Method).Distinct().ToList();
        var allocations = factored.Select(l => l.Allocation).Distinct().ToList();
        var place = factored.ToList().IndexOf(line);
        if (place < 0)
            return Encoded(family, line, Math.Max(methods.Count, allocations.Count));
        var (color, dash) = allocations.Count > methods.Count
            ? (allocations.IndexOf(line.Allocation), methods.IndexOf(line.Method))
            : (methods.IndexOf(line.Method), allocations.IndexOf(line.Allocation));
        return new LineStyle(Palette.Series(color), DashPatterns[dash % DashPatterns.Length], place);
    }

    /// <summary>The key to all factorizations, as HTML with small drawings.</summary>
    internal static string Legend(FamilySummary family) => Legend(family, family.Lines);

    /// <summary>The key to <paramref name="lines"/>.</summary>
    internal static string Legend(FamilySummary family, IReadOnlyList<MethodLine> lines)
    {
        var items = lines.Select(line =>
        {
            var style = Of(family, line);
            var svg = new SvgCanvas("", 34, 14, "", "");
            svg.Line(1, 7, 33, 7, "line", $"stroke:{style.Color}{(style.Dashes is null ? "" : $";stroke-dasharray:{style.Dashes}")}");
            svg.Marker(style.Marker, 17, 7, 4, "mk", $"fill:{style.Color}");
            // A key is decoration: its text says it all.
            var drawing = svg.ToString();
            drawing = "<svg aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 34 14\">" + drawing[(drawing.IndexOf("</desc>", StringComparison.Ordinal) + "</desc>".Length)..];
            return $"<li>{drawing}{Page.Escape(line.ToString())}</li>";
        });
        return $"<ul class=\"legend\">{string.Concat(items)}</ul>";
    }

    private static LineStyle Encoded(FamilySummary family, MethodLine line, int after)
    {
        var place = family.Encoded.Select(l => l.Line!).Distinct().ToList().IndexOf(line);
        // Where the colours begin again, the markers must not begin with them.
        return new LineStyle(Palette.Series(after + place), "2 3", family.Lines.Count + place + 3 * ((after + place) / Palette.SeriesCount));
    }
}
