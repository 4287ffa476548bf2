using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>Norms of matrices. A NaN anywhere gives NaN; the norm of an empty matrix is 0.</summary>
public static class Norms
{
    /// <summary>‖A‖_F = √Σ a²ᵢⱼ, without overflow or underflow on the way.</summary>
    public static T Frobenius<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var max = Max(a);
        if (max == T.Zero || !T.IsFinite(max))
            return max;

        // A power of two rounds nothing. With the largest element near 1 no sum of squares overflows, and what underflows is too small to count.
        var scale = T.ScaleB(T.One, -int.Max(T.ILogB(max), -MaxExponent<T>()));
        var sum = T.Zero;
        for (var i = 0; i < a.Rows; i++)
        {
            var rowSum = T.Zero;
            foreach (var x in a.Row(i))
                rowSum += x * scale * (x * scale);
            sum += rowSum;
        }
        return T.Sqrt(sum) / scale;
    }

    /// <summary>max |aᵢⱼ|.</summary>
    public static T Max<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var max = T.Zero;
        for (var i = 0; i < a.Rows && a.Columns > 0; i++)
            max = T.Max(max, T.Abs(TensorPrimitives.MaxMagnitude<T>(a.Row(i))));
        return max;
    }

    /// <summary>‖A‖₁ = maxⱼ Σᵢ |aᵢⱼ|: the largest sum of a column.</summary>
    public static T One<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sums = new T[a.Columns];
        for (var i = 0; i < a.Rows; i++)
        {
            var row = a.Row(i);
            for (var j = 0; j < row.Length; j++)
                sums[j] += T.Abs(row[j]);
        }
        return sums.Length == 0 ? T.Zero : TensorPrimitives.Max<T>(sums);
    }

    /// <summary>‖A‖_∞ = maxᵢ Σⱼ |aᵢⱼ|: the largest sum of a row.</summary>
    public static T Infinity<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var max = T.Zero;
        for (var i = 0; i < a.Rows; i++)
            max = T.Max(max, TensorPrimitives.SumOfMagnitudes<T>(a.Row(i)));
        return max;
    }

    private static int MaxExponent<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.ILogB(T.BitDecrement(T.PositiveInfinity));
}
