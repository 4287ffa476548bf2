namespace PureSvd.Research.Evaluation;

/// <summary>Holm's step-down correction for many tests: the i-th smallest of m p-values becomes max over j ≤ i of min(1, (m − j + 1)·p₍ⱼ₎).</summary>
/// <remarks>Keeps the probability of any false rejection below the level, whatever the dependence between the tests. Source: S. Holm, Scandinavian Journal of Statistics 6 (1979).</remarks>
public static class Holm
{
    /// <summary>Adjusted p-values in the order of the raw ones; a NaN stays NaN and counts as a test.</summary>
    public static double[] Adjust(ReadOnlySpan<double> pValues)
    {
        var m = pValues.Length;
        var adjusted = new double[m];
        var p = pValues.ToArray();
        var order = new int[m];
        for (var i = 0; i < m; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => (double.IsNaN(p[a]), double.IsNaN(p[b])) switch
        {
            (true, true) => a.CompareTo(b),
            (true, false) => 1,
            (false, true) => -1,
            _ => p[a] != p[b] ? p[a].CompareTo(p[b]) : a.CompareTo(b),
        });
        var largest = 0.0;
        for (var rank = 0; rank < m; rank++)
        {
            var i = order[rank];
            if (double.IsNaN(p[i]))
            {
                adjusted[i] = double.NaN;
                continue;
            }
            largest = Math.Max(largest, Math.Min(1, (m - rank) * p[i]));
            adjusted[i] = largest;
        }
        return adjusted;
    }
}
