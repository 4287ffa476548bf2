using System.Globalization;

namespace PureSvd.Research.Studies.Plots;

/// <summary>Maps numbers to a length of paper, linearly or by their logarithm, with ticks at round numbers.</summary>
internal sealed class Scale
{
    private readonly double _from, _to;
    private readonly bool _logarithmic;

    private Scale(double low, double high, double from, double to, bool logarithmic, IReadOnlyList<double> ticks)
    {
        (Low, High, _from, _to, _logarithmic, Ticks) = (low, high, from, to, logarithmic, ticks);
    }

    /// <summary>The smallest number on the axis.</summary>
    internal double Low { get; }

    /// <summary>The largest number on the axis.</summary>
    internal double High { get; }

    /// <summary>Round numbers from low to high.</summary>
    internal IReadOnlyList<double> Ticks { get; }

    /// <summary>A linear scale over at least [<paramref name="low"/>, <paramref name="high"/>], widened to round numbers.</summary>
    internal static Scale Linear(double low, double high, double from, double to, int about = 5)
    {
        if (!(high > low))
            (low, high) = (low - 0.5, low + 0.5);
        var step = NiceStep((high - low) / about);
        var first = Math.Floor(low / step + 1e-9);
        var last = Math.Ceiling(high / step - 1e-9);
        var ticks = new List<double>();
        for (var i = first; i <= last; i++)
            ticks.Add(i * step);
        return new Scale(first * step, last * step, from, to, false, ticks);
    }

    /// <summary>A linear scale over exactly [<paramref name="low"/>, <paramref name="high"/>] with the given ticks.</summary>
    internal static Scale Fixed(double low, double high, double from, double to, IReadOnlyList<double> ticks) => new(low, high, from, to, false, ticks);

    /// <summary>A logarithmic scale over the decades that hold [<paramref name="low"/>, <paramref name="high"/>], both positive; where less than two decades do, from and to 1, 2 or 5 times a power of ten.</summary>
    internal static Scale Logarithmic(double low, double high, double from, double to)
    {
        if (high < 100 * low)
        {
            double[] round = [.. Enumerable.Range((int)Math.Floor(Math.Log10(low)) - 1, 6).SelectMany(e => new[] { 1.0, 2, 5 }.Select(f => f * Math.Pow(10, e)))];
            var (least, most) = (round.Last(t => t <= low * (1 + 1e-9)), round.First(t => t >= high * (1 - 1e-9) && t > low));
            double[] fine = [.. round.Where(t => t >= least && t <= most)];
            return new Scale(least, most, from, to, true, fine);
        }
        var first = Math.Floor(Math.Log10(low) + 1e-9);
        var last = Math.Max(first + 1, Math.Ceiling(Math.Log10(high) - 1e-9));
        var ticks = new List<double>();
        for (var e = first; e <= last; e++)
            ticks.Add(Math.Pow(10, e));
        return new Scale(ticks[0], ticks[^1], from, to, true, ticks);
    }

    /// <summary>Where <paramref name="value"/> lies; outside numbers are moved to the edge.</summary>
    internal double this[double value]
    {
        get
        {
            var clamped = Math.Clamp(value, Low, High);
            var t = _logarithmic ? Math.Log(clamped / Low) / Math.Log(High / Low) : (clamped - Low) / (High - Low);
            return _from + t * (_to - _from);
        }
    }

    /// <summary>A tick's text with as many decimals as the step needs.</summary>
    internal string Label(double tick)
    {
        if (_logarithmic)
            return tick is >= 0.001 and <= 1000 ? tick.ToString("0.###", CultureInfo.InvariantCulture) : tick.ToString("0e0", CultureInfo.InvariantCulture);
        var step = Ticks.Count > 1 ? Ticks[1] - Ticks[0] : 1;
        var decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(step) - 1e-9));
        if (Math.Abs(step * Math.Pow(10, decimals) - Math.Round(step * Math.Pow(10, decimals))) > 1e-6)
            decimals++;
        var text = tick.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }

    private static double NiceStep(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var fraction = raw / power;
        return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 2.5 ? 2.5 : fraction <= 5 ? 5 : 10);
    }
}
