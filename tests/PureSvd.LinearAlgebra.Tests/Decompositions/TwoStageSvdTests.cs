using System.Numerics;
using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>The whole contract by way of a band, forced on sizes that would not take that way.</summary>
public sealed class TwoStageSvdTests(ITestOutputHelper output) : SvdContract(output)
{
    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        => HouseholderSvd.Compute<T>(a, options with { TwoStageOrder = 1 }, cancellationToken);

    /// <summary>Bands that leave several steps in a sweep and several blocks of sweeps, which the small cases of the contract do not have.</summary>
    [Theory]
    [InlineData(200, 200, 1)]
    [InlineData(333, 301, 3)]
    [InlineData(500, 410, 8)]
    [InlineData(301, 300, 20)]
    public void Long_chases_meet_the_ratios(int m, int n, int blockSize)
    {
        foreach (var kind in new[] { MatrixKind.Gaussian, MatrixKind.Ones, MatrixKind.ClusteredLarge })
        {
            CheckFactors(TestMatrices.Make<double>(kind, m, n, 5), new SvdOptions { BlockSize = blockSize });
            CheckFactors(TestMatrices.Make<float>(kind, m, n, 6), new SvdOptions { BlockSize = blockSize });
        }
    }

    /// <summary>Around the bandwidth, from views inside of larger matrices; all vectors, some, one and none.</summary>
    [Theory]
    [MemberData(nameof(StructuredMatrices.Names), MemberType = typeof(StructuredMatrices))]
    public void Structured_matrices_of_sizes_around_the_band_meet_the_ratios(string name)
    {
        const int BlockSize = 2, Band = 4 * BlockSize;
        foreach (var n in new[] { 1, 2, Band - 1, Band, Band + 1, 2 * Band - 1, 2 * Band, 2 * Band + 1, 3 * Band + 7 })
        {
            foreach (var m in new[] { n, n + 2, 2 * n + 1 })
            {
                Check<double>(name, m, n, BlockSize);
                Check<float>(name, n, m, BlockSize);
            }
        }
    }

