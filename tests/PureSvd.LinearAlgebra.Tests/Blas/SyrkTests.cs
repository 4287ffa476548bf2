namespace PureSvd.LinearAlgebra.Tests.Blas;

public class SyrkTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(7, 0)]
    [InlineData(95, 10)]
    [InlineData(96, 30)]
    [InlineData(97, 5)]
    [InlineData(193, 40)]
    [InlineData(300, 260)]
    public void It_equals_the_triple_loop_and_the_general_product_and_is_symmetric(int n, int k)
    {
        foreach (var opA in Enum.GetValues<Operand>())
        {
            foreach (var beta in (double[])[0, 0.5])
            {
                var a = new GuardedMatrix<double>(opA == Operand.AsIs ? TestMatrices.Random<double>(n, k, 1) : TestMatrices.Random<double>(k, n, 1));
                var start = TestMatrices.Random<double>(n, n, 2);
                for (var i = 0; i < n; i++)
                    for (var j = 0; j < i; j++)
                        start[j, i] = start[i, j];
                if (beta == 0)
                    start.Span.Fill(double.NaN);
                var c = new GuardedMatrix<double>(start);
                Syrk.Multiply(a.View, opA, -1.5, beta, c.View, new Parallelism(2));
                c.AssertIntact();

                var expected = start.View.ToMatrix();
                SyrkReference.Multiply(a.View, opA, -1.5, beta, expected);
                var product = start.View.ToMatrix();
                Gemm.Multiply(a.View, opA, a.View, opA == Operand.AsIs ? Operand.Transposed : Operand.AsIs, -1.5, beta, product.View, Parallelism.Serial);
                for (var i = 0; i < n; i++)
                {
                    for (var j = 0; j < n; j++)
                    {
                        Assert.Equal(expected[i, j], c.View[i, j], 1e-13 * (k + 1));
                        Assert.Equal(product[Math.Max(i, j), Math.Min(i, j)], c.View[i, j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_lower_product_leaves_the_upper_triangle_alone()
    {
        var a = TestMatrices.Random<float>(130, 20);
        var c = Matrix<float>.Create(130, 130, (i, j) => j > i ? float.NaN : 1);
        Syrk.MultiplyLower(a, Operand.AsIs, 1, 1, c.View, Parallelism.Serial);
        for (var i = 0; i < 130; i++)
            for (var j = 0; j < 130; j++)
                Assert.Equal(j > i, float.IsNaN(c[i, j]));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named() =>
        Assert.Contains("4×4", Assert.Throws<ArgumentException>(() => Syrk.Multiply(new Matrix<float>(3, 4), Operand.AsIs, 1, 0, new Matrix<float>(4, 4).View, Parallelism.Serial)).Message, StringComparison.Ordinal);
}
