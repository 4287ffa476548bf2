using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class HouseholderSvdTests(ITestOutputHelper output) : SvdContract(output)
{
    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        => HouseholderSvd.Compute<T>(a, options with { Algorithm = SvdAlgorithm.Householder }, cancellationToken);
}