    private void Check<T>(string name, int m, int n, int blockSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new SvdOptions { BlockSize = blockSize, TwoStageOrder = 1 };
        var a = StructuredMatrices.Make<T>(name, m, n, (ulong)(m + n));
        var full = CheckFactors(a, options).Factors;
        var k = Math.Min(m, n);
        foreach (var rank in new[] { 1, (k + 3) / 4, k })
        {
            var guarded = new GuardedMatrix<T>(a);
            var (u, s, vt) = HouseholderSvd.Compute(guarded.View, options with { Rank = rank });
            guarded.AssertIntact();
            Assert.Equal(a.Span, guarded.View.ToMatrix().Span);
            Assert.Equal(full.S[..rank], s);
            AssertBelow(10, Ratios.Orthogonality(u));
            AssertBelow(10, Ratios.Orthogonality(vt.View.Transpose()));
            var image = new Matrix<T>(m, rank);
            Gemm.Multiply<T>(a, Operand.AsIs, vt, Operand.Transposed, T.One, T.Zero, image, Parallelism.Serial);
            AssertBelow(10, Ratios.Reconstruction(image, u, s, Matrix<T>.Identity(rank)));
        }
        AssertBelow(10, Ratios.Values(full.S, HouseholderSvd.Compute<T>(a, options with { ValuesOnly = true }).S, Math.Max(m, n)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blocks_larger_than_the_matrix_are_cut_down(bool valuesOnly)
    {
        var a = TestMatrices.Gaussian<double>(47, 40, 3);
        var expected = HouseholderSvd.Compute<double>(a, new SvdOptions { TwoStageOrder = 1, BlockSize = 40, ValuesOnly = valuesOnly });
        foreach (var blockSize in new[] { 1 << 20, 1 << 29, 1 << 30, int.MaxValue })
            Assert.Equal(expected.S, HouseholderSvd.Compute<double>(a, new SvdOptions { TwoStageOrder = 1, BlockSize = blockSize, ValuesOnly = valuesOnly }).S);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    [InlineData(0.35)]
    [InlineData(0.6)]
    [InlineData(0.8)]
    public void Cancelling_on_the_way_leaves_the_matrix_and_the_next_call_as_they_were(double fraction)
    {
        var a = TestMatrices.Gaussian<double>(300, 290, 7);
        var untouched = a.View.ToMatrix();
        var options = new SvdOptions { BlockSize = 4 };
        var before = Compute(a, options);
        using var source = new CancellationTokenSource();
        var exception = Assert.ThrowsAny<OperationCanceledException>(() => Compute(a, options with { Progress = new CancelAt(source, fraction) }, source.Token));
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(untouched.Span, a.Span);
        var after = Compute(a, options);
        Assert.Equal(before.S, after.S);
        Assert.Equal(before.U.Span, after.U.Span);
        Assert.Equal(before.Vt.Span, after.Vt.Span);
    }

    [Fact]
    public void The_chase_and_the_way_back_can_be_cancelled()
    {
        var cancelled = new CancellationToken(canceled: true);
        foreach (var threads in new[] { 1, 3 })
        {
            var chase = new ChaseReflectors<double>(200, 8);
            var band = BandReduction.Reduce<double>(TestMatrices.Gaussian<double>(200, 200, 1), 8, null, new Parallelism(threads), null, default);
            Assert.ThrowsAny<OperationCanceledException>(() => BulgeChase<double>.Run(band, chase, chase, new Parallelism(threads), cancelled));
            Assert.ThrowsAny<OperationCanceledException>(() => chase.ApplyTransposedFromRight(new Matrix<double>(9, 200), new Parallelism(threads), cancelled));
        }
    }

    [Fact]
    public void Long_chases_have_the_same_bits_on_any_number_of_threads()
    {
        var a = TestMatrices.Gaussian<double>(420, 400, 9);
        var options = new SvdOptions { BlockSize = 5 };
        var one = Compute(a, options with { Parallelism = Parallelism.Serial });
        foreach (var threads in new[] { 2, 3, 5 })
        {
            var several = Compute(a, options with { Parallelism = new Parallelism(threads) });
            Assert.Equal(one.S, several.S);
            for (var i = 0; i < 400; i++)
            {
                Assert.True(one.Vt.Row(i).SequenceEqual(several.Vt.Row(i)));
                Assert.True(one.U.Row(i).SequenceEqual(several.U.Row(i)));
            }
        }
    }

    /// <summary>Every kernel, whatever this machine has: the blocks do what the reflectors do one by one.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(50, 7)]
    [InlineData(130, 16)]
    [InlineData(200, 64)]
    public void Blocks_do_what_the_reflectors_do_one_by_one(int n, int bandwidth)
    {
        var random = new SeededRandom(3);
        var chase = new ChaseReflectors<double>(n, bandwidth);
        var kept = new List<(int Begin, double[] V, double Tau)>();
        for (var sweep = 0; sweep < n - 1; sweep++)
        {
            for (var step = 0; sweep + 1 + step * bandwidth < n; step++)
            {
                var begin = sweep + 1 + step * bandwidth;
                var v = TestMatrices.Gaussian<double>(1, Math.Min(bandwidth, n - begin), random.NextUInt64()).Row(0).ToArray();
                var (_, tau) = HouseholderReflector.Generate(v.AsSpan());
                chase.Keep(sweep, step, v, tau);
                kept.Add((begin, v, tau));
            }
        }

        foreach (var rows in new[] { 1, 5, 40, 150 })
        {
            var c = TestMatrices.Gaussian<double>(rows, n, 4);
            var expected = c.View.ToMatrix();
            for (var i = 0; i < rows; i++)
            {
                foreach (var (begin, v, tau) in Enumerable.Reverse(kept))
                    HouseholderReflector.Apply(v, tau, expected.Row(i).Slice(begin, v.Length));
            }
            chase.ApplyTransposedFromRight(c, new Parallelism(2), default);
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < n; j++)
                    Assert.Equal(expected[i, j], c[i, j], 1e-12);
            }
        }
    }

    private sealed class CancelAt(CancellationTokenSource source, double fraction) : IProgress<double>
    {
        public void Report(double value)
        {
            if (value >= fraction)
                source.Cancel();
        }
    }
}
