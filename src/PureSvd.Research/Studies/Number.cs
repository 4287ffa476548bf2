using System.Globalization;

namespace PureSvd.Research.Studies;

/// <summary>Numbers as every file of a study writes them: invariant culture, shortest round trip, NaN as NaN.</summary>
internal static class Number
{
    internal static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    internal static string Text(double? value) => value is { } v ? Text(v) : "";

    internal static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
