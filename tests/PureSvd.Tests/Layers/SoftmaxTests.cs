using PureSvd.Layers;

namespace PureSvd.Tests.Layers;

public class SoftmaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(500)]
    public void It_is_the_softmax_of_float64(int length)
    {
        var values = Enumerable.Range(0, length).Select(i => (float)(20 * Math.Sin(i * 1.7))).ToArray();
        var expected = values.Select(v => Math.Exp(v - (double)values.Max())).ToArray();
        Softmax.Apply(values.AsSpan());
        for (var i = 0; i < length; i++)
            Assert.Equal(expected[i] / expected.Sum(), values[i], 3e-7);
    }

    [Fact]
    public void A_value_that_is_no_number_is_never_lost()
    {
        float[] row = [1, 2, float.NaN, 3];
        Softmax.Apply(row.AsSpan());
        Assert.All(row, value => Assert.True(float.IsNaN(value)));
    }
}
