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
}
