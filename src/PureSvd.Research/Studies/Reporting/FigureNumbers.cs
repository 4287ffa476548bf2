using System.Globalization;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Counts figures and tables through the report.</summary>
internal sealed class FigureNumbers
{
    private int _figures, _tables;

    /// <summary>The family whose figures are written, from 0; part of their ids.</summary>
    internal int Family { get; set; }

    internal string Figure() => string.Create(CultureInfo.InvariantCulture, $"Figure {++_figures}");

    internal string Table() => string.Create(CultureInfo.InvariantCulture, $"Table {++_tables}");
}
