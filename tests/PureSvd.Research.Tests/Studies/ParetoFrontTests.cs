using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

public sealed class ParetoFrontTests
{
    [Fact]
    public void The_front_is_what_nothing_no_larger_equals()
    {
        (string Name, double Size, double Score)[] items =
        [
            ("dense", 10, 0.95), ("int8", 5, 0.95), ("svd", 8, 0.9), ("int4", 3, 0.8), ("twin", 3, 0.8), ("small", 1, 0.3), ("large", 12, 0.96), ("nothing", 2, double.NaN), ("worse", 2, 0.2),
        ];
        Assert.Equal(["small", "int4", "int8", "large"], ParetoFront.Of(items, i => i.Size, i => i.Score).Select(i => i.Name));
        Assert.Empty(ParetoFront.Of(items[..0], i => i.Size, i => i.Score));
    }
}
