namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class JacobiSvdReferenceTests
{
    [Fact]
    public void The_plain_twin_meets_the_ratios_of_LAPACK() => SvdCase.Check(80, c =>
    {
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var (u, s, vt) = JacobiSvdReference.Compute<double>(a);
        QrTests.AssertBelow10(Ratios.Reconstruction(a, u, s, vt));
        QrTests.AssertBelow10(Ratios.Orthogonality(u));
        QrTests.AssertBelow10(Ratios.Orthogonality(vt.View.Transpose()));
        QrTests.AssertBelow10(Ratios.Values(JacobiSvd.Compute<double>(a).S, s, Math.Max(c.M, c.N)));
    });
}
