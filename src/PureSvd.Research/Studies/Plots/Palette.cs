using System.Globalization;

namespace PureSvd.Research.Studies.Plots;

/// <summary>The figures' colours: distinguishable with every common colour vision, in print and on dark paper.</summary>
internal static class Palette
{
    /// <summary>Series colours live in the style sheet as <c>--s0</c> … (the first six after M. Okabe and K. Ito, 2008), lighter on dark paper.</summary>
    internal const int SeriesCount = 12;

    /// <summary>The style-sheet colour of a series.</summary>
    internal static string Series(int index) => string.Create(CultureInfo.InvariantCulture, $"var(--s{index % SeriesCount})");

    /// <summary>From blue (gain) over near-white (0) to red (loss): <paramref name="t"/> in [−1, 1]. Red–blue is read by every common colour vision.</summary>
    internal static Shade Diverging(double t) => Interpolate(
        [(-1, 0x21, 0x66, 0xAC), (-0.5, 0x92, 0xC5, 0xDE), (0, 0xF7, 0xF7, 0xF5), (0.25, 0xFD, 0xDB, 0xC7), (0.5, 0xF4, 0xA5, 0x82), (0.75, 0xD6, 0x60, 0x4D), (1, 0x9B, 0x12, 0x2A)], t);

    /// <summary>From pale to deep blue-green: <paramref name="t"/> in [0, 1].</summary>
    internal static Shade Sequential(double t) => Interpolate(
        [(0, 0xFB, 0xF3, 0xDE), (0.25, 0xDC, 0xE3, 0xC0), (0.5, 0x8F, 0xC4, 0xB4), (0.75, 0x3A, 0x8D, 0x9B), (1, 0x12, 0x4E, 0x72)], t);

    /// <summary>From light to dark along one hue: for an ordered series such as layers.</summary>
    internal static string Ordered(int index, int count)
    {
        var t = count <= 1 ? 1.0 : (double)index / (count - 1);
        return Interpolate([(0, 0xE0, 0xA4, 0x3A), (0.5, 0xB8, 0x50, 0x5A), (1, 0x4A, 0x3A, 0x8C)], t).Fill;
    }

    private static Shade Interpolate(ReadOnlySpan<(double At, int R, int G, int B)> stops, double t)
    {
        t = Math.Clamp(t, stops[0].At, stops[^1].At);
        var i = 1;
        while (i < stops.Length - 1 && stops[i].At < t)
            i++;
        var (a, b) = (stops[i - 1], stops[i]);
        var u = (t - a.At) / (b.At - a.At);
        int Mix(int x, int y) => (int)Math.Round(x + u * (y - x));
        var (red, green, blue) = (Mix(a.R, b.R), Mix(a.G, b.G), Mix(a.B, b.B));
        return new Shade(string.Create(CultureInfo.InvariantCulture, $"#{red:x2}{green:x2}{blue:x2}"), 0.2126 * red + 0.7152 * green + 0.0722 * blue > 140);
    }
}

/// <summary>A fill colour.</summary>
/// <param name="Fill">As <c>#rrggbb</c>.</param>
/// <param name="IsLight">Whether dark text reads better on it.</param>
internal readonly record struct Shade(string Fill, bool IsLight)
{
    /// <summary>A text colour that reads on it.</summary>
    internal string Ink => IsLight ? "#1b1b1a" : "#ffffff";
}
