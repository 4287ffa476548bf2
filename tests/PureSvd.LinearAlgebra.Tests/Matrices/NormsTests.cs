namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class NormsTests
{
    [Fact]
    public void They_equal_their_definitions()
    {
        var a = new GuardedMatrix<double>(Matrix<double>.Create(2, 3, (i, j) => (i == 0 ? [1, -2, 3] : new double[] { -4, 5, 6 })[j])).View;
        Assert.Equal(Math.Sqrt(91), Norms.Frobenius(a), 1e-14);
        Assert.Equal(6, Norms.Max(a));
        Assert.Equal(9, Norms.One(a));
        Assert.Equal(15, Norms.Infinity(a));
    }

    [Theory]
    [InlineData(1e-320)]
    [InlineData(1e-200)]
    [InlineData(1)]
    [InlineData(1e300)]
    public void Frobenius_neither_overflows_nor_underflows(double scale)
    {
        var a = Matrix<double>.Create(2, 2, (i, j) => scale * (i == j ? 3 : 0) + scale * (i > j ? 4 : 0));
        Assert.Equal(1, Norms.Frobenius<double>(a) / (Math.Sqrt(34) * scale), scale < 1e-300 ? 0.01 : 1e-14);
    }

    [Theory]
    [InlineData(1e-44f)]
    [InlineData(1e-30f)]
    [InlineData(1e38f)]
    public void Frobenius_in_float_neither_overflows_nor_underflows(float scale)
    {
        var a = Matrix<float>.Create(1, 2, (_, _) => scale);
        Assert.Equal(1, Norms.Frobenius<float>(a) / (Math.Sqrt(2) * scale), scale < 1e-38 ? 0.1 : 1e-6);
    }

    [Fact]
    public void NaN_is_not_lost_and_infinity_stays()
    {
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            var a = TestMatrices.Random<float>(5, 20);
            a[3, 17] = bad;
            var expected = float.Abs(bad);
            Assert.Equal(expected, Norms.Frobenius<float>(a));
            Assert.Equal(expected, Norms.Max<float>(a));
            Assert.Equal(expected, Norms.One<float>(a));
            Assert.Equal(expected, Norms.Infinity<float>(a));
        }
    }

    [Fact]
    public void The_norm_of_nothing_is_zero()
    {
        foreach (var (rows, columns) in ((int, int)[])[(0, 0), (0, 3), (3, 0)])
        {
            var a = new Matrix<float>(rows, columns);
            Assert.Equal(0, Norms.Frobenius<float>(a) + Norms.Max<float>(a) + Norms.One<float>(a) + Norms.Infinity<float>(a));
        }
    }
}
