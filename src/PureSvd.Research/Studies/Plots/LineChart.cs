namespace PureSvd.Research.Studies.Plots;

/// <summary>A point of a line, with its interval where it has one; NaN leaves a gap.</summary>
internal readonly record struct ChartPoint(double X, double Y, double Low = double.NaN, double High = double.NaN, string? Tooltip = null);

/// <summary>A line with markers.</summary>
/// <param name="Name">The direct label at its end; empty for none.</param>
/// <param name="Points">From left to right.</param>
/// <param name="Color">A CSS colour.</param>
/// <param name="Marker">The shape of its markers; −1 for none.</param>
/// <param name="Dashes">An SVG dash pattern; null for a solid line.</param>
/// <param name="Replicates">Single runs behind the means, drawn faintly.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, string Color, int Marker = 0, string? Dashes = null, IReadOnlyList<ChartPoint>? Replicates = null);

/// <summary>A horizontal or vertical line with a label.</summary>
internal sealed record ReferenceLine(double Value, string Label, bool Vertical = false);

/// <summary>Lines over a numeric axis, with intervals, direct labels and reference lines.</summary>
internal sealed record LineChart(string Id, string Title, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series)
{
    private const double Left = 50, Top = 30, Bottom = 46, FontSize = 12.5;

    internal double Width { get; init; } = 460;

    internal double Height { get; init; } = 330;

    internal (double Low, double High)? YRange { get; init; }

    internal (double Low, double High)? XRange { get; init; }

    internal IReadOnlyList<double>? XTicks { get; init; }

    /// <summary>Texts for <see cref="XTicks"/>; null for the numbers.</summary>
    internal IReadOnlyList<string>? XTickLabels { get; init; }

    internal bool LogarithmicY { get; init; }

    internal IReadOnlyList<ReferenceLine> References { get; init; } = [];

    /// <summary>Drawn broadly behind everything else, from left to right; empty for none.</summary>
    internal IReadOnlyList<(double X, double Y)> Front { get; init; } = [];

    /// <summary>Texts beside points, from left to right.</summary>
    internal IReadOnlyList<(double X, double Y, string Text)> Notes { get; init; } = [];

    /// <summary>Whether the series' names stand at the ends of their lines.</summary>
    internal bool DirectLabels { get; init; } = true;

    internal string Description { get; init; } = "";

    internal string Render()
    {
        var right = DirectLabels ? 14 + Series.Select(s => SvgCanvas.TextWidth(s.Name, FontSize)).DefaultIfEmpty(0).Max() : 14;
        var points = Series.SelectMany(s => s.Points.Concat(s.Replicates ?? [])).Where(p => double.IsFinite(p.Y)).ToList();
        var ys = points.SelectMany(p => new[] { p.Y, p.Low, p.High }).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var xs = points.Select(p => p.X).DefaultIfEmpty(0).ToList();
        var (xLow, xHigh) = XRange ?? (xs.Min(), xs.Max());
        var (yLow, yHigh) = YRange ?? (ys.Min(), ys.Max());
        var (x0, x1, y0, y1) = (Left, Width - right, Height - Bottom, Top);
        var x = XTicks is null ? Scale.Linear(xLow, xHigh, x0, x1) : Scale.Fixed(xLow, xHigh, x0, x1, XTicks);
        var y = LogarithmicY ? Scale.Logarithmic(yLow, yHigh, y0, y1) : Scale.Linear(yLow, yHigh, y0, y1);

        var svg = new SvgCanvas(Id, Width, Height, Title, Description.Length > 0 ? Description : $"{YLabel} over {XLabel}; one line for each of {string.Join(", ", Series.Select(s => s.Name))}.");
        svg.Text(0, 13, Title, "ft");
        DrawAxes(svg, x, y, x0, x1, y0);
        foreach (var reference in References)
            DrawReference(svg, reference, x, y, x0, x1, y0);
        if (Front.Count > 0)
            svg.Polyline([.. Front.Select(p => (x[p.X], y[p.Y]))], "front");
        foreach (var series in Series)
            DrawSeries(svg, series, x, y);
        DrawNotes(svg, x, y, x1);
        if (DirectLabels)
            DrawDirectLabels(svg, x, y, y0);
        return svg.ToString();
    }

    private void DrawAxes(SvgCanvas svg, Scale x, Scale y, double x0, double x1, double y0)
    {
        foreach (var tick in y.Ticks)
        {
            svg.Line(x0, y[tick], x1, y[tick], "grid");
            svg.Text(x0 - 7, y[tick] + 4, y.Label(tick), "tick", "end");
        }
        svg.Line(x0, y0, x1, y0, "axis");
        for (var i = 0; i < x.Ticks.Count; i++)
        {
            svg.Line(x[x.Ticks[i]], y0, x[x.Ticks[i]], y0 + 4, "axis");
            svg.Text(x[x.Ticks[i]], y0 + 18, XTickLabels is null ? x.Label(x.Ticks[i]) : XTickLabels[i], "tick", "middle");
        }
        svg.Text((x0 + x1) / 2, Height - 8, XLabel, "al", "middle");
        svg.Text(12, (y0 + Top) / 2, YLabel, "al", "middle", -90);
    }

