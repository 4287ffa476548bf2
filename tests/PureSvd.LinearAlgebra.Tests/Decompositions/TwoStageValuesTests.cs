using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Dense to band to bidiagonal: forced on sizes that would not take that way.</summary>
public class TwoStageValuesTests
{
    private const double Threshold = 10;

    [Fact]
    public void The_values_are_those_of_one_stage_in_double() => SvdCase.Check(200, c =>
        AssertSame(TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed), c.BlockSize));

    [Fact]
    public void The_values_are_those_of_one_stage_in_float() => SvdCase.Check(200, c =>
        AssertSame(TestMatrices.Make<float>(c.Kind, c.M, c.N, (ulong)c.Seed), c.BlockSize));

    [Theory]
    [InlineData(63, 63, 32)]
    [InlineData(64, 64, 32)]
    [InlineData(65, 65, 32)]
    [InlineData(129, 128, 32)]
    [InlineData(150, 141, 20)]
    [InlineData(100, 97, 3)]
    [InlineData(80, 79, 1)]
    [InlineData(300, 40, 32)]
    public void Sizes_around_the_blocks_give_them_too(int m, int n, int blockSize)
    {
        foreach (var kind in Enum.GetValues<MatrixKind>())
        {
            AssertSame(TestMatrices.Make<double>(kind, m, n, 5), blockSize);
            AssertSame(TestMatrices.Make<float>(kind, m, n, 5), blockSize);
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
            var a = TestMatrices.Gaussian<double>(n + 3, n, (ulong)n);
            var expected = JacobiSvd.Compute<double>(a, new SvdOptions { ValuesOnly = true }).S;
            var band = BandReduction.Reduce<double>(a.View.ToMatrix(), bandwidth, null, Parallelism.Serial, null, default);
            var dense = Matrix<double>.Create(n, n, (i, j) => j >= i && j <= i + bandwidth ? band[i, j] : 0);
            AssertBelow(Ratios.Values(expected, JacobiSvd.Compute<double>(dense, new SvdOptions { ValuesOnly = true }).S, n + 3));

            var (d, e) = BulgeChase<double>.Run(band, null, null, Parallelism.Serial, default);
            var bidiagonal = Matrix<double>.Create(n, n, (i, j) => j == i ? d[i] : j == i + 1 ? e[i] : 0);
            AssertBelow(Ratios.Values(expected, JacobiSvd.Compute<double>(bidiagonal, new SvdOptions { ValuesOnly = true }).S, n + 3));
        }
    }

    [Theory]
    [InlineData(400, 8)]
    [InlineData(500, 32)]
    public void Any_number_of_threads_gives_the_same_bits(int n, int blockSize)
    {
        var a = TestMatrices.Gaussian<float>(n, n, 8);
        var options = new SvdOptions { ValuesOnly = true, TwoStageOrder = 2, BlockSize = blockSize };
        var one = HouseholderSvd.Compute<float>(a, options with { Parallelism = Parallelism.Serial }).S;
        foreach (var threads in new[] { 2, 3, 5 })
            Assert.Equal(one, HouseholderSvd.Compute<float>(a, options with { Parallelism = new Parallelism(threads) }).S);
    }

    [Fact]
    public void Its_shapes_scale_progress_and_cancellation_are_those_of_any()
    {
        var a = TestMatrices.Gaussian<double>(90, 130, 2);
        var rising = new List<double>();
        var options = new SvdOptions { ValuesOnly = true, TwoStageOrder = 2, Rank = 7, Progress = new Recorder(rising) };
        var (u, s, vt) = HouseholderSvd.Compute<double>(a, options);
        Assert.Equal((90, 0, 7, 0, 130), (u.Rows, u.Columns, s.Length, vt.Rows, vt.Columns));
        Assert.Equal(rising.Order(), rising);
        Assert.Equal(1, rising[^1]);
        Assert.ThrowsAny<OperationCanceledException>(() => HouseholderSvd.Compute<double>(a, options, new CancellationToken(canceled: true)));
        Assert.Throws<OverflowException>(() => HouseholderSvd.Compute<float>(Matrix<float>.Create(40, 40, (_, _) => float.MaxValue), options));
    }

    private static void AssertSame<T>(Matrix<T> a, int blockSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new SvdOptions { ValuesOnly = true, BlockSize = blockSize };
        var one = HouseholderSvd.Compute<T>(a, options).S;
        var two = HouseholderSvd.Compute<T>(a, options with { TwoStageOrder = 1 }).S;
        Assert.Equal(two.OrderDescending(), two);
        AssertBelow(Ratios.Values(one, two, Math.Max(a.Rows, a.Columns)));
    }

    private static void AssertBelow(double ratio) => Assert.True(ratio < Threshold, $"the ratio is {ratio:G4}");

    private sealed class Recorder(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }
}
