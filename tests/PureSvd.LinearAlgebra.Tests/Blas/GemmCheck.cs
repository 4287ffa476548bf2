using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

/// <summary>Compares a product with the triple loop, within what rounding can do.</summary>
internal static class GemmCheck
{
    /// <summary>|C − Ĉ| ≤ 2(k + 3)·u·(|α||A||B| + |β||C₀|), element by element: both sides may err by half of that (N. Higham, <i>Accuracy and Stability</i>, §3.5).</summary>
    internal static void AssertClose<T>(MatrixView<T> a, Operand opA, MatrixView<T> b, Operand opB, T alpha, T beta, Matrix<T> start, MatrixView<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = opA == Operand.AsIs ? a.Columns : a.Rows;
        var expected = start.View.ToMatrix();
        GemmReference.Multiply(a, opA, b, opB, alpha, beta, expected);
        var bound = TestMatrices.Abs<T>(start);
        GemmReference.Multiply(TestMatrices.Abs(a), opA, TestMatrices.Abs(b), opB, T.Abs(alpha), T.Abs(beta), bound.View);
        var factor = T.CreateChecked(2 * (k + 3) * TestMatrices.Roundoff<T>());
        for (var i = 0; i < actual.Rows; i++)
        {
            for (var j = 0; j < actual.Columns; j++)
            {
                var error = T.Abs(expected[i, j] - actual[i, j]);
                Assert.True(error <= factor * bound[i, j], $"{actual.Rows}×{actual.Columns}×{k} {opA} {opB} β={beta}: ({i}, {j}) is {actual[i, j]}, not {expected[i, j]}.");
            }
        }
    }
}
