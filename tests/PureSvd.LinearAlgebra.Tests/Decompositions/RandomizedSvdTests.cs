using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>At full rank the sketch spans everything, so all of the contract holds; below it, what Halko, Martinsson and Tropp promise.</summary>
public class RandomizedSvdTests(ITestOutputHelper output) : SvdContract(output)
{
    protected override int Cases => 100;

    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        => RandomizedSvd.Compute<T>(a, options, cancellationToken);

    protected override bool TruncationIsExact => false;

    protected override SvdOptions Truncated(int rank) => new() { Rank = rank, Sketch = new SketchOptions { Oversampling = 30 } };

    [Theory]
    [InlineData(120, 80)]
    [InlineData(60, 150)]
    public void A_decaying_spectrum_is_met_to_the_optimum(int m, int n)
    {
        var a = TestMatrices.WithSpectrum<double>(m, n, i => Math.Pow(0.8, i), 3);
        var exact = HouseholderSvd.Compute<double>(a);
        var optimum = Math.Sqrt(exact.S.Skip(15).Sum(s => s * s) / exact.S.Sum(s => s * s));
        var sketched = RandomizedSvd.Compute<double>(a, new SvdOptions { Rank = 15 });
        Assert.InRange(sketched.Residual!.Value / optimum, 1 - 1e-12, 1 + 1e-6);
        for (var i = 0; i < 15; i++)
            Assert.Equal(1, sketched.S[i] / exact.S[i], tolerance: 1e-5);
    }

    [Fact]
    public void A_flat_spectrum_is_not_and_the_residual_says_so()
    {
        var a = TestMatrices.RandomOrthogonal(100, 100, 3);
        var options = new SvdOptions { Rank = 20, Sketch = new SketchOptions { Oversampling = 0, PowerIterations = 0 } };
        var (u, s, vt) = RandomizedSvd.Compute<double>(a, options);
        var difference = a.View.ToMatrix();
        var us = Matrix<double>.Create(100, 20, (i, j) => u[i, j] * s[j]);
        Gemm.Multiply<double>(us, Operand.AsIs, vt, Operand.AsIs, -1, 1, difference, Parallelism.Serial);
        var measured = RandomizedSvd.Compute<double>(a, options).Residual!.Value;
        Assert.Equal(Ratios.FrobeniusNorm(difference) / Ratios.FrobeniusNorm(a), measured, tolerance: 1e-12);
    }

    [Fact]
    public void More_power_iterations_come_closer_to_the_optimum()
    {
        var a = TestMatrices.WithSpectrum<double>(150, 100, i => 1 / (1.0 + i), 3);
        var residuals = new[] { 0, 1, 4 }.Select(q => RandomizedSvd.Compute<double>(a, new SvdOptions { Rank = 10, Sketch = new SketchOptions { PowerIterations = q } }).Residual!.Value).ToArray();
        Assert.Equal(residuals.OrderDescending(), residuals);
    }

    [Fact]
    public void The_seed_decides_the_bits()
    {
        var a = TestMatrices.Gaussian<float>(80, 60, 3);
        SvdFactors<float> With(ulong seed) => RandomizedSvd.Compute<float>(a, new SvdOptions { Rank = 9, Sketch = new SketchOptions { Seed = seed } });
        Assert.Equal(With(5).U.Span.ToArray(), With(5).U.Span.ToArray());
        Assert.NotEqual(With(5).U.Span.ToArray(), With(6).U.Span.ToArray());
    }

    [Fact]
    public void A_matrix_of_lower_rank_than_asked_for_is_met_exactly()
    {
        var a = TestMatrices.Make<double>(MatrixKind.RankDeficient, 60, 60, 4);
        Assert.InRange(RandomizedSvd.Compute<double>(a, new SvdOptions { Rank = 20 }).Residual!.Value, 0, 1e-14);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1e-2)]
    [InlineData(1e-6)]
    [InlineData(1e-11)]
    public void A_tolerance_is_met_with_a_rank_near_the_smallest_possible(double tolerance)
    {
        foreach (var (m, n) in new[] { (150, 100), (90, 160) })
        {
            var a = TestMatrices.WithSpectrum<double>(m, n, i => Math.Pow(0.7, i), 3);
            var exact = HouseholderSvd.Compute<double>(a).S;
            var smallest = Enumerable.Range(0, exact.Length).First(r => Math.Sqrt(exact.Skip(r).Sum(s => s * s) / exact.Sum(s => s * s)) <= tolerance);
            var found = RandomizedSvd.Compute<double>(a, new SvdOptions { Sketch = new SketchOptions { Tolerance = tolerance, BlockSize = 8 } });
            Assert.InRange(found.Residual!.Value, 0, tolerance * (1 + 1e-9));
            Assert.InRange(found.S.Length, smallest, smallest + 1);
            AssertBelow(10, Ratios.Orthogonality(found.U));
            AssertBelow(10, Ratios.Orthogonality(found.Vt.View.Transpose()));
        }
    }

    [Fact]
    public void A_tolerance_below_rounding_ends_with_the_rank_and_says_what_was_reached()
    {
        foreach (var kind in new[] { MatrixKind.RankDeficient, MatrixKind.Zero, MatrixKind.Identity })
        {
            var a = TestMatrices.Make<float>(kind, 70, 50, 4);
            var found = RandomizedSvd.Compute<float>(a, new SvdOptions { Sketch = new SketchOptions { Tolerance = 0, BlockSize = 7 } });
            Assert.InRange(found.Residual!.Value, 0, 3e-6);
            AssertBelow(10, Ratios.Orthogonality(found.U));
        }
    }

    [Fact]
    public void The_rank_is_the_most_that_a_tolerance_may_take()
    {
        var a = TestMatrices.Gaussian<double>(60, 40, 3);
        var found = RandomizedSvd.Compute<double>(a, new SvdOptions { Rank = 10, Sketch = new SketchOptions { Tolerance = 1e-3 } });
        Assert.Equal(10, found.S.Length);
        Assert.InRange(found.Residual!.Value, 0.1, 1);
    }

    [Fact]
    public void The_threads_do_not_decide_the_bits_of_a_tolerance()
    {
        var a = TestMatrices.WithSpectrum<float>(300, 200, i => 1 / (1.0 + i), 3);
        float[] With(int threads) => RandomizedSvd.Compute<float>(a, new SvdOptions { Parallelism = new Parallelism(threads), Sketch = new SketchOptions { Tolerance = 0.1 } }).U.Span.ToArray();
        Assert.Equal(With(1), With(3));
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_tolerance_that_makes_no_sense_is_refused(double tolerance)
        => Assert.Throws<ArgumentException>(() => RandomizedSvd.Compute<double>(new Matrix<double>(3, 3), new SvdOptions { Sketch = new SketchOptions { Tolerance = tolerance } }));
}
