namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class PlainJacobiTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(3, 7)]
    [InlineData(40, 40)]
    public void Svd_reconstructs(int m, int n)
    {
        var random = new SeededRandom(1);
        var a = Matrix<double>.Create(m, n, (_, _) => random.NextGaussian());
        var (u, s, vt) = Svd.Compute<double>(a);
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                Assert.Equal(a[i, j], Enumerable.Range(0, s.Length).Sum(p => u[i, p] * s[p] * vt[p, j]), tolerance: 1e-12);
    }

    [Fact]
    public void Eigen_reconstructs()
    {
        var random = new SeededRandom(1);
        var b = Matrix<double>.Create(30, 30, (_, _) => random.NextGaussian());
        var a = Matrix<double>.Create(30, 30, (i, j) => b[i, j] + b[j, i]);
        var (values, q) = SymmetricEigen.Compute<double>(a);
        for (var i = 0; i < 30; i++)
            for (var j = 0; j < 30; j++)
                Assert.Equal(a[i, j], Enumerable.Range(0, 30).Sum(p => q[i, p] * values[p] * q[j, p]), tolerance: 1e-12);
    }
}
