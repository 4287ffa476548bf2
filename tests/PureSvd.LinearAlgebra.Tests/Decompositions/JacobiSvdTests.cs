using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class JacobiSvdTests(ITestOutputHelper output) : SvdContract(output)
{
    private readonly ITestOutputHelper _output = output;

    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        => JacobiSvd.Compute<T>(a, options, cancellationToken);

    [Fact]
    public void Householder_and_Jacobi_agree() => SvdCase.Check(Cases, c =>
    {
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var jacobi = JacobiSvd.Compute<double>(a);
        var householder = HouseholderSvd.Compute<double>(a);
        var size = Math.Max(c.M, c.N);
        AssertBelow(10, Ratios.Values(jacobi.S, householder.S, size));
        AssertBelow(10, Ratios.Subspaces(jacobi.U, householder.U, jacobi.S, size));
        AssertBelow(10, Ratios.Subspaces(jacobi.Vt.View.Transpose(), householder.Vt.View.Transpose(), jacobi.S, size));
    });

    [Theory]
    [InlineData(30, 20, 1)]
    [InlineData(40, 40, 2)]
    [InlineData(25, 60, 3)]
    public void Values_of_columns_graded_over_twenty_orders_keep_their_digits(int m, int n, int seed)
    {
        // Whichever way the sorted grading falls, the small side of A = X·D (or D·X, transposed) carries D, and X is Gaussian and so well conditioned.
        var k = Math.Min(m, n);
        double Grade(int i) => Math.Pow(10, -20.0 * i / (k - 1));
        var x = TestMatrices.Gaussian<float>(m, n, (ulong)seed);
        var a = Matrix<float>.Create(m, n, (i, j) => (float)(x[i, j] * Grade(m >= n ? j : i)));
        var exact = JacobiSvdReference.Compute<double>(Ratios.ToDouble(a)).S;
        var s = JacobiSvd.Compute<float>(a).S;
        var worst = Enumerable.Range(0, k).Max(i => Math.Abs(s[i] - exact[i]) / exact[i]);
        _output.WriteLine($"{m}×{n}: largest relative error {worst / TestMatrices.Epsilon<float>():F1} ε; the values span {exact[0] / exact[^1]:E1}");
        Assert.True(exact[^1] < 1e-18 * exact[0]);
        Assert.InRange(worst, 0, 300 * TestMatrices.Epsilon<float>());
    }
}
