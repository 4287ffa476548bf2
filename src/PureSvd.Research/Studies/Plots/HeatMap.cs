namespace PureSvd.Research.Studies.Plots;

/// <summary>A table in colours, with its numbers in the cells; NaN is written as NaN.</summary>
/// <param name="Id">The figure's own id.</param>
/// <param name="Title">Above the map.</param>
/// <param name="Rows">Row labels, top to bottom.</param>
/// <param name="Columns">Column labels, left to right.</param>
/// <param name="Values">[row][column].</param>
internal sealed record HeatMap(string Id, string Title, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<double>> Values)
{
    private const double FontSize = 11.5;

    /// <summary>The colour of a finite value.</summary>
    internal required Func<double, Shade> Color { get; init; }

    /// <summary>The text of a finite value.</summary>
    internal required Func<double, string> Format { get; init; }

    /// <summary>Whether the value at [row][column] is written; all are if null.</summary>
    internal Func<int, int, bool>? Written { get; init; }

    internal double CellWidth { get; init; } = 34;

    internal double CellHeight { get; init; } = 22;

    /// <summary>Below the columns.</summary>
    internal string XLabel { get; init; } = "";

    internal string Description { get; init; } = "";

    internal string Render()
    {
        var left = 8 + Rows.Select(r => SvgCanvas.TextWidth(r, FontSize)).DefaultIfEmpty(0).Max();
        const double Top = 40;
        var width = Math.Max(left + Columns.Count * CellWidth + 2, SvgCanvas.TextWidth(Title, 12.5) + 4);
        var height = Top + Rows.Count * CellHeight + (XLabel.Length > 0 ? 20 : 4);
        var svg = new SvgCanvas(Id, width, height, Title, Description.Length > 0 ? Description : $"Rows: {string.Join(", ", Rows)}. Columns: {string.Join(", ", Columns)}.");
        svg.Text(0, 13, Title, "ft");
        for (var c = 0; c < Columns.Count; c++)
            svg.Text(left + (c + 0.5) * CellWidth, Top - 6, Columns[c], "tick", "middle");
        for (var r = 0; r < Rows.Count; r++)
        {
            var y = Top + r * CellHeight;
            svg.Text(left - 6, y + CellHeight / 2 + 4, Rows[r], "tick", "end");
            for (var c = 0; c < Columns.Count; c++)
            {
                var value = Values[r][c];
                var shade = double.IsFinite(value) ? Color(value) : new Shade("none", true);
                svg.Rectangle(left + c * CellWidth, y, CellWidth, CellHeight, "hc", $"fill:{shade.Fill}", $"{Rows[r]}, {Columns[c]}: {(double.IsFinite(value) ? Format(value) : "NaN")}");
                if (Written?.Invoke(r, c) ?? true)
                    svg.Text(left + (c + 0.5) * CellWidth, y + CellHeight / 2 + 4, double.IsFinite(value) ? Format(value) : "NaN", "hv", "middle", style: double.IsFinite(value) ? $"fill:{shade.Ink}" : null);
            }
        }
        if (XLabel.Length > 0)
            svg.Text(left + Columns.Count * CellWidth / 2, height - 5, XLabel, "al", "middle");
        return svg.ToString();
    }
}
