using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

public class GemmTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 33, 65)]
    [InlineData(12, 32, 256)]
    [InlineData(25, 65, 257)]
    [InlineData(100, 300, 600)]
    [InlineData(500, 70, 300)]
    public void It_equals_the_triple_loop(int m, int n, int k)
    {
        foreach (var opA in Enum.GetValues<Operand>())
        {
            foreach (var opB in Enum.GetValues<Operand>())
            {
                Compare<float>(m, n, k, opA, opB, 1e-6);
                Compare<double>(m, n, k, opA, opB, 1e-15);
            }
        }
    }

    private static void Compare<T>(int m, int n, int k, Operand opA, Operand opB, double epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(1);
        var a = opA == Operand.AsIs ? Random(m, k) : Random(k, m);
        var b = opB == Operand.AsIs ? Random(k, n) : Random(n, k);
        var c = Random(m, n);
        var expected = c.View.ToMatrix();
        T alpha = T.CreateChecked(0.75), beta = T.CreateChecked(-0.5);
        GemmReference.Multiply(a, opA, b, opB, alpha, beta, expected.View);
        foreach (var threads in (int[])[1, 3])
        {
            var actual = c.View.ToMatrix();
            Gemm.Multiply(a, opA, b, opB, alpha, beta, actual.View, new Parallelism(threads));
            for (var i = 0; i < m; i++)
                for (var j = 0; j < n; j++)
                    Assert.Equal(double.CreateChecked(expected[i, j]), double.CreateChecked(actual[i, j]), epsilon * (k + 1));
        }

        Matrix<T> Random(int rows, int columns) => Matrix<T>.Create(rows, columns, (_, _) => T.CreateChecked(2 * random.NextDouble() - 1));
    }
}
