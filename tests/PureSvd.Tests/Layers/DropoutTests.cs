using PureSvd.Layers;

namespace PureSvd.Tests.Layers;

public class DropoutTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void It_drops_at_its_rate_and_keeps_the_mean(double rate)
    {
        var values = Ones<float>(200_000);
        new Dropout(rate, seed: 4, step: 9).Apply<float>(values);
        var dropped = values.Count(v => v == 0);
        var deviation = Math.Sqrt(values.Length * rate * (1 - rate));
        Assert.InRange(dropped, values.Length * rate - 4 * deviation, values.Length * rate + 4 * deviation);
        Assert.All(values, v => Assert.True(v == 0 || Math.Abs(v - 1 / (1 - rate)) < 1e-6));
    }

    [Fact]
    public void The_mask_depends_on_seed_step_and_site_and_on_nothing_else()
    {
        var mask = Mask(new Dropout(0.3, 1, 2).At(3), 1000);
        Assert.Equal(mask, Mask(new Dropout(0.3, 1, 2).At(3), 1000));
        Assert.Equal(mask.Take(37), Mask(new Dropout(0.3, 1, 2).At(3), 37));
        foreach (var other in new[] { new Dropout(0.3, 2, 2).At(3), new Dropout(0.3, 1, 3).At(3), new Dropout(0.3, 1, 2).At(4), new Dropout(0.3, 1, 2), new Dropout(0.3, 1, 2).At(3).At(0) })
        {
            // Independent masks agree in 0.7² + 0.3² = 0.58 of the places.
            var agreement = Mask(other, 1000).Zip(mask).Count(p => p.First == p.Second);
            Assert.InRange(agreement, 500, 660);
        }
    }

    [Fact]
    public void Float_and_double_have_the_same_mask()
    {
        var (single, wide) = (Ones<float>(101), Ones<double>(101));
        var dropout = new Dropout(0.4, 5, 6).At(7);
        dropout.Apply<float>(single);
        dropout.Apply<double>(wide);
        Assert.Equal(single.Select(v => v == 0), wide.Select(v => v == 0));
    }

    private static bool[] Mask(Dropout dropout, int length)
    {
        var values = Ones<float>(length);
        dropout.Apply<float>(values);
        return [.. values.Select(v => v == 0)];
    }

    private static T[] Ones<T>(int length)
        where T : unmanaged, System.Numerics.INumber<T>
        => [.. Enumerable.Repeat(T.One, length)];
}
