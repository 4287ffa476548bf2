using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>The Euclidean norm of a vector, safe against overflow and underflow of the squares.</summary>
internal static class VectorNorm
{
    /// <summary>‖x‖₂; as LAPACK's xNRM2, by one plain pass where the squares are safe and a scaled one where they are not.</summary>
    public static T Of<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.IsEmpty)
            return T.Zero;
        var sum = Reductions.Dot(x, x);
        if (sum >= Limits<T>.SafeSquare && T.IsFinite(sum))
            return T.Sqrt(sum);
        return Scaled(x);
    }

    private static T Scaled<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = T.Abs(TensorPrimitives.MaxMagnitude(x));
        if (largest == T.Zero || !T.IsFinite(largest))
            return largest;
        var exponent = T.ILogB(largest);
        var sum = T.Zero;
        foreach (var value in x)
        {
            var scaled = T.ScaleB(value, -exponent);
            sum += scaled * scaled;
        }
        return T.ScaleB(T.Sqrt(sum), exponent);
    }

    private static class Limits<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Squares that underflow are negligible in a sum of this size.</summary>
        public static readonly T SafeSquare = Precision<T>.SmallestNormal / (Precision<T>.Epsilon * Precision<T>.Epsilon);
    }
}