    private static void DrawReference(SvgCanvas svg, ReferenceLine reference, Scale x, Scale y, double x0, double x1, double y0)
    {
        if (reference.Vertical)
        {
            svg.Line(x[reference.Value], Top, x[reference.Value], y0, "ref");
            var toLeft = x[reference.Value] > (x0 + x1) / 2;
            svg.Text(x[reference.Value] + (toLeft ? -5 : 5), Top + 10, reference.Label, "rl", toLeft ? "end" : "start");
        }
        else
        {
            svg.Line(x0, y[reference.Value], x1, y[reference.Value], "ref");
            svg.Text(x0 + 4, y[reference.Value] - 5, reference.Label, "rl");
        }
    }

    private static void DrawSeries(SvgCanvas svg, ChartSeries series, Scale x, Scale y)
    {
        foreach (var p in series.Replicates ?? [])
            if (double.IsFinite(p.Y))
                svg.Marker(series.Marker, x[p.X], y[p.Y], 2.2, "rep", $"fill:{series.Color}", p.Tooltip);
        foreach (var p in series.Points)
            if (double.IsFinite(p.Low) && double.IsFinite(p.High))
            {
                svg.Line(x[p.X], y[p.Low], x[p.X], y[p.High], "ci", $"stroke:{series.Color}");
                svg.Line(x[p.X] - 3, y[p.Low], x[p.X] + 3, y[p.Low], "ci", $"stroke:{series.Color}");
                svg.Line(x[p.X] - 3, y[p.High], x[p.X] + 3, y[p.High], "ci", $"stroke:{series.Color}");
            }
        var run = new List<(double, double)>();
        foreach (var p in series.Points.Append(new ChartPoint(0, double.NaN)))
        {
            if (double.IsFinite(p.Y))
            {
                run.Add((x[p.X], y[p.Y]));
                continue;
            }
            if (run.Count > 1)
                svg.Polyline(run, "line", $"stroke:{series.Color}{(series.Dashes is null ? "" : $";stroke-dasharray:{series.Dashes}")}");
            run.Clear();
        }
        if (series.Marker >= 0)
            foreach (var p in series.Points)
                if (double.IsFinite(p.Y))
                    svg.Marker(series.Marker, x[p.X], y[p.Y], 3.8, "mk", $"fill:{series.Color}", p.Tooltip);
    }

    // Above its point, where that is free; else below, or further away.
    private void DrawNotes(SvgCanvas svg, Scale x, Scale y, double x1)
    {
        const double Size = 11;
        var taken = References.Where(r => !r.Vertical).Select(r => (Left: Left, Right: Left + 4 + SvgCanvas.TextWidth(r.Label, Size), Y: y[r.Value] - 5)).ToList();
        foreach (var (px, py, text) in Notes)
        {
            var width = SvgCanvas.TextWidth(text, Size);
            var left = Math.Clamp(x[px] - width / 2, Left + 2, Math.Max(Left + 2, x1 - width));
            double[] candidates = [y[py] - 9, y[py] + 18, y[py] - 22, y[py] + 31, y[py] - 35, y[py] + 44];
            var at = candidates.FirstOrDefault(c => c > Top && c < Height - Bottom && !taken.Any(t => Math.Abs(t.Y - c) < Size + 1 && left < t.Right && left + width > t.Left), candidates[0]);
            taken.Add((left, left + width, at));
            svg.Text(left, at, text, "rl");
        }
    }

    private void DrawDirectLabels(SvgCanvas svg, Scale x, Scale y, double y0)
    {
        var ends = Series.Where(s => s.Name.Length > 0)
            .Select(s => (Series: s, End: s.Points.LastOrDefault(p => double.IsFinite(p.Y), new ChartPoint(double.NaN, double.NaN))))
            .Where(e => double.IsFinite(e.End.Y))
            .OrderBy(e => y[e.End.Y]).ToList();
        var places = Labels.Spread([.. ends.Select(e => y[e.End.Y])], FontSize + 2.5, Top, y0);
        for (var i = 0; i < ends.Count; i++)
        {
            var at = Width - (DirectLabels ? 8 + Series.Max(s => SvgCanvas.TextWidth(s.Name, FontSize)) : 0) + 2;
            if (Math.Abs(places[i] - y[ends[i].End.Y]) > 2 || at - x[ends[i].End.X] > 14)
                svg.Line(x[ends[i].End.X] + 5, y[ends[i].End.Y], at - 2, places[i], "leader");
            svg.Text(at, places[i] + 4, ends[i].Series.Name, "dl", style: $"fill:{ends[i].Series.Color}");
        }
    }
}
