namespace PureSvd.Research.Studies.Plots;

/// <summary>A point of a scatter plot.</summary>
internal readonly record struct ScatterPoint(double X, double Y, string Color, int Marker, string Tooltip);

/// <summary>Points over two numeric axes.</summary>
internal sealed record ScatterPlot(string Id, string Title, string XLabel, string YLabel, IReadOnlyList<ScatterPoint> Points)
{
    internal double Width { get; init; } = 460;

    internal double Height { get; init; } = 350;

    /// <summary>A note in the upper left corner, line by line.</summary>
    internal IReadOnlyList<string> Note { get; init; } = [];

    internal (double Low, double High)? XRange { get; init; }

    internal (double Low, double High)? YRange { get; init; }

    internal string Render()
    {
        var points = Points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToList();
        var (x0, x1, y0, y1) = (50.0, Width - 12, Height - 46, 30 + 16.0 * Note.Count);
        var (xLow, xHigh) = XRange ?? (points.Select(p => p.X).Append(0).Min(), points.Select(p => p.X).Append(0).Max());
        var (yLow, yHigh) = YRange ?? (points.Select(p => p.Y).Append(0).Min(), points.Select(p => p.Y).Append(0).Max());
        var x = Scale.Linear(xLow, xHigh, x0, x1);
        var y = Scale.Linear(yLow, yHigh, y0, y1);
        var svg = new SvgCanvas(Id, Width, Height, Title, $"{YLabel} against {XLabel}, {points.Count} points. {string.Join(" ", Note)}");
        svg.Text(0, 13, Title, "ft");
        for (var i = 0; i < Note.Count; i++)
            svg.Text(0, 30 + 16 * i, Note[i], "rl");
        foreach (var tick in y.Ticks)
        {
            svg.Line(x0, y[tick], x1, y[tick], tick == 0 ? "axis" : "grid");
            svg.Text(x0 - 7, y[tick] + 4, y.Label(tick), "tick", "end");
        }
        foreach (var tick in x.Ticks)
        {
            svg.Line(x[tick], y0, x[tick], y1, tick == 0 ? "axis" : "grid");
            svg.Text(x[tick], y0 + 18, x.Label(tick), "tick", "middle");
        }
        svg.Line(x0, y0, x1, y0, "axis");
        svg.Text((x0 + x1) / 2, Height - 8, XLabel, "al", "middle");
        svg.Text(12, (y0 + y1) / 2, YLabel, "al", "middle", -90);
        foreach (var p in points)
            svg.Marker(p.Marker, x[p.X], y[p.Y], 4.2, "mk", $"fill:{p.Color}", p.Tooltip);
        return svg.ToString();
    }
}
