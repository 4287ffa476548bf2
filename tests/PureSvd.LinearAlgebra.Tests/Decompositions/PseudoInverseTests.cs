using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class PseudoInverseTests
{
    [Fact]
    public void The_four_conditions_of_Penrose_hold_for_every_shape_and_rank() => SvdCase.Check(100, c =>
    {
        if (c.Kind is MatrixKind.Denormal or MatrixKind.NearUnderflow or MatrixKind.NearOverflow)
            return; // The inverse leaves the range of the type; see the test of powers of two.
        Penrose(TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed));
        Penrose(TestMatrices.Make<float>(c.Kind, c.M, c.N, (ulong)c.Seed));
    });

    private static void Penrose<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (inverse, rank, s) = PseudoInverse.Compute<T>(a);
        Assert.Equal((a.Columns, a.Rows), (inverse.Rows, inverse.Columns));
        if (rank == 0)
        {
            Assert.Equal(0, Ratios.FrobeniusNorm(inverse));
            return;
        }
        var (x, p) = (Ratios.ToDouble(a), Ratios.ToDouble(inverse));
        var (largest, smallest) = (double.CreateTruncating(s[0]), double.CreateTruncating(s[rank - 1]));
        var unit = TestMatrices.Epsilon<T>() * Math.Max(a.Rows, a.Columns) * largest / smallest;
        var (xp, px) = (Product(x, p), Product(p, x));

        // What the tolerance took for zero is no part of A to A⁺: A·A⁺·A misses it.
        var dropped = s.Skip(rank).Select(double.CreateTruncating).DefaultIfEmpty(0).Max() * Math.Sqrt(s.Length);
        Assert.InRange(Distance(Product(xp, x), x), 0, (10 * unit * largest) + dropped);
        Assert.InRange(Distance(Product(px, p), p), 0, 10 * unit / smallest);
        Assert.InRange(Distance(xp, xp.View.Transpose()), 0, 10 * unit);
        Assert.InRange(Distance(px, px.View.Transpose()), 0, 10 * unit);
    }

    [Fact]
    public void Powers_of_two_go_through_without_rounding()
    {
        var a = TestMatrices.Gaussian<double>(9, 5, 3);
        var inverse = PseudoInverse.Compute<double>(a).Inverse;
        foreach (var exponent in new[] { -900, 3, 900 })
        {
            var scaled = PseudoInverse.Compute<double>(Matrix<double>.Create(9, 5, (i, j) => Math.ScaleB(a[i, j], exponent))).Inverse;
            Assert.Equal(inverse.Span.ToArray().Select(value => Math.ScaleB(value, -exponent)), scaled.Span.ToArray());
        }
    }

    [Fact]
    public void An_inverse_beyond_the_type_is_an_overflow_and_not_an_infinity()
        => Assert.Throws<OverflowException>(() => PseudoInverse.Compute<double>(Matrix<double>.Create(2, 2, (i, j) => i == j ? 1e-310 : 0)));

    [Fact]
    public void The_tolerance_decides_the_rank()
    {
        var a = Matrix<double>.Create(3, 3, (i, j) => i == j ? Math.Pow(10, -4 * i) : 0);
        Assert.Equal(3, PseudoInverse.Compute<double>(a).Rank);
        Assert.Equal(2, PseudoInverse.Compute<double>(a, new RankOptions { Tolerance = 1e-6 }).Rank);
        Assert.Equal(1, PseudoInverse.Compute<double>(a, new RankOptions { Tolerance = 0.5 }).Rank);
        Assert.Throws<ArgumentException>(() => PseudoInverse.Compute<double>(a, new RankOptions { Tolerance = -1 }));
        Assert.Throws<ArgumentException>(() => PseudoInverse.Compute<double>(a, new RankOptions { Tolerance = double.NaN }));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 4)]
    [InlineData(4, 0)]
    public void Nothing_has_nothing_for_an_inverse(int m, int n)
    {
        var (inverse, rank, s) = PseudoInverse.Compute<float>(new Matrix<float>(m, n));
        Assert.Equal((n, m, 0, 0), (inverse.Rows, inverse.Columns, rank, s.Length));
    }

    private static Matrix<double> Product(Matrix<double> a, Matrix<double> b)
    {
        var product = new Matrix<double>(a.Rows, b.Columns);
        Gemm.Multiply<double>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, product, Parallelism.Serial);
        return product;
    }

    private static double Distance(Matrix<double> a, Matrix<double> b)
        => Ratios.FrobeniusNorm(Matrix<double>.Create(a.Rows, a.Columns, (i, j) => a[i, j] - b[i, j]));
}
