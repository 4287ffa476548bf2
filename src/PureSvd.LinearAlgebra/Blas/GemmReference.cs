using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>C ← α·op(A)·op(B) + β·C by the triple loop: what <see cref="Gemm"/> is tested against.</summary>
/// <remarks>cᵢⱼ ← α·Σₚ aᵢₚ·bₚⱼ + β·cᵢⱼ: 2·m·n·k flops on mk + kn + mn elements. This loop loads two elements for every two flops; all that <see cref="Gemm"/> gains is loading fewer, and many at once.</remarks>
public static class GemmReference
{
    /// <summary>C ← α·op(A)·op(B) + β·C; see <see cref="Gemm"/>.</summary>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = opA == Operand.AsIs ? a.Columns : a.Rows;
        for (var i = 0; i < c.Rows; i++)
        {
            for (var j = 0; j < c.Columns; j++)
            {
                var sum = T.Zero;
                for (var p = 0; p < k; p++)
                    sum += (opA == Operand.AsIs ? a[i, p] : a[p, i]) * (opB == Operand.AsIs ? b[p, j] : b[j, p]);
                c[i, j] = beta == T.Zero ? alpha * sum : alpha * sum + beta * c[i, j];
            }
        }
    }

    /// <summary>Cᵢ ← α·op(Aᵢ)·op(Bᵢ) + β·Cᵢ, one after the other; see <see cref="Gemm.MultiplyBatch"/>.</summary>
    public static void MultiplyBatch<T>(MatrixBatch<T> a, Operand opA, MatrixBatch<T> b, Operand opB, T alpha, T beta, MatrixBatch<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < c.Count; i++)
            Multiply(a[i], opA, b[i], opB, alpha, beta, c[i]);
    }
}
