namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class SpectrumSummaryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    public void Equal_values_use_every_direction(double scale)
    {
        var summary = SpectrumSummary.Of<double>(Enumerable.Repeat(scale, 20).ToArray());
        Assert.Equal(20, summary.StableRank, 1e-12);
        Assert.Equal(20, summary.EffectiveRank, 1e-12);
        Assert.Equal((18, 20), (summary.Rank90, summary.Rank99));
        Assert.Equal(Math.Sqrt(20), summary.Frobenius / scale, 1e-12);
    }

    [Fact]
    public void One_value_is_one_direction_and_none_is_none()
    {
        var summary = SpectrumSummary.Of<float>([3, 0, 0]);
        Assert.Equal((3, 3.0, 0.0, 1.0, 1.0, 1, 1), (summary.Count, summary.Largest, summary.Smallest, summary.StableRank, summary.EffectiveRank, summary.Rank90, summary.Rank99));
        Assert.Equal(new SpectrumSummary(2, 0, 0, 0, 0, 0, 0, 0), SpectrumSummary.Of<float>([0, 0]));
        Assert.Equal(new SpectrumSummary(0, 0, 0, 0, 0, 0, 0, 0), SpectrumSummary.Of<float>([]));
    }

    [Fact]
    public void The_figures_are_those_of_their_definitions()
    {
        var summary = SpectrumSummary.Of<double>([4, 2, 1]);
        Assert.Equal(21.0 / 16, summary.StableRank, 1e-15);
        Assert.Equal(Math.Exp(-(4 / 7.0 * Math.Log(4 / 7.0) + 2 / 7.0 * Math.Log(2 / 7.0) + 1 / 7.0 * Math.Log(1 / 7.0))), summary.EffectiveRank, 1e-14);
        Assert.Equal((2, 3), (summary.Rank90, summary.Rank99));
    }
}
