using System.Globalization;
using System.Net;
using System.Text;

namespace PureSvd.Cli;

/// <summary>Singular values over their index on a logarithmic axis, with the ranks that hold 90 % and 99 % of the energy, as a self-contained SVG.</summary>
internal static class SpectrumPlot
{
    private const double Width = 720, Height = 440, Left = 74, Right = 20, Top = 44, Bottom = 52;

    /// <summary>Values below σ₁ times this are rounding in float64, and would squeeze all the others.</summary>
    private const double Floor = 1e-16;

    /// <param name="name">The matrix.</param>
    /// <param name="values">σ, descending; all of them or the leading ones.</param>
    /// <param name="norm">‖A‖_F, which all of them make up.</param>
    internal static string Render(string name, ReadOnlySpan<double> values, double norm)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" font-family="system-ui, sans-serif" font-size="13">
            <title>Singular values of {WebUtility.HtmlEncode(name)}</title>
            <rect width="{Width}" height="{Height}" fill="#fff"/>
            <text x="{Left}" y="24" font-size="15" font-weight="600">Singular values of {WebUtility.HtmlEncode(name)}</text>

            """);
        if (values.IsEmpty || values[0] == 0)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height / 2}\">All singular values are 0.</text>\n");
        else
            Draw(svg, values, norm);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(StringBuilder svg, ReadOnlySpan<double> values, double norm)
    {
        var labels = new StringBuilder();
        var floor = values[0] * Floor;
        var high = (int)Math.Ceiling(Math.Log10(values[0]) + 1e-9);
        var low = (int)Math.Floor(Math.Log10(Math.Max(values[^1], floor)));
        if (low >= high)
            low = high - 1;
        var count = values.Length;
        double X(double index) => Left + (index - 1) / Math.Max(1, count - 1) * (Width - Left - Right);
        double Y(double value) => Top + (high - Math.Log10(Math.Max(value, floor))) / (high - low) * (Height - Top - Bottom);

        var step = Math.Max(1, (high - low + 7) / 8);
        for (var exponent = high; exponent >= low; exponent -= step)
        {
            var y = Top + (double)(high - exponent) / (high - low) * (Height - Top - Bottom);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.##}\" y2=\"{y:0.##}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.##}\" text-anchor=\"end\">1e{exponent}</text>\n");
        }
        foreach (var index in Ticks(count))
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(index):0.##}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{index}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">index i</text><text x=\"18\" y=\"{Height / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {Height / 2})\">σᵢ (logarithmic)</text>\n");

        foreach (var (share, y) in new[] { (0.90, Top + 14), (0.99, Top + 32) })
        {
            if (RankOf(values, norm, share) is not { } rank)
                continue;
            var x = X(rank);
            var isLeft = x < Width / 2;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.##}\" x2=\"{x:0.##}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#b04\" stroke-dasharray=\"5 4\"/>\n");
            labels.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + (isLeft ? 6 : -6):0.##}\" y=\"{y}\" text-anchor=\"{(isLeft ? "start" : "end")}\" fill=\"#b04\" stroke=\"#fff\" stroke-width=\"4\" paint-order=\"stroke\">{share * 100:0} % of ‖A‖² at rank {rank}</text>\n");
        }

        svg.Append("<polyline fill=\"none\" stroke=\"#06c\" stroke-width=\"2\" points=\"");
        // A pixel shows no more than one value, so a long spectrum is thinned.
        var stride = Math.Max(1, count / 2000);
        for (var i = 0; i < count - 1; i += stride)
            svg.Append(CultureInfo.InvariantCulture, $"{X(i + 1):0.##},{Y(values[i]):0.##} ");
        svg.Append(CultureInfo.InvariantCulture, $"{X(count):0.##},{Y(values[^1]):0.##}\"/>\n");
        if (count == 1)
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(1):0.##}\" cy=\"{Y(values[0]):0.##}\" r=\"4\" fill=\"#06c\"/>\n");
        svg.Append(labels);
    }

    // The smallest r with Σ_{i≤r} σᵢ² ≥ share·‖A‖²; null if the values that were kept do not reach it.
    private static int? RankOf(ReadOnlySpan<double> values, double norm, double share)
    {
        const double Rounding = 1e-9;
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
            if ((sum += values[i] / norm * (values[i] / norm)) >= share - Rounding)
                return i + 1;
        return null;
    }

    private static SortedSet<int> Ticks(int count)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, count / 5.0))));
        step *= count / step > 20 ? 5 : count / step > 10 ? 2 : 1;
        var ticks = new SortedSet<int> { 1 };
        for (var index = (int)step; index <= count; index += (int)step)
            ticks.Add(index);
        return ticks;
    }
}
