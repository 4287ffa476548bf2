using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Dense to band to tridiagonal: forced on sizes that would not take that way.</summary>
public class TwoStageEigenTests
{
    [Fact]
    public void The_values_are_those_of_one_stage_in_double() => SvdCase.Check(200, c => AssertSame<double>(c.Kind, c.M, c.Seed, c.BlockSize));

    [Fact]
    public void The_values_are_those_of_one_stage_in_float() => SvdCase.Check(200, c => AssertSame<float>(c.Kind, c.M, c.Seed, c.BlockSize));

    [Theory]
    [InlineData(63, 32)]
    [InlineData(64, 32)]
    [InlineData(65, 32)]
    [InlineData(128, 32)]
    [InlineData(141, 20)]
    [InlineData(97, 3)]
    [InlineData(79, 1)]
    [InlineData(300, 32)]
    public void Sizes_around_the_blocks_give_them_too(int n, int blockSize)
    {
        foreach (var kind in Enum.GetValues<MatrixKind>())
        {
            AssertSame<double>(kind, n, 5, blockSize);
            AssertSame<float>(kind, n, 5, blockSize);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(17)]
    public void A_band_keeps_the_values_and_the_chase_too(int bandwidth)
    {
        foreach (var n in new[] { 1, 2, 3, 4, 5, 6, 16, 17, 18, 34, 35, 60 })
        {
            var a = SymmetricEigenTests.Symmetric<double>(MatrixKind.Gaussian, n, (ulong)n);
            var expected = SymmetricEigenReference.Compute<double>(a).Values;
            var band = SymmetricBandReduction.Reduce(a.View.ToMatrix().View, bandwidth, Parallelism.Serial, default);
            var dense = Matrix<double>.Create(n, n, (i, j) => Math.Abs(i - j) <= bandwidth ? band[Math.Min(i, j), Math.Max(i, j)] : 0);
            QrTests.AssertBelow10(Ratios.Values(expected, SymmetricEigenReference.Compute<double>(dense).Values, n));

            var (d, e) = SymmetricBulgeChase<double>.Run(band, Parallelism.Serial, default);
            var tridiagonal = Matrix<double>.Create(n, n, (i, j) => j == i ? d[i] : Math.Abs(i - j) == 1 ? e[Math.Min(i, j)] : 0);
            QrTests.AssertBelow10(Ratios.Values(expected, SymmetricEigenReference.Compute<double>(tridiagonal).Values, n));
        }
    }

    [Theory]
    [MemberData(nameof(StructuredMatrices.Names), MemberType = typeof(StructuredMatrices))]
    public void Structured_matrices_of_sizes_around_the_band_give_them_too(string name)
    {
        const int BlockSize = 4, Band = 2 * BlockSize;
        foreach (var n in new[] { 1, 2, Band - 1, Band, Band + 1, 2 * Band - 1, 2 * Band, 2 * Band + 1, 5 * Band + 3 })
        {
            Check<double>(n);
            Check<float>(n);
        }

        void Check<T>(int n)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var a = StructuredMatrices.Make<T>(name, n, n, (ulong)n);
            AssertSame(Matrix<T>.Create(n, n, (i, j) => a[Math.Max(i, j), Math.Min(i, j)]), BlockSize);
        }
    }

    [Fact]
    public void Blocks_larger_than_the_matrix_are_cut_down()
    {
        var a = SymmetricEigenTests.Symmetric<double>(MatrixKind.Gaussian, 60, 2);
        foreach (var blockSize in new[] { 60, 1 << 20, 1 << 30, int.MaxValue })
            AssertSame(a, blockSize);
    }

    [Theory]
    [InlineData(400, 8)]
    [InlineData(500, 32)]
    public void Any_number_of_threads_gives_the_same_bits(int n, int blockSize)
    {
        var a = SymmetricEigenTests.Symmetric<float>(MatrixKind.Gaussian, n, 8);
        var options = new SymmetricEigenOptions { ValuesOnly = true, TwoStageOrder = 2, BlockSize = blockSize };
        var one = SymmetricEigen.Compute<float>(a, options with { Parallelism = Parallelism.Serial }).Values;
        foreach (var threads in new[] { 2, 3, 5 })
            Assert.Equal(one, SymmetricEigen.Compute<float>(a, options with { Parallelism = new Parallelism(threads) }).Values);
    }

    [Fact]
    public void Only_the_lower_triangle_is_read_at_every_scale_and_work_can_be_cancelled()
    {
        var a = SymmetricEigenTests.Symmetric<double>(MatrixKind.Gaussian, 130, 2);
        var options = new SymmetricEigenOptions { ValuesOnly = true, TwoStageOrder = 2, Count = 7 };
        var expected = SymmetricEigen.Compute<double>(a, options).Values;
        Assert.Equal(7, expected.Length);
        foreach (var exponent in new[] { 0, -1000, 900 })
        {
            var lower = Matrix<double>.Create(130, 130, (i, j) => j > i ? double.NaN : double.ScaleB(a[i, j], exponent));
            Assert.Equal(expected, SymmetricEigen.Compute<double>(lower, options).Values.Select(x => double.ScaleB(x, -exponent)), (x, y) => Math.Abs(x - y) <= 1e-13 * expected[0]);
        }

        Assert.ThrowsAny<OperationCanceledException>(() => SymmetricEigen.Compute<double>(a, options, new CancellationToken(canceled: true)));
    }

    private static void AssertSame<T>(MatrixKind kind, int n, int seed, int blockSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => AssertSame(SymmetricEigenTests.Symmetric<T>(kind, n, (ulong)seed), blockSize);

    private static void AssertSame<T>(Matrix<T> a, int blockSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new SymmetricEigenOptions { ValuesOnly = true, BlockSize = blockSize };
        var one = SymmetricEigen.Compute<T>(a, options).Values;
        var two = SymmetricEigen.Compute<T>(a, options with { TwoStageOrder = 1 }).Values;
        Assert.Equal(two.OrderDescending(), two);
        QrTests.AssertBelow10(Ratios.Values(one, two, a.Rows));
    }
}
