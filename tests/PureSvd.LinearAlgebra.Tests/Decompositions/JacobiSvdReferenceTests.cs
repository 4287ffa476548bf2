using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class JacobiSvdReferenceTests(ITestOutputHelper output) : SvdContract(output)
{
    protected override int Cases => 40;

    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
    {
        options.Validate();
        return JacobiSvdReference.Compute<T>(a, cancellationToken).Keep(options);
    }
}
