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

    [Theory]
    [InlineData(300, 220, 1.0)]
    [InlineData(150, 260, 1.0)]
    [InlineData(200, 200, 0.98)]
    [InlineData(260, 140, 0.9)]
    [InlineData(90, 90, 0.7)]
    public void The_pivots_are_those_of_the_definition(int m, int n, double decay)
    {
        // Singular values decay^i: at 1 a step touches a few columns, at 0.7 all of them, and norms cancel.
        var a = WithDecay(m, n, decay);
        var (permutation, r) = PivotedQrReference.Factorize<double>(a);
        foreach (var blockSize in (int[])[1, 3, 20, 32])
        {
            var (factors, found) = PivotedQr.Factorize<double>(a, new QrOptions { BlockSize = blockSize });

            // From where on all that is left is rounding error, its order means nothing.
            var defined = Enumerable.Range(0, r.Rows).TakeWhile(i => Math.Abs(r[i, i]) > 1e-12 * Math.Abs(r[0, 0])).Count();
            Assert.Equal(permutation[..defined], found[..defined]);
            for (var i = 0; i < defined; i++)
                Assert.Equal(r[i, i], factors.R[i, i], 1e-12 * Math.Abs(r[0, 0]));
        }
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.98)]
    [InlineData(0.5)]
    public void The_bits_are_the_same_for_any_number_of_threads(double decay)
    {
        var a = WithDecay(400, 350, decay);
        var (expected, order) = PivotedQr.Factorize<double>(a, new QrOptions { Parallelism = Parallelism.Serial });
        foreach (var threads in (int[])[2, 3, 5])
        {
            var (found, permutation) = PivotedQr.Factorize<double>(a, new QrOptions { Parallelism = new Parallelism(threads) });
            Assert.Equal(order, permutation);
            Assert.Equal(expected.R.Span.ToArray(), found.R.Span.ToArray());
        }
    }

    [Fact]
    public void Columns_of_equal_norm_come_in_their_order()
    {
        var (factors, permutation) = PivotedQr.Factorize<double>(Matrix<double>.Create(70, 50, (i, j) => i == j ? -2 : 0));
        Assert.Equal(Enumerable.Range(0, 50), permutation);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(2, Math.Abs(factors.R[i, i])));
        Assert.Equal(Enumerable.Range(0, 50), PivotedQr.Factorize<double>(new Matrix<double>(70, 50)).Permutation);
    }

    /// <summary>Gaussian columns where <paramref name="decay"/> is 1, otherwise Q·diag(decay^i)·G with Gaussian G.</summary>
    private static Matrix<double> WithDecay(int m, int n, double decay)
    {
        var random = new SeededRandom(7);
        var gaussian = Matrix<double>.Create(m, n, (_, _) => random.NextGaussian());
        if (decay == 1)
            return gaussian;
        var size = Math.Min(m, n);
        var q = Qr.Factorize<double>(Matrix<double>.Create(m, size, (_, _) => random.NextGaussian())).ThinQ();
        var scaled = Matrix<double>.Create(size, n, (i, j) => Math.Pow(decay, i) * gaussian[i, j]);
        var a = new Matrix<double>(m, n);
        Gemm.Multiply<double>(q, Operand.AsIs, scaled, Operand.AsIs, 1, 0, a, Parallelism.All);
        return a;
    }
}
