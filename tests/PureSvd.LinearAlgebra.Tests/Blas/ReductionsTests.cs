namespace PureSvd.LinearAlgebra.Tests.Blas;

public class ReductionsTests
{
    [Fact]
    public void A_sum_has_the_same_bits_wherever_its_elements_lie()
    {
        var random = new SeededRandom(3);
        var buffer = new float[700];
        foreach (var count in new[] { 1, 15, 16, 64, 128, 129, 500, 640 })
        {
            var x = Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian()).ToArray();
            var sum = Reductions.Sum<float>(x);
            var dot = Reductions.Dot<float>(x, x);
            Assert.Equal(dot, Reductions.SumOfSquares<float>(x));
            for (var offset = 0; offset < 20; offset++)
            {
                var moved = buffer.AsSpan(offset, count);
                x.CopyTo(moved);
                Assert.Equal(sum, Reductions.Sum<float>(moved));
                Assert.Equal(dot, Reductions.Dot<float>(x, moved));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(33)]
    [InlineData(257)]
    public void A_sum_is_that_of_the_plain_loop(int count)
    {
        var x = Enumerable.Range(1, count).Select(i => 1.0 / i).ToArray();
        Assert.Equal(x.Aggregate(0.0, (sum, value) => sum + value), Reductions.Sum<double>(x), 13);
        Assert.Equal(x.Aggregate(0.0, (sum, value) => sum + value * value), Reductions.Dot<double>(x, x), 13);
    }

    [Fact]
    public void Vectors_of_two_lengths_are_refused()
        => Assert.Throws<ArgumentException>(() => Reductions.Dot<float>(new float[3], new float[4]));
}
