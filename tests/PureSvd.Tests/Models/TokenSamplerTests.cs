using PureSvd.Models;

namespace PureSvd.Tests.Models;

public class TokenSamplerTests
{
    private static readonly float[] Logits = [1, 3, -2, 3, 0, 2.5f];

    [Fact]
    public void Without_temperature_the_first_of_the_likeliest_is_taken()
        => Assert.All(Draw(new SamplingOptions(), 5), id => Assert.Equal(1, id));

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    public void Draws_follow_the_distribution_at_the_temperature(double temperature)
    {
        const int Count = 40000;
        var counts = new int[Logits.Length];
        foreach (var id in Draw(new SamplingOptions { Temperature = temperature, Seed = 3 }, Count))
            counts[id]++;
        var weights = Logits.Select(z => Math.Exp(z / temperature)).ToArray();
        for (var i = 0; i < weights.Length; i++)
        {
            var p = weights[i] / weights.Sum();
            Assert.InRange(counts[i] / (double)Count, p - 5 * Math.Sqrt(p / Count), p + 5 * Math.Sqrt(p / Count));
        }
    }

    [Theory]
    [InlineData(1, null, new[] { 1 })]
    [InlineData(2, null, new[] { 1, 3 })]
    [InlineData(100, null, new[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(null, 0.3, new[] { 1 })]
    [InlineData(null, 0.6, new[] { 1, 3 })]
    [InlineData(null, 0.9, new[] { 1, 3, 5 })]
    [InlineData(3, 0.99, new[] { 1, 3, 5 })]
    public void Top_k_and_top_p_leave_the_likeliest(int? k, double? p, int[] expected)
        => Assert.Equal(expected, Draw(new SamplingOptions { Temperature = 1, TopK = k, TopP = p }, 3000).Distinct().Order());

    [Fact]
    public void The_same_seed_draws_the_same_and_another_does_not()
    {
        var options = new SamplingOptions { Temperature = 1, Seed = 9 };
        Assert.Equal(Draw(options, 50), Draw(options, 50));
        Assert.NotEqual(Draw(options, 50), Draw(options with { Seed = 10 }, 50));
    }

    [Fact]
    public void What_is_out_of_range_or_no_number_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TokenSampler(new SamplingOptions { Temperature = -1 }));
        Assert.Throws<ArgumentException>(() => new TokenSampler(new SamplingOptions { Temperature = double.NaN }));
        Assert.Throws<ArgumentException>(() => new TokenSampler(new SamplingOptions { TopK = 0 }));
        Assert.Throws<ArgumentException>(() => new TokenSampler(new SamplingOptions { TopP = 1.5 }));
        Assert.Throws<ArithmeticException>(() => new TokenSampler(new SamplingOptions()).Next<float>([1, float.NaN]));
    }

    private static int[] Draw(SamplingOptions options, int count)
    {
        var sampler = new TokenSampler(options);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Next<float>(Logits))];
    }
}
