using System.Globalization;
using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies.Reporting;

/// <summary>Figures as the report's sentences say them.</summary>
internal static class Phrase
{
    internal const char ThinSpace = '\u202f';

    /// <summary>0.941 → <c>94.1 %</c>.</summary>
    internal static string Percent(double fraction, int decimals = 1) => double.IsFinite(fraction) ? $"{Fixed(100 * fraction, decimals)}{ThinSpace}%" : "NaN";

    /// <summary>A ratio of the grid: 0.2 → <c>20 %</c>.</summary>
    internal static string Ratio(double removed) => $"{(100 * removed).ToString("0.#", CultureInfo.InvariantCulture)}{ThinSpace}%";

    /// <summary>0.229 → <c>22.9</c>: a difference of two percentages, in points.</summary>
    internal static string Points(double fraction) => double.IsFinite(fraction) ? Fixed(100 * fraction, 1) : "NaN";

    /// <summary>With its sign.</summary>
    internal static string SignedPoints(double fraction) => double.IsFinite(fraction) ? (Math.Round(100 * fraction, 1) > 0 ? "+" : "") + Points(fraction) : "NaN";

    /// <summary><c>21.4 to 24.3</c>.</summary>
    internal static string PointRange(Interval interval) => $"{Points(interval.Low)} to {Points(interval.High)}";

    internal static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return "NaN";
        var text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        // −0.0 is 0.0 to a reader.
        return text.AsSpan().TrimStart('-').IndexOfAnyInRange('1', '9') < 0 ? text.TrimStart('-') : text.Replace('-', '−');
    }

    internal static string PValue(double p) => !double.IsFinite(p) ? "" : p < 0.001 ? "< 0.001" : Fixed(p, 3);

    internal static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ThinSpace);

    internal static string Bytes(long bytes) => $"{Fixed(bytes / 1e6, 2)}{ThinSpace}MB";

    internal static string Plural(int count, string one, string? many = null) => $"{(count == 1 ? "one" : count == 2 ? "two" : count == 3 ? "three" : Count(count))} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary><c>a, b and c</c>.</summary>
    internal static string List(IReadOnlyList<string> items)
        => items.Count switch { 0 => "", 1 => items[0], _ => string.Join(", ", items.Take(items.Count - 1)) + " and " + items[^1] };
}
