using System.Numerics;
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

    [Theory]
    [InlineData(120, 120, 1)]
    [InlineData(90, 130, 7)]
    [InlineData(150, 80, 40)]
    public void What_is_rounding_error_alone_gives_zeros_and_complete_orthonormal_vectors(int m, int n, int rank)
    {
        Check(Matrix<double>.Create(m, n, (_, _) => 1), 1);
        Check(Product<double>(m, n, rank), rank);
        Check(Product<float>(m, n, rank), rank);

        static Matrix<T> Product<T>(int m, int n, int rank)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var product = new Matrix<T>(m, n);
            Gemm.Multiply<T>(TestMatrices.Gaussian<T>(m, rank, 3), Operand.AsIs, TestMatrices.Gaussian<T>(rank, n, 4), Operand.AsIs, T.One, T.Zero, product, Parallelism.Serial);
            return product;
        }

        static void Check<T>(Matrix<T> a, int rank)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var factors = JacobiSvd.Compute<T>(a);
            var k = Math.Min(a.Rows, a.Columns);
            Assert.Equal((k, k, k), (factors.U.Columns, factors.S.Length, factors.Vt.Rows));
            Assert.All(factors.S[..rank], s => Assert.True(s > factors.S[0] * T.CreateTruncating(1e-3)));
            Assert.All(factors.S[(rank + 32 > k ? k : rank + 32)..], s => Assert.Equal(T.Zero, s));
            Assert.InRange(Ratios.Orthogonality(factors.U), 0, 10);
            Assert.InRange(Ratios.Orthogonality(factors.Vt.View.Transpose()), 0, 10);
            Assert.InRange(factors.MeasureResidual(a, Parallelism.Serial), 0, 10 * TestMatrices.Epsilon<T>() * Math.Max(a.Rows, a.Columns));
            var leading = JacobiSvd.Compute<T>(a, new SvdOptions { Rank = rank + 2 });
            Assert.Equal((rank + 2, rank + 2), (leading.U.Columns, leading.Vt.Rows));
            Assert.Equal(factors.S[..(rank + 2)], leading.S);
        }
    }
}
