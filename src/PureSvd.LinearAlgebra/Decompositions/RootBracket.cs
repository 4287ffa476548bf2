using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Narrows the interval in which a root of a secular equation lies.</summary>
internal static class RootBracket
{
    /// <summary>A point inside the bracket: by its exponent while the ends differ by orders of magnitude, then its middle.</summary>
    internal static T Between<T>(T low, T high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sixteen = T.CreateTruncating(16);
        if (low >= T.Zero && low * sixteen < high)
            return low == T.Zero ? high / (sixteen * sixteen) : T.Sqrt(low) * T.Sqrt(high);
        if (high <= T.Zero && high * sixteen > low)
            return high == T.Zero ? low / (sixteen * sixteen) : -T.Sqrt(-low) * T.Sqrt(-high);
        return low + (high - low) / T.CreateTruncating(2);
    }
}
