using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The constants of floating-point arithmetic that error analysis is written in.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class Precision<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>ε: the distance from 1 to the next number. (<c>T.Epsilon</c> of .NET is the smallest denormal instead.)</summary>
    public static T Epsilon { get; } = T.BitIncrement(T.One) - T.One;

    /// <summary>The largest finite number.</summary>
    public static T Largest { get; } = T.BitDecrement(T.PositiveInfinity);

    /// <summary>The smallest normal number, so that its reciprocal does not overflow.</summary>
    public static T SmallestNormal { get; } = T.ScaleB(T.One, 1 - T.ILogB(Largest));
}
