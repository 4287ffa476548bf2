using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class PivotedQrTests
{
    [Fact]
    public void Factors_meet_the_ratios_and_the_diagonal_falls()
    {
        SvdCase.Check(200, c => Check<double>(c));
        SvdCase.Check(200, c => Check<float>(c));

        static void Check<T>(SvdCase c)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var a = TestMatrices.Make<T>(c.Kind, c.M, c.N, (ulong)c.Seed);
            var (factors, permutation) = PivotedQr.Factorize<T>(a, new QrOptions { BlockSize = c.BlockSize });
            Assert.Equal(Enumerable.Range(0, c.N), permutation.Order());
            var q = factors.ThinQ();
            QrTests.AssertBelow10(Ratios.Orthogonality(q));
            QrTests.AssertBelow10(Ratios.Product(Matrix<T>.Create(c.M, c.N, (i, j) => a[i, permutation[j]]), q, factors.R));

            // The square of each diagonal element bounds the sum of squares below it in every later column, up to the accuracy of the norms.
            for (var i = 1; i < factors.R.Rows; i++)
                Assert.True(double.CreateTruncating(T.Abs(factors.R[i, i])) <= 1.01 * double.CreateTruncating(T.Abs(factors.R[i - 1, i - 1])) + double.CreateTruncating(T.Epsilon));
        }
    }

    [Fact]
    public void The_diagonal_shows_the_rank()
    {
        var a = TestMatrices.Make<double>(MatrixKind.RankDeficient, 60, 45, 4);
        var r = PivotedQr.Factorize<double>(a).Factors.R;
        Assert.Equal(15, Enumerable.Range(0, 45).Count(i => Math.Abs(r[i, i]) > 1e-10 * Math.Abs(r[0, 0])));
    }

    [Fact]
    public void Kahans_matrix_keeps_its_norms()
    {
        // Its columns all have the same remaining norm at every step, and the update of the norms cancels: where old codes lost the order.
        const int N = 100;
        var (c, s) = (Math.Cos(0.25), Math.Sin(0.25));
        var a = Matrix<double>.Create(N, N, (i, j) => i > j ? 0 : Math.Pow(s, i) * (i == j ? 1 : -c));
        var r = PivotedQr.Factorize<double>(a).Factors.R;
        for (var i = 1; i < N; i++)
            Assert.True(Math.Abs(r[i, i]) <= (1 + 1e-8) * Math.Abs(r[i - 1, i - 1]));
    }
}
