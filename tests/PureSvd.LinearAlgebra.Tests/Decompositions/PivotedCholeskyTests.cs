using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class PivotedCholeskyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(64)]
    public void The_rank_is_found_and_the_factors_give_A(int blockSize)
    {
        foreach (var (n, rank) in ((int, int)[])[(0, 0), (1, 1), (2, 1), (3, 3), (7, 0), (10, 4), (50, 50), (65, 20), (65, 21), (130, 64), (130, 129)])
        {
            Check<double>(n, rank, 0);
            Check<float>(n, rank, 0);
            Check<double>(n, rank, 900);
            Check<double>(n, rank, -900);
        }

        void Check<T>(int n, int rank, int exponent)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var a = Gram<T>(n, rank, exponent);
            var options = new CholeskyOptions { BlockSize = blockSize };
            var (l, permutation, residual) = PivotedCholesky.Factorize<T>(a, options);
            Assert.Equal((n, rank), (l.Rows, l.Columns));
            Assert.Equal(Enumerable.Range(0, n), permutation.Order());
            QrTests.AssertBelow10(Ratios.Product(Matrix<T>.Create(n, n, (i, j) => a[permutation[i], permutation[j]]), l, l.View.Transpose()));
            for (var i = 0; i < rank; i++)
            {
                Assert.True(l[i, i] > T.Zero && (i == 0 || l[i, i] <= l[i - 1, i - 1] * (T.One + T.CreateTruncating(1e-4))));
                for (var j = i + 1; j < rank; j++)
                    Assert.Equal(T.Zero, l[i, j]);
            }
            if (rank == n)
                Assert.Equal(T.Zero, residual);
            Assert.True(residual >= T.Zero);

            var serial = PivotedCholesky.Factorize<T>(a, options with { Parallelism = Parallelism.Serial });
            Assert.Equal(serial.L.Span.ToArray(), l.Span.ToArray());
        }
    }

    [Fact]
    public void At_full_rank_its_leading_pivots_are_the_largest_diagonal_elements_left()
    {
        var a = Gram<double>(40, 40, 0);
        var (l, permutation, _) = PivotedCholesky.Factorize<double>(a);
        var plain = Matrix<double>.Create(40, 40, (i, j) => a[permutation[i], permutation[j]]);
        CholeskyReference.FactorizeInPlace<double>(plain);
        for (var i = 0; i < 40; i++)
            for (var j = 0; j <= i; j++)
                Assert.Equal(plain[i, j], l[i, j], tolerance: 1e-12);
        Assert.Equal(Enumerable.Range(0, 40).Max(i => a[i, i]), a[permutation[0], permutation[0]]);
    }

    [Fact]
    public void A_tolerance_of_its_own_cuts_the_rank_there()
    {
        var a = Matrix<double>.Create(6, 6, (i, j) => i == j ? Math.Pow(10, -i) : 0);
        var (l, _, residual) = PivotedCholesky.Factorize<double>(a, new CholeskyOptions { Tolerance = 2e-3 });
        Assert.Equal(3, l.Columns);
        Assert.Equal(1e-3, residual);
    }

    [Fact]
    public void What_is_not_semi_definite_is_refused()
    {
        // No positive diagonal element at all, and one that hides behind a positive one.
        Assert.Throws<NotPositiveDefiniteException>(() => PivotedCholesky.Factorize<double>(Matrix<double>.Create(2, 2, (i, j) => i == j ? 0 : 1)));
        Assert.Throws<NotPositiveDefiniteException>(() => PivotedCholesky.Factorize<double>(Matrix<double>.Create(2, 2, (i, j) => i == j ? 1 : 2)));
        Assert.Throws<NotPositiveDefiniteException>(() => PivotedCholesky.Factorize<float>(Matrix<float>.Create(3, 3, (i, j) => i == j ? -1 : 0)));
        Assert.Throws<ArgumentException>(() => PivotedCholesky.Factorize<float>(new Matrix<float>(4, 3)));
        Assert.Throws<NonFiniteMatrixException>(() => PivotedCholesky.Factorize<float>(Matrix<float>.Create(2, 2, (_, _) => float.NaN)));
    }

    private static Matrix<T> Gram<T>(int n, int rank, int exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Integers, so that A has the rank exactly.
        var random = new SeededRandom(5);
        var b = Matrix<double>.Create(n, rank, (i, j) => i == j ? 9 : Math.Floor(5 * random.NextDouble()) - 2);
        var a = new Matrix<double>(n, n);
        GemmReference.Multiply<double>(b, Operand.AsIs, b, Operand.Transposed, 1, 0, a);
        return Matrix<T>.Create(n, n, (i, j) => T.CreateTruncating(Math.ScaleB(a[i, j], exponent)));
    }
}
