using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Triangular systems by substitution, one element at a time: what <see cref="Trsm"/> is tested against.</summary>
public static class TrsmReference
{
    /// <summary>B ← op(T)⁻¹·B; see <see cref="Trsm.SolveLeft{T}"/>.</summary>
    public static void SolveLeft<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var column = 0; column < b.Columns; column++)
        {
            for (var step = 0; step < t.Rows; step++)
            {
                var forward = (triangle == Triangle.Lower) == (opT == Operand.AsIs);
                var i = forward ? step : t.Rows - 1 - step;
                var x = b[i, column];
                for (var known = 0; known < step; known++)
                {
                    var j = forward ? known : t.Rows - 1 - known;
                    x -= (opT == Operand.AsIs ? t[i, j] : t[j, i]) * b[j, column];
                }

                b[i, column] = unitDiagonal ? x : x / t[i, i];
            }
        }
    }

    /// <summary>B ← B·op(T)⁻¹; see <see cref="Trsm.SolveRight{T}"/>.</summary>
    public static void SolveRight<T>(MatrixView<T> t, Triangle triangle, Operand opT, bool unitDiagonal, MatrixView<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var transposed = b.Transpose();
        SolveLeft(t, triangle, opT == Operand.AsIs ? Operand.Transposed : Operand.AsIs, unitDiagonal, transposed.View);
        transposed.View.TransposeTo(b);
    }
}
