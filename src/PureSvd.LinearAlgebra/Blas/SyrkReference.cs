using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>C ← α·op(A)·op(A)ᵀ + β·C by the triple loop: what <see cref="Syrk"/> is tested against.</summary>
public static class SyrkReference
{
    /// <summary>C ← α·op(A)·op(A)ᵀ + β·C, both triangles; see <see cref="Syrk.Multiply{T}"/>.</summary>
    public static void Multiply<T>(MatrixView<T> a, Operand opA, T alpha, T beta, MatrixView<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = opA == Operand.AsIs ? a.Columns : a.Rows;
        for (var i = 0; i < c.Rows; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = T.Zero;
                for (var p = 0; p < k; p++)
                    sum += opA == Operand.AsIs ? a[i, p] * a[j, p] : a[p, i] * a[p, j];
                c[i, j] = beta == T.Zero ? alpha * sum : alpha * sum + beta * c[i, j];
                c[j, i] = c[i, j];
            }
        }
    }
}
