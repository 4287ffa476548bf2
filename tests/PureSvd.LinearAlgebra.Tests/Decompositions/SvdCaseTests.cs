namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class SvdCaseTests
{
    [Fact]
    public void A_property_that_fails_is_reported_at_its_smallest_case()
    {
        var failure = Assert.ThrowsAny<Exception>(() => SvdCase.Check(200, c => Assert.False(c.M >= 5 && c.N >= 3, "large")));
        Assert.Contains(new SvdCase(5, 3, MatrixKind.Gaussian, 1, 0).ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kind_and_the_block_size_stay_where_they_are_the_cause()
    {
        var failure = Assert.ThrowsAny<Exception>(() => SvdCase.Check(2000, c => Assert.False(c.Kind == MatrixKind.Sparse && c.BlockSize == 20 && c.M > 0, "cause")));
        Assert.Contains(new SvdCase(1, 0, MatrixKind.Sparse, 20, 0).ToString(), failure.Message, StringComparison.Ordinal);
    }
}
