using PureSvd.Research.Studies.Plots;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>How a line is drawn everywhere: its colour is its method, its dashes are its allocation, its marker is its own.</summary>
internal readonly record struct LineStyle(string Color, string? Dashes, int Marker)
{
    private static readonly string?[] DashPatterns = [null, "7 4", "2 3", "9 3 2 3"];

    internal static LineStyle Of(FamilySummary family, MethodLine line)
    {
        var methods = family.Lines.Select(l => l.Method).Distinct().ToList();
        var allocations = family.Lines.Select(l => l.Allocation).Distinct().ToList();
        return new LineStyle(
            Palette.Series(methods.IndexOf(line.Method)), DashPatterns[allocations.IndexOf(line.Allocation) % DashPatterns.Length], family.Lines.ToList().IndexOf(line));
    }

    /// <summary>The key to all lines, as HTML with small drawings.</summary>
    internal static string Legend(FamilySummary family)
    {
        var items = family.Lines.Select(line =>
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
}
