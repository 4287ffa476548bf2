using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class SturmBisectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void Values_are_those_of_QL_to_a_few_roundings_of_the_largest(int n)
    {
        Check<double>(n);
        Check<float>(n);
    }

    private static void Check<T>(int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var orders in new[] { 0, 3, 30 })
        {
            var random = new SeededRandom((ulong)(n + orders));
            T Element() => T.CreateTruncating((random.NextDouble() - 0.5) * Math.Pow(10, -orders * random.NextDouble()));
            var (d, e) = (Enumerable.Range(0, n).Select(_ => Element()).ToArray(), Enumerable.Range(0, n - 1).Select(_ => Element()).ToArray());
            var values = SturmBisection.Eigenvalues(d, e, Parallelism.Serial, default);
            Assert.Equal(values, SturmBisection.Eigenvalues(d, e, new Parallelism(3), default));
            Assert.Equal(values.OrderDescending(), values);

            var (exactD, exactE) = (Array.ConvertAll(d, double.CreateTruncating), Array.ConvertAll(e, double.CreateTruncating));
            TridiagonalQl<double>.Diagonalize(exactD, exactE, null, Parallelism.Serial, default);
            var exact = exactD.OrderDescending().ToArray();
            var allowed = 8 * double.CreateTruncating(Precision<T>.Epsilon) * exact.Max(Math.Abs) * (typeof(T) == typeof(double) ? Math.Sqrt(n) : 1);
            for (var i = 0; i < n; i++)
                Assert.InRange(double.CreateTruncating(values[i]) - exact[i], -allowed, allowed);
        }
    }

    [Fact]
    public void Second_differences_have_values_known_in_closed_form()
    {
        const int N = 150;
        var values = SturmBisection.Eigenvalues(Enumerable.Repeat(2.0, N).ToArray(), Enumerable.Repeat(-1.0, N - 1).ToArray(), Parallelism.Serial, default);
        for (var k = 1; k <= N; k++)
            Assert.Equal(2 + 2 * Math.Cos(k * Math.PI / (N + 1)), values[k - 1], tolerance: 1e-14);
    }

    [Fact]
    public void Equal_values_and_zeros_are_found_as_often_as_they_are_there()
    {
        var values = SturmBisection.Eigenvalues([3.0, 0, 3, 0, -1], new double[4], Parallelism.Serial, default);
        foreach (var (value, expected) in values.Zip([3.0, 3, 0, 0, -1]))
            Assert.Equal(expected, value, tolerance: 1e-15);
        foreach (var (value, expected) in SturmBisection.Eigenvalues([-0.0, -0.0, 0, 2], [1.0, 0, 0], Parallelism.Serial, default).Zip([2.0, 1, 0, -1]))
            Assert.Equal(expected, value, tolerance: 1e-15);
        Assert.Equal([0.0, 0], SturmBisection.Eigenvalues(new double[2], new double[1], Parallelism.Serial, default));
    }
}
