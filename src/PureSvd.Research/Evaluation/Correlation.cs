namespace PureSvd.Research.Evaluation;

/// <summary>A correlation with its 95 % interval and the number of pairs behind it.</summary>
/// <param name="Value">r or ρ; NaN where a variable is constant, has a NaN, or there are fewer than 2 pairs.</param>
/// <param name="Interval">By Fisher's z; [−1, 1] for fewer than 4 pairs.</param>
/// <param name="Count">n.</param>
public readonly record struct Correlation(double Value, Interval Interval, int Count)
{
    /// <summary>Pearson's r; standard error of atanh r is 1/√(n−3) (R. A. Fisher 1921).</summary>
    public static Correlation Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        CheckLengths(x, y);
        var r = Moment(x, y);
        return new Correlation(r, FisherInterval(r, x.Length, 1), x.Length);
    }

    /// <summary>Spearman's ρ, with average ranks for ties; standard error of atanh ρ is √((1 + ρ²/2)/(n−3)) (Bonett and Wright 2000).</summary>
    public static Correlation Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        CheckLengths(x, y);
        var rho = HasNaN(x) || HasNaN(y) ? double.NaN : Moment(Ranks(x), Ranks(y));
        return new Correlation(rho, FisherInterval(rho, x.Length, 1 + rho * rho / 2), x.Length);
    }

    /// <summary>The partial ρ of x and y given z, (ρ_xy − ρ_xz·ρ_yz)/√((1 − ρ_xz²)(1 − ρ_yz²)): what is left of their association once each one's with z is taken out. NaN where z orders x or y completely.</summary>
    /// <remarks>One variable held fixed costs one degree of freedom: n − 4 in place of n − 3 (Fisher 1924). Source: Kendall 1942, with Spearman's ρ in place of τ.</remarks>
    public static Correlation PartialSpearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z)
    {
        CheckLengths(x, y);
        CheckLengths(x, z);
        var (xy, xz, yz) = (Spearman(x, y).Value, Spearman(x, z).Value, Spearman(y, z).Value);
        var left = (1 - xz * xz) * (1 - yz * yz);
        var rho = left > 1e-12 ? Math.Clamp((xy - xz * yz) / Math.Sqrt(left), -1, 1) : double.NaN;
        return new Correlation(rho, FisherInterval(rho, x.Length - 1, 1 + rho * rho / 2), x.Length);
    }

    private static void CheckLengths(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"A correlation needs pairs, and there are {x.Length} and {y.Length} values.", nameof(y));
    }

    private static double Moment(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length < 2)
            return double.NaN;
        double meanX = 0, meanY = 0;
        for (var i = 0; i < x.Length; i++)
        {
            meanX += x[i];
            meanY += y[i];
        }
        meanX /= x.Length;
        meanY /= y.Length;
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }
        return xx == 0 || yy == 0 ? double.NaN : Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);
    }

    private static Interval FisherInterval(double r, int n, double variance)
    {
        if (double.IsNaN(r))
            return new Interval(double.NaN, double.NaN);
        if (n < 4)
            return new Interval(-1, 1);
        var half = Evaluation.Interval.Z * Math.Sqrt(variance / (n - 3));
        return Math.Abs(r) == 1 ? new Interval(r, r) : new Interval(Math.Tanh(Math.Atanh(r) - half), Math.Tanh(Math.Atanh(r) + half));
    }

    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        var v = values.ToArray();
        var order = Enumerable.Range(0, v.Length).ToArray();
        Array.Sort(order, (a, b) => v[a] != v[b] ? v[a].CompareTo(v[b]) : a.CompareTo(b));
        var ranks = new double[v.Length];
        for (var first = 0; first < order.Length;)
        {
            var last = first;
            while (last + 1 < order.Length && v[order[last + 1]] == v[order[first]])
                last++;
            for (var i = first; i <= last; i++)
                ranks[order[i]] = (first + last) / 2.0 + 1;
            first = last + 1;
        }
        return ranks;
    }

    private static bool HasNaN(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            if (double.IsNaN(value))
                return true;
        return false;
    }
}
