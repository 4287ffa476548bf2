using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class BidiagonalizationTests
{
    private const double Threshold = 10;

    [Fact]
    public void Q_times_B_times_Pt_is_A() => SvdCase.Check(200, c =>
    {
        var (m, n) = (Math.Max(c.M, c.N), Math.Min(c.M, c.N));
        CheckProduct(Moderate(TestMatrices.Make<double>(c.Kind, m, n, (ulong)c.Seed)), c.BlockSize, Parallelism.Serial);
        CheckProduct(Moderate(TestMatrices.Make<float>(c.Kind, m, n, (ulong)c.Seed)), c.BlockSize, Parallelism.Serial);
    });

    [Theory]
    [InlineData(300, 270, 32)]
    [InlineData(260, 260, 20)]
    [InlineData(513, 96, 32)]
    public void Matrices_large_enough_for_the_team_meet_it_too(int m, int n, int blockSize)
    {
        foreach (var kind in Enum.GetValues<MatrixKind>())
            CheckProduct(Moderate(TestMatrices.Make<float>(kind, m, n, 3)), blockSize, new Parallelism(3));
    }

    [Theory]
    [InlineData(300, 300)]
    [InlineData(700, 130)]
    public void The_team_gives_the_bits_of_one_thread(int m, int n)
    {
        var a = TestMatrices.Gaussian<float>(m, n, 8);
        var one = Bidiagonalization<float>.Reduce(a, 32, Parallelism.Serial, null, default);
        foreach (var threads in new[] { 2, 3, 5 })
        {
            var many = Bidiagonalization<float>.Reduce(a, 32, new Parallelism(threads), null, default);
            Assert.Equal(one.Diagonal, many.Diagonal);
            Assert.Equal(one.Superdiagonal, many.Superdiagonal);
        }
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e-36f)]
    [InlineData(1e-42f)]
    public void A_column_whose_products_underflow_is_reflected_as_exactly_as_any(float size)
    {
        // After the first two columns the next is tiny, and so is its row: the fused sums are lost and have to be made again.
        var a = TestMatrices.Gaussian<float>(80, 60, 4);
        for (var i = 0; i < 80; i++)
            for (var j = 0; j < 60; j++)
                a[i, j] = i == 0 && j == 0 ? 1 : i == 0 || j == 0 ? 0 : a[i, j] * (j < 5 ? size : 1);
        CheckProduct(a, 32, Parallelism.Serial);
    }

    private static Matrix<T> Moderate<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => PowerOfTwoScale.Take<T>(a).Scaled;

    /// <summary>B from both sides, in the type of A; the ratio is that of the decomposition.</summary>
    private static void CheckProduct<T>(Matrix<T> a, int blockSize, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (a.Rows, a.Columns);
        var reduction = Bidiagonalization<T>.Reduce(a, blockSize, parallelism, null, default);
        var product = new Matrix<T>(m, n);
        for (var i = 0; i < n; i++)
        {
            product[i, i] = reduction.Diagonal[i];
            if (i + 1 < n)
                product[i, i + 1] = reduction.Superdiagonal[i];
        }
        var norm = Ratios.FrobeniusNorm(a);
        reduction.Left(blockSize).ApplyLeft(Operand.AsIs, product, default);
        reduction.Right(blockSize).ApplyRight(Operand.Transposed, product, default);
        for (var i = 0; i < m * n; i++)
            product.Span[i] -= a.Span[i];
        var error = Ratios.FrobeniusNorm(product);
        Assert.True(error <= Threshold * Math.Max(1, m) * TestMatrices.Epsilon<T>() * norm, $"the error is {error}, the norm {norm}");
    }
}
