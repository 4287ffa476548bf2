using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Small blocks make small leaves, so that the generated cases merge many times.</summary>
public class DivideAndConquerSvdTests(ITestOutputHelper output) : SvdContract(output)
{
    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        => HouseholderSvd.Compute<T>(a, options with { Algorithm = SvdAlgorithm.DivideAndConquer, BlockSize = options.BlockSize == 32 ? 4 : options.BlockSize }, cancellationToken);

    [Fact]
    public void It_agrees_with_QR_iteration() => SvdCase.Check(Cases, c =>
    {
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var tree = Compute(a, new SvdOptions { BlockSize = c.BlockSize });
        var qr = HouseholderSvd.Compute<double>(a, new SvdOptions { Algorithm = SvdAlgorithm.Householder });
        var size = Math.Max(c.M, c.N);
        AssertBelow(10, Ratios.Values(qr.S, tree.S, size));
        AssertBelow(10, Ratios.Subspaces(qr.U, tree.U, qr.S, size));
        AssertBelow(10, Ratios.Subspaces(qr.Vt.View.Transpose(), tree.Vt.View.Transpose(), qr.S, size));
    });
}
