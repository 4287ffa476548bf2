using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>The entry point, with the algorithm that it chooses and with each that can be asked for.</summary>
public class SvdTests(ITestOutputHelper output) : SvdContract(output)
{
    protected override int Cases => 60;

    protected override SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        => Svd.Compute<T>(a, options, cancellationToken);

    [Theory]
    [InlineData(SvdAlgorithm.Automatic, SvdAlgorithm.Householder)]
    [InlineData(SvdAlgorithm.Householder, SvdAlgorithm.Householder)]
    [InlineData(SvdAlgorithm.Jacobi, SvdAlgorithm.Jacobi)]
    [InlineData(SvdAlgorithm.Randomized, SvdAlgorithm.Randomized)]
    public void It_says_which_algorithm_ran(SvdAlgorithm asked, SvdAlgorithm ran)
    {
        foreach (var (m, n) in new[] { (0, 0), (0, 4), (5, 3), (3, 5), (32, 40) })
        {
            foreach (var valuesOnly in new[] { false, true })
            {
                var factors = Svd.Compute<float>(TestMatrices.Gaussian<float>(m, n, 1), new SvdOptions { Algorithm = asked, ValuesOnly = valuesOnly });
                Assert.Equal(ran, factors.Algorithm);
                Assert.Equal(ran == SvdAlgorithm.Randomized, factors.Residual.HasValue);
            }
        }
    }

    [Fact]
    public void Many_vectors_come_by_divide_and_conquer_and_values_alone_do_not()
    {
        var a = TestMatrices.Gaussian<float>(40, 50, 1);
        Assert.Equal(SvdAlgorithm.DivideAndConquer, Svd.Compute<float>(a).Algorithm);
        Assert.Equal(SvdAlgorithm.Householder, Svd.Compute<float>(a, new SvdOptions { ValuesOnly = true }).Algorithm);
    }

    [Fact]
    public void What_is_asked_for_decides_and_the_reason_is_told()
    {
        var a = TestMatrices.Gaussian<float>(520, 530, 1);
        (SvdAlgorithm, string) For(SvdOptions options)
        {
            var factors = Svd.Compute<float>(a, options);
            return (factors.Algorithm, factors.Reason!);
        }
        Assert.Equal((SvdAlgorithm.Subspace, "52 of 520 triplets are wanted, to within 0.10 % of the best residual"), For(new SvdOptions { Rank = 52, Suboptimality = 1e-3 }));
        Assert.Equal((SvdAlgorithm.DivideAndConquer, "singular triplets are wanted that are exact to rounding"), For(new SvdOptions { Rank = 52 }));
        Assert.Equal((SvdAlgorithm.DivideAndConquer, "singular triplets are wanted that are exact to rounding"), For(new SvdOptions { Rank = 400, Suboptimality = 1e-3 }));
        Assert.Equal((SvdAlgorithm.Householder, "singular values alone are wanted, exact to rounding"), For(new SvdOptions { ValuesOnly = true }));
        Assert.Equal((SvdAlgorithm.Randomized, "the rank is to be found for a residual of 0.9"), For(new SvdOptions { Sketch = new SketchOptions { Tolerance = 0.9 } }));
        Assert.Equal(SvdAlgorithm.Jacobi, Svd.Compute<float>(a.View.Slice(0, 0, 40, 30), new SvdOptions { HighRelativeAccuracy = true }).Algorithm);
    }

    [Fact]
    public void Two_thousand_by_two_thousand_ones_have_one_value()
    {
        // OpenCV #10084. Without vectors of 256 bits it would take a minute, and says nothing more than a smaller one.
        var n = System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 2000 : 400;
        var (_, s, _) = CheckFactors(Matrix<float>.Create(n, n, (_, _) => 1), new SvdOptions()).Factors;
        Assert.Equal(1, s[0] / n, tolerance: 1e-5);
        Assert.All(s.Skip(1), value => Assert.InRange(value, 0, 1e-5 * n));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        var a = TestMatrices.Gaussian<float>(3, 3, 1);
        Assert.ThrowsAny<ArgumentException>(() => Svd.Compute<float>(a, new SvdOptions { Algorithm = (SvdAlgorithm)77 }));
        Assert.ThrowsAny<ArgumentException>(() => Svd.Compute<float>(a, new SvdOptions { BlockSize = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => Svd.Compute<float>(a, new SvdOptions { Sketch = new SketchOptions { Oversampling = -1 } }));
    }

    [Fact]
    public void A_view_inside_a_larger_matrix_is_read_as_it_is_and_not_changed()
    {
        var whole = TestMatrices.Gaussian<double>(30, 40, 1);
        var before = whole.Span.ToArray();
        var window = whole.View.Slice(3, 5, 20, 11);
        Assert.Equal(Svd.Compute<double>(window.ToMatrix()).S, Svd.Compute(window).S);
        Assert.Equal(before, whole.Span.ToArray());
    }

    [Theory]
    [InlineData(SvdAlgorithm.Householder)]
    [InlineData(SvdAlgorithm.Jacobi)]
    public void Progress_rises_to_one(SvdAlgorithm algorithm)
    {
        var progress = new Recorder();
        Svd.Compute<float>(TestMatrices.Gaussian<float>(150, 100, 1), new SvdOptions { Algorithm = algorithm, Progress = progress });
        Assert.True(progress.Values.Count > 3);
        Assert.Equal(progress.Values.Order(), progress.Values);
        Assert.Equal(1, progress.Values[^1]);
    }

    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }

    [Theory]
    [InlineData(SvdAlgorithm.Automatic)]
    [InlineData(SvdAlgorithm.Householder)]
    [InlineData(SvdAlgorithm.Jacobi)]
    [InlineData(SvdAlgorithm.Randomized)]
    [InlineData(SvdAlgorithm.Subspace)]
    public void A_matrix_without_elements_is_decomposed_at_once_however_long_it_is(SvdAlgorithm algorithm)
    {
        foreach (var (m, n) in new[] { (int.MaxValue, 0), (0, int.MaxValue), (0, 0) })
        {
            var factors = Svd.Compute<double>(new Matrix<double>(m, n), new SvdOptions { Algorithm = algorithm });
            Assert.Equal((m, 0, 0, n), (factors.U.Rows, factors.U.Columns, factors.Vt.Rows, factors.Vt.Columns));
            Assert.Empty(factors.S);
        }
    }
}
