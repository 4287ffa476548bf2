using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

internal static class MatrixVector
{
    public static void Multiply<T>(MatrixView<T> a, ReadOnlySpan<T> x, T alpha, T beta, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < a.Rows; i++)
        {
            var dot = alpha * TensorPrimitives.Dot(a.Row(i), x);
            y[i] = beta == T.Zero ? dot : dot + beta * y[i];
        }
    }

    public static void MultiplyTransposed<T>(MatrixView<T> a, ReadOnlySpan<T> x, T alpha, T beta, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (beta == T.Zero)
            y.Clear();
        for (var i = 0; i < a.Rows; i++)
            TensorPrimitives.MultiplyAddEstimate(a.Row(i), alpha * x[i], y, y);
    }
}
