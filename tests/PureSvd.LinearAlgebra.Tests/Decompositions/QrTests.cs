using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class QrTests
{
    [Fact]
    public void Factors_meet_the_ratios_of_LAPACK()
    {
        SvdCase.Check(200, c => Check<double>(c));
        SvdCase.Check(200, c => Check<float>(c));

        static void Check<T>(SvdCase c)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var a = TestMatrices.Make<T>(c.Kind, c.M, c.N, (ulong)c.Seed);
            var qr = Qr.Factorize<T>(a, new QrOptions { BlockSize = c.BlockSize });
            var q = qr.ThinQ();
            Assert.Equal((c.M, Math.Min(c.M, c.N)), (q.Rows, q.Columns));
            AssertBelow10(Ratios.Orthogonality(q));
            AssertBelow10(Ratios.Product(a, q, qr.R));
            for (var i = 0; i < qr.R.Rows; i++)
                for (var j = 0; j < Math.Min(i, c.N); j++)
                    Assert.Equal(T.Zero, qr.R[i, j]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void Blocks_give_what_one_reflector_after_the_other_gives(int blockSize)
    {
        var a = TestMatrices.Gaussian<double>(50, 37, 2);
        var (q, r) = QrReference.Factorize<double>(a);
        var qr = Qr.Factorize<double>(a, new QrOptions { BlockSize = blockSize });
        AssertClose(q, qr.ThinQ(), 1e-13);
        AssertClose(r, qr.R, 1e-13);
    }

    [Theory]
    [InlineData(40, 12)]
    [InlineData(12, 40)]
    public void Applying_Q_and_its_transpose_undo_each_other(int m, int n)
    {
        var qr = Qr.Factorize<double>(TestMatrices.Gaussian<double>(m, n, 2), new QrOptions { BlockSize = 5 });
        var c = TestMatrices.Gaussian<double>(m, 7, 3);
        var back = c.View.ToMatrix();
        qr.ApplyQ(back);
        Assert.Equal(Ratios.FrobeniusNorm(c), Ratios.FrobeniusNorm(back), tolerance: 1e-12);
        qr.ApplyQTransposed(back);
        AssertClose(c, back, 1e-13);
        Assert.Throws<ArgumentException>(() => qr.ApplyQ(new Matrix<double>(m + 1, 2)));
    }

    [Theory]
    [InlineData(1100, 1030, 32)]
    [InlineData(200, 129, 32)]
    [InlineData(200, 127, 31)]
    [InlineData(1500, 40, 5)]
    public void Panels_of_every_width_meet_the_ratios(int m, int n, int blockSize)
    {
        foreach (var kind in (MatrixKind[])[MatrixKind.Gaussian, MatrixKind.Ones])
        {
            var a = TestMatrices.Make<float>(kind, m, n, 3);
            var qr = Qr.Factorize<float>(a, new QrOptions { BlockSize = blockSize });
            var q = qr.ThinQ();
            AssertBelow10(Ratios.Orthogonality(q));
            AssertBelow10(Ratios.Product(a, q, qr.R));
            var serial = Qr.Factorize<float>(a, new QrOptions { BlockSize = blockSize, Parallelism = Parallelism.Serial });
            Assert.Equal(serial.R.Span.ToArray(), qr.R.Span.ToArray());
            Assert.Equal(serial.ThinQ().Span.ToArray(), q.Span.ToArray());
        }
    }

    [Fact]
    public void What_is_not_finite_is_refused() =>
        Assert.Throws<NonFiniteMatrixException>(() => Qr.Factorize<float>(Matrix<float>.Create(3, 3, (i, j) => i == 1 && j == 2 ? float.NaN : 1)));

    [Theory]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    [InlineData(5e-324)]
    public void A_reflector_survives_every_scale(double scale)
    {
        var x = new[] { 3 * scale, -4 * scale, 12 * scale };
        var (beta, tau) = HouseholderReflector.Generate<double>(x);
        Assert.Equal(1, beta / (-13 * scale), tolerance: 1e-15);
        Assert.Equal(1 + 3.0 / 13, tau, tolerance: 1e-15);
        Assert.Equal(1, x[0]);
        Assert.Equal(-0.25, x[1], tolerance: 1e-15);
        Assert.Equal(0.75, x[2], tolerance: 1e-15);
    }

    internal static void AssertBelow10(double ratio) => Assert.True(ratio < 10, $"the ratio is {ratio:G4}");

    internal static void AssertClose(Matrix<double> expected, Matrix<double> actual, double tolerance)
    {
        Assert.Equal((expected.Rows, expected.Columns), (actual.Rows, actual.Columns));
        for (var i = 0; i < expected.Rows; i++)
            for (var j = 0; j < expected.Columns; j++)
                Assert.Equal(expected[i, j], actual[i, j], tolerance);
    }
}
