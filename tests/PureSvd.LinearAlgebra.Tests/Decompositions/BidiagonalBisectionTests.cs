using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class BidiagonalBisectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void Values_in_float_are_those_of_QR_iteration_in_double_to_a_few_roundings(int n)
    {
        foreach (var kind in Enum.GetValues<MatrixKind>())
        {
            var (d, e) = Bidiagonal<float>(kind, n);
            var expected = ByQr(Array.ConvertAll(d, x => (double)x), Array.ConvertAll(e, x => (double)x));
            var values = BidiagonalBisection.Values(d, e, Parallelism.Serial, default);
            Assert.Equal(values.OrderDescending(), values);
            for (var i = 0; i < n; i++)
                Assert.True(Math.Abs(values[i] - expected[i]) <= 8 * TestMatrices.Epsilon<float>() * expected[0], $"{kind}, value {i} of {n}: {values[i]} for {expected[i]}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(65)]
    [InlineData(300)]
    public void Values_in_double_are_those_of_QR_iteration_to_its_accuracy(int n)
    {
        foreach (var kind in Enum.GetValues<MatrixKind>())
        {
            var (d, e) = Bidiagonal<double>(kind, n);
            var values = BidiagonalBisection.Values(d, e, Parallelism.Serial, default);
            var ratio = Ratios.Values(ByQr(d, e), values, n);
            Assert.True(ratio < 10, $"{kind}: the ratio is {ratio}");
        }
    }

    [Fact]
    public void Toeplitz_values_are_known_in_closed_form()
    {
        // Ones on both diagonals: 2·cos(kπ/(2n + 1)).
        const int N = 200;
        var values = BidiagonalBisection.Values(Enumerable.Repeat(1.0, N).ToArray(), Enumerable.Repeat(1.0, N - 1).ToArray(), Parallelism.Serial, default);
        for (var k = 1; k <= N; k++)
            Assert.Equal(2 * Math.Cos(k * Math.PI / (2 * N + 1)), values[k - 1], tolerance: 1e-14);
    }

    [Fact]
    public void The_largest_number_is_found_without_overflow()
    {
        var values = BidiagonalBisection.Values(Enumerable.Repeat(double.MaxValue, 50).ToArray(), new double[49], Parallelism.Serial, default);
        Assert.All(values, value => Assert.InRange(value, double.MaxValue * (1 - 1e-15), double.MaxValue));
    }

    [Fact]
    public void A_zero_on_the_diagonal_is_a_value_of_zero()
    {
        var d = new[] { 3f, 0f, 2f, 1f };
        var values = BidiagonalBisection.Values(d, [1f, 1f, 1f], Parallelism.Serial, default);
        Assert.Equal(0f, values[3]);
        Assert.All(values[..3], value => Assert.True(value > 0.1f));
        Assert.Equal([0f, 0f], BidiagonalBisection.Values(new float[2], new float[1], Parallelism.Serial, default));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var (d, e) = Bidiagonal<float>(MatrixKind.Gaussian, 333);
        var one = BidiagonalBisection.Values(d, e, Parallelism.Serial, default);
        Assert.Equal(one, BidiagonalBisection.Values(d, e, new Parallelism(5), default));
    }

    private static double[] ByQr(double[] d, double[] e)
    {
        BidiagonalQr<double>.Diagonalize(d, e, null, null, default);
        return [.. d.Select(Math.Abs).OrderDescending()];
    }

    private static (T[] D, T[] E) Bidiagonal<T>(MatrixKind kind, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = PowerOfTwoScale.Take<T>(TestMatrices.Make<T>(kind, n, n, 7)).Scaled;
        var reduction = Bidiagonalization<T>.Reduce(a, 32, Parallelism.Serial, null, default);
        return (reduction.Diagonal, reduction.Superdiagonal);
    }
}
