using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>y ← α·op(A)·x + β·y by the double loop: what <see cref="Gemv"/> is tested against.</summary>
public static class GemvReference
{
    /// <summary>y ← α·op(A)·x + β·y; see <see cref="Gemv.Multiply{T}"/>.</summary>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, ReadOnlySpan<T> x, T alpha, T beta, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            var sum = T.Zero;
            for (var j = 0; j < x.Length; j++)
                sum += (opA == Operand.AsIs ? a[i, j] : a[j, i]) * x[j];
            y[i] = beta == T.Zero ? alpha * sum : alpha * sum + beta * y[i];
        }
    }
}
