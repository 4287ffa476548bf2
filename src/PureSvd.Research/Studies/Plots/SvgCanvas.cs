using System.Globalization;
using System.Net;
using System.Text;

namespace PureSvd.Research.Studies.Plots;

/// <summary>Writes one inline SVG: coordinates with two decimals, text escaped, a title and a description for who does not see it.</summary>
/// <remarks>Colours and fonts come from the page's style sheet by class, so that a figure follows light, dark and print.</remarks>
internal sealed class SvgCanvas
{
    private readonly StringBuilder _svg = new();

    internal SvgCanvas(string id, double width, double height, string title, string description)
    {
        Id = id;
        Width = width;
        Height = height;
        _svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {N(width)} {N(height)}\" style=\"max-width:{N(1.08 * width)}px\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">");
        _svg.Append(CultureInfo.InvariantCulture, $"<title id=\"{id}-t\">{Escape(title)}</title><desc id=\"{id}-d\">{Escape(description)}</desc>");
    }

    internal string Id { get; }

    internal double Width { get; }

    internal double Height { get; }

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    internal void Line(double x1, double y1, double x2, double y2, string @class, string? style = null)
        => _svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" class=\"{@class}\"{Style(style)}/>");

    internal void Polyline(IEnumerable<(double X, double Y)> points, string @class, string? style = null)
        => _svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}\" class=\"{@class}\"{Style(style)}/>");

    internal void Polygon(IEnumerable<(double X, double Y)> points, string @class, string? style = null)
        => _svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}\" class=\"{@class}\"{Style(style)}/>");

    internal void Rectangle(double x, double y, double width, double height, string @class, string? style = null, string? tooltip = null)
        => _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" class=\"{@class}\"{Style(style)}{Close("rect", tooltip)}");

    internal void Text(double x, double y, string text, string @class, string anchor = "start", double rotate = 0, string? style = null)
    {
        var turn = rotate == 0 ? "" : $" transform=\"rotate({N(rotate)} {N(x)} {N(y)})\"";
        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\" class=\"{@class}\"{turn}{Style(style)}>{Escape(text)}</text>");
    }

    /// <summary>A marker of a shape of its own for each <paramref name="shape"/>, so that colour is never the only difference.</summary>
    internal void Marker(int shape, double x, double y, double radius, string @class, string? style = null, string? tooltip = null)
    {
        var close = Close(null, tooltip);
        switch (shape % 6)
        {
            case 0:
                _svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" class=\"{@class}\"{Style(style)}{Close("circle", tooltip)}");
                return;
            case 1:
                var half = radius * 0.9;
                Rectangle(x - half, y - half, 2 * half, 2 * half, @class, style, tooltip);
                return;
            case 2:
                Shape([(x, y - 1.2 * radius), (x + 1.1 * radius, y + 0.8 * radius), (x - 1.1 * radius, y + 0.8 * radius)]);
                return;
            case 3:
                Shape([(x, y - 1.25 * radius), (x + 1.25 * radius, y), (x, y + 1.25 * radius), (x - 1.25 * radius, y)]);
                return;
            case 4:
                Shape([(x, y + 1.2 * radius), (x + 1.1 * radius, y - 0.8 * radius), (x - 1.1 * radius, y - 0.8 * radius)]);
                return;
            default:
                var (w, r) = (radius * 0.42, radius * 1.15);
                Shape([(x - w, y - r), (x + w, y - r), (x + w, y - w), (x + r, y - w), (x + r, y + w), (x + w, y + w), (x + w, y + r), (x - w, y + r), (x - w, y + w), (x - r, y + w), (x - r, y - w), (x - w, y - w)]);
                return;
        }

        void Shape((double X, double Y)[] points)
            => _svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}\" class=\"{@class}\"{Style(style)}{(tooltip is null ? "/>" : close + "</polygon>")}");
    }

    /// <summary>About how wide <paramref name="text"/> is in the figures' sans serif, erring on the wide side.</summary>
    internal static double TextWidth(string text, double size)
    {
        var em = 0.0;
        foreach (var c in text)
            em += c switch
            {
                ' ' or '.' or ',' or ':' or ';' or 'i' or 'j' or 'l' or 'I' or '|' or '\'' or '(' or ')' or 't' or 'f' or 'r' or '-' => 0.34,
                'm' or 'w' or 'M' or 'W' or '%' or '—' or '@' => 0.9,
                >= 'A' and <= 'Z' => 0.69,
                _ => 0.57,
            };
        return em * size;
    }

    public override string ToString() => _svg + "</svg>";

    internal static string N(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Style(string? style) => style is null ? "" : $" style=\"{style}\"";

    private static string Close(string? element, string? tooltip)
        => tooltip is null ? "/>" : $"><title>{Escape(tooltip)}</title>" + (element is null ? "" : $"</{element}>");
}
