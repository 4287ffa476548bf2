namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class SubspaceSvdTests
{
    private const double Allowed = 1e-3;

    /// <summary>Spectra with and without a gap at the cut, flat and steep, full and deficient.</summary>
    public static TheoryData<string> Spectra() => ["gaussian", "1/i", "1/sqrt(i)", "1/i^2", "geometric", "step", "flat", "deficient", "zero tail"];

    [Theory]
    [MemberData(nameof(Spectra))]
    public void The_residual_is_within_the_factor_asked_for_of_the_optimum(string spectrum)
    {
        WithinOptimum(Make(spectrum, 260, 260), 60);
        WithinOptimum(Make(spectrum, 300, 220), 50);
        WithinOptimum(Make(spectrum, 210, 420), 30);
    }

    private static void WithinOptimum(Matrix<double> a, int rank)
    {
        Check(a, 1e-13);
        Check(Matrix<float>.Create(a.Rows, a.Columns, (i, j) => (float)a[i, j]), 1e-5);

        void Check<T>(Matrix<T> matrix, double rounding)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var exact = HouseholderSvd.Compute<double>(Ratios.ToDouble(matrix)).S;
            var norm = Math.Sqrt(exact.Sum(s => s * s));
            var optimum = Math.Sqrt(exact.Skip(rank).Sum(s => s * s)) / norm;
            var found = SubspaceSvd.Compute<T>(matrix, new SvdOptions { Rank = rank, Suboptimality = Allowed });
            Assert.Equal((SvdAlgorithm.Subspace, rank), (found.Algorithm, found.S.Length));
            Assert.InRange(found.Residual!.Value, (optimum * (1 - rounding)) - rounding, (optimum * (1 + Allowed)) + rounding);
            Assert.InRange(found.Suboptimality!.Value, 0, Allowed);
            Assert.InRange(Ratios.Orthogonality(found.U), 0, 10);
            Assert.InRange(Ratios.Orthogonality(found.Vt.View.Transpose()), 0, 10);
            Assert.Equal(found.S.OrderDescending(), found.S);

            var (u, s, vt) = (Ratios.ToDouble(found.U), found.S, Ratios.ToDouble(found.Vt));
            var difference = Ratios.ToDouble(matrix);
            var weighted = Matrix<double>.Create(u.Rows, rank, (i, j) => u[i, j] * double.CreateTruncating(s[j]));
            Gemm.Multiply<double>(weighted, Operand.AsIs, vt, Operand.AsIs, -1, 1, difference, Parallelism.Serial);
            Assert.Equal(Ratios.FrobeniusNorm(difference) / norm, found.Residual.Value, 10 * rounding);
        }
    }

    [Fact]
    public void The_estimate_of_what_is_left_to_gain_is_no_guess()
    {
        foreach (var spectrum in new[] { "gaussian", "1/i", "1/sqrt(i)" })
        {
            var a = Make(spectrum, 400, 400);
            var exact = HouseholderSvd.Compute<double>(a).S;
            var optimum = Math.Sqrt(exact.Skip(100).Sum(s => s * s) / exact.Sum(s => s * s));
            var found = SubspaceSvd.Compute<double>(a, new SvdOptions { Rank = 100, Suboptimality = 1e-2 });
            Assert.InRange(found.Suboptimality!.Value / ((found.Residual!.Value / optimum) - 1), 0.9, 3);
        }
    }

    [Fact]
    public void A_tighter_factor_is_met_by_more_rounds()
    {
        var a = Make("gaussian", 260, 260);
        var exact = HouseholderSvd.Compute<double>(a).S;
        var optimum = Math.Sqrt(exact.Skip(60).Sum(s => s * s) / exact.Sum(s => s * s));
        var found = SubspaceSvd.Compute<double>(a, new SvdOptions { Rank = 60, Suboptimality = 1e-6 });
        Assert.InRange((found.Residual!.Value / optimum) - 1, -1e-12, 1e-6);
    }

    [Fact]
    public void The_bits_depend_on_the_seed_and_not_on_the_threads()
    {
        var a = TestMatrices.Gaussian<float>(300, 200, 3);
        float[] With(ulong seed, int threads) => SubspaceSvd.Compute<float>(
            a, new SvdOptions { Rank = 40, Suboptimality = Allowed, Parallelism = new Parallelism(threads), Sketch = new SketchOptions { Seed = seed } }).U.Span.ToArray();
        Assert.Equal(With(5, 1), With(5, 3));
        Assert.NotEqual(With(5, 1), With(6, 1));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 7)]
    [InlineData(1, 1)]
    [InlineData(40, 1)]
    [InlineData(12, 9)]
    public void What_is_too_small_for_it_is_decomposed_exactly_and_says_so(int m, int n)
    {
        var found = SubspaceSvd.Compute<double>(TestMatrices.Gaussian<double>(m, n, 3), new SvdOptions { Rank = 1, Suboptimality = Allowed });
        Assert.NotEqual(SvdAlgorithm.Subspace, found.Algorithm);
        Assert.NotNull(found.Reason);
        Assert.Equal(Math.Min(1, Math.Min(m, n)), found.S.Length);
    }

    [Fact]
    public void Zero_and_the_extremes_of_the_type_have_an_answer()
    {
        var options = new SvdOptions { Rank = 20, Suboptimality = Allowed };
        Assert.All(SubspaceSvd.Compute<double>(new Matrix<double>(100, 100), options).S, s => Assert.Equal(0, s));
        var a = TestMatrices.Gaussian<double>(100, 100, 3);
        var expected = SubspaceSvd.Compute<double>(a, options).S;
        foreach (var exponent in new[] { -1060, 1000 })
        {
            var scaled = Matrix<double>.Create(100, 100, (i, j) => Math.ScaleB(a[i, j], exponent));
            var found = SubspaceSvd.Compute<double>(scaled, options).S;
            Assert.All(expected.Zip(found), pair => Assert.Equal(1, Math.ScaleB(pair.Second, -exponent) / pair.First, tolerance: 1e-4));
        }
        a[3, 5] = double.NaN;
        var thrown = Assert.Throws<NonFiniteMatrixException>(() => SubspaceSvd.Compute<double>(a, options));
        Assert.Equal((3, 5), (thrown.Row, thrown.Column));
    }

    [Fact]
    public void Cancelling_stops_it()
        => Assert.Throws<OperationCanceledException>(() => SubspaceSvd.Compute<float>(TestMatrices.Gaussian<float>(200, 200, 3), new SvdOptions { Rank = 20, Suboptimality = Allowed }, new CancellationToken(true)));

    private static Matrix<double> Make(string spectrum, int m, int n)
    {
        var k = Math.Min(m, n);
        return spectrum switch
        {
            "gaussian" => TestMatrices.Gaussian<double>(m, n, 7),
            "1/i" => TestMatrices.WithSpectrum<double>(m, n, i => 1.0 / (i + 1), 7),
            "1/sqrt(i)" => TestMatrices.WithSpectrum<double>(m, n, i => 1 / Math.Sqrt(i + 1), 7),
            "1/i^2" => TestMatrices.WithSpectrum<double>(m, n, i => 1 / ((i + 1.0) * (i + 1)), 7),
            "geometric" => TestMatrices.WithSpectrum<double>(m, n, i => Math.Pow(0.9, i), 7),
            "step" => TestMatrices.WithSpectrum<double>(m, n, i => i < k / 4 ? 1 : 0.5, 7),
            "flat" => TestMatrices.WithSpectrum<double>(m, n, _ => 1, 7),
            "deficient" => TestMatrices.WithSpectrum<double>(m, n, i => i < k / 10 ? 1 : 0, 7),
            _ => TestMatrices.WithSpectrum<double>(m, n, i => i < k / 2 ? 1.0 / (i + 1) : 0, 7),
        };
    }
}
