using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using static PureSvd.Tests.Factorization.Problems;

namespace PureSvd.Tests.Factorization;

public class MethodTests
{
    private const double Tolerance = 1e-10;

    private static readonly PlainSvd Svd = new();
    private static readonly FisherWeightedSvd Fwsvd = new();

    [Fact]
    public void The_residual_of_svd_is_the_tail_of_the_singular_values() => ForAll(Regular, p =>
    {
        var weight = p.Weight;
        var factorization = Svd.Decompose<double>(weight, null, Parallelism.Serial);
        return Enumerable.Range(1, factorization.FullRank).All(rank =>
        {
            var residual = Frobenius(Difference(weight, factorization.Truncate(rank).Product(Parallelism.Serial)));
            var tail = Math.Sqrt(factorization.SingularValues.Skip(rank).Sum(s => s * s));
            return Math.Abs(residual - tail) <= Tolerance * Frobenius(weight);
        });
    });

    [Fact]
    public void The_weighted_residual_of_fwsvd_is_the_tail_of_the_weighted_singular_values() => ForAll(WithDeadInputs, p =>
    {
        var (weight, fisher) = (p.Weight, p.Fisher);
        var factorization = Fwsvd.Decompose(weight.View, new LayerStatistics(fisher), Parallelism.Serial);
        return Enumerable.Range(1, factorization.FullRank).All(rank =>
        {
            var residual = Weighted(Difference(weight, factorization.Truncate(rank).Product(Parallelism.Serial)), fisher);
            return Math.Abs(residual - factorization.OptimalResidual(rank)) <= Tolerance * Weighted(weight, fisher);
        });
    });

    [Fact]
    public void A_constant_fisher_weight_gives_svd() => ForAll(Regular, p =>
    {
        var weight = p.Weight;
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var constant = Enumerable.Repeat(3e-7, p.Inputs).ToArray();
        return Frobenius(Difference(Truncated(Fwsvd, weight, constant, rank), Truncated(Svd, weight, null, rank))) <= 1e-8 * Frobenius(weight);
    });

    [Fact]
    public void Only_the_ratios_of_the_fisher_weights_matter() => ForAll(Regular, p =>
    {
        var (weight, fisher) = (p.Weight, p.Fisher);
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var scaled = Array.ConvertAll(fisher, f => f * 1e-200);
        return Frobenius(Difference(Truncated(Fwsvd, weight, fisher, rank), Truncated(Fwsvd, weight, scaled, rank))) <= 1e-6 * Frobenius(weight);
    });

    [Fact]
    public void Full_rank_gives_the_weight_whatever_the_statistics() => ForAll(WithDeadInputs, p =>
    {
        var weight = p.Weight;
        var full = Math.Min(p.Outputs, p.Inputs);
        return Frobenius(Difference(weight, Truncated(Svd, weight, null, full))) <= Tolerance * Frobenius(weight)
            && Frobenius(Difference(weight, Truncated(Fwsvd, weight, p.Fisher, full))) <= Tolerance * Frobenius(weight)
            && Frobenius(Difference(weight, Truncated(Fwsvd, weight, new double[p.Inputs], full))) <= Tolerance * Frobenius(weight);
    });

    [Fact]
    public void Permuting_inputs_and_outputs_permutes_the_result() => ForAll(Regular, p =>
    {
        var (weight, fisher) = (p.Weight, p.Fisher);
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var random = SeededRandom.ForStream(p.Seed, 2);
        var rows = Enumerable.Range(0, p.Outputs).ToArray();
        var columns = Enumerable.Range(0, p.Inputs).ToArray();
        random.Shuffle<int>(rows);
        random.Shuffle<int>(columns);
        var direct = Truncated(Fwsvd, weight, fisher, rank);
        var permuted = Truncated(Fwsvd, Matrix<double>.Create(p.Outputs, p.Inputs, (i, j) => weight[rows[i], columns[j]]), [.. columns.Select(c => fisher[c])], rank);
        var expected = Matrix<double>.Create(p.Outputs, p.Inputs, (i, j) => direct[rows[i], columns[j]]);
        return Weighted(Difference(expected, permuted), [.. columns.Select(c => fisher[c])]) <= 1e-6 * Weighted(weight, fisher);
    });

    [Fact]
    public void No_small_change_of_the_factors_improves_the_weighted_residual() => ForAll(Regular, p =>
    {
        var (weight, fisher) = (p.Weight, p.Fisher);
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var factors = Fwsvd.Decompose(weight.View, new LayerStatistics(fisher), Parallelism.Serial).Truncate(rank);
        var best = Weighted(Difference(weight, factors.Product(Parallelism.Serial)), fisher);
        return Enumerable.Range(1, 6).All(trial =>
        {
            var step = Math.Pow(10, -trial);
            var a = Problem.Random(rank, p.Inputs, p.Seed + (ulong)trial);
            var b = Problem.Random(p.Outputs, rank, p.Seed + 100 + (ulong)trial);
            var changed = new LowRankFactors<double>(
                Matrix<double>.Create(rank, p.Inputs, (i, j) => factors.A[i, j] + step * a[i, j]),
                Matrix<double>.Create(p.Outputs, rank, (i, j) => factors.B[i, j] + step * b[i, j]));
            return Weighted(Difference(weight, changed.Product(Parallelism.Serial)), fisher) >= best - 1e-12 * Weighted(weight, fisher);
        });
    });

    [Fact]
    public void Weighting_helps_in_its_own_objective_and_costs_in_the_plain_one() => ForAll(Regular, p =>
    {
        var (weight, fisher) = (p.Weight, p.Fisher);
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var plain = Difference(weight, Truncated(Svd, weight, null, rank));
        var weighted = Difference(weight, Truncated(Fwsvd, weight, fisher, rank));
        var slack = 1 + Tolerance;
        return Weighted(weighted, fisher) <= Weighted(plain, fisher) * slack + 1e-12 && Frobenius(plain) <= Frobenius(weighted) * slack + 1e-12;
    });

    [Fact]
    public void Both_factors_carry_the_same_share_of_each_singular_value()
    {
        var factors = Svd.Decompose<double>(Problem.Random(9, 6, 5), null, Parallelism.Serial).Truncate(6);
        for (var k = 0; k < 6; k++)
        {
            var a = Enumerable.Range(0, 6).Sum(j => factors.A[k, j] * factors.A[k, j]);
            var b = Enumerable.Range(0, 9).Sum(i => factors.B[i, k] * factors.B[i, k]);
            Assert.Equal(a, b, 1e-12);
        }
    }

    [Fact]
    public void A_zero_matrix_has_zero_factors_and_no_effective_rank()
    {
        foreach (var method in new IFactorizationMethod[] { Svd, Fwsvd })
        {
            var factorization = method.Decompose<float>(new Matrix<float>(4, 3), new LayerStatistics([1, 2, 3]), Parallelism.Serial);
            var factors = factorization.Truncate(2);
            Assert.All(factors.A.Span.ToArray().Concat(factors.B.Span.ToArray()), x => Assert.Equal(0, x));
            Assert.Equal(0, factorization.EffectiveRank);
            Assert.Equal(0, factorization.Measure(factors, Parallelism.Serial).RelativeResidual);
        }
    }

    [Fact]
    public void Singular_statistics_are_reported_and_give_finite_factors()
    {
        var weight = Problem.Random(8, 6, 11);
        var factorization = Fwsvd.Decompose(weight.View, new LayerStatistics([0, 2, 0, 1e-300, 5, 0]), Parallelism.Serial);
        var report = factorization.Measure(factorization.Truncate(2), Parallelism.Serial);
        Assert.Equal(3, report.StatisticsRank);
        Assert.Equal(2, report.EffectiveRank);
        Assert.True(report.Residual <= 1e-12);
        Assert.All(factorization.Truncate(6).A.Span.ToArray(), x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public void Tiny_fisher_weights_do_not_blow_up_what_they_hide_in_float32()
    {
        var wide = Problem.Random(12, 10, 3);
        var weight = Matrix<float>.Create(12, 10, (i, j) => (float)wide[i, j]);
        var fisher = Enumerable.Range(0, 10).Select(i => Math.Pow(10, -4 * i)).ToArray();
        var factorization = Fwsvd.Decompose(weight.View, new LayerStatistics(fisher), Parallelism.Serial);
        for (var rank = 1; rank <= 10; rank++)
            Assert.True(factorization.Measure(factorization.Truncate(rank), Parallelism.Serial).FrobeniusResidual < 1.001);
        Assert.True(factorization.Measure(factorization.Truncate(10), Parallelism.Serial).FrobeniusResidual < 1e-5);
    }

    [Theory]
    [InlineData(40, 1100)]
    [InlineData(1100, 40)]
    public void Matrices_of_several_panels_are_met_as_well_as_float64_would(int outputs, int inputs)
    {
        var wide = Problem.Random(outputs, inputs, 7);
        var weight = Matrix<float>.Create(outputs, inputs, (i, j) => (float)wide[i, j]);
        var exact = Matrix<double>.Create(outputs, inputs, (i, j) => weight[i, j]);
        var fisher = Enumerable.Range(0, inputs).Select(i => Math.Pow(10, i % 7 - 3)).ToArray();
        foreach (var method in new IFactorizationMethod[] { Svd, Fwsvd })
        {
            var statistics = new LayerStatistics(fisher);
            var reference = method.Decompose<double>(exact, statistics, Parallelism.Serial);
            var limited = method.Decompose<float>(weight, statistics, 12, Parallelism.Serial);
            var report = limited.Measure(limited.Truncate(12), Parallelism.Serial);
            Assert.Equal(12, limited.LargestRank);
            Assert.Throws<ArgumentOutOfRangeException>(() => limited.Truncate(13));
            Assert.Equal(1, report.OptimalResidual / reference.OptimalResidual(12), 1e-10);
            Assert.Equal(1, report.Residual / reference.OptimalResidual(12), 1e-6);
        }
    }

    [Fact]
    public void The_report_measures_the_factors_that_it_is_given()
    {
        var weight = Problem.Random(7, 5, 2);
        var factorization = Svd.Decompose<double>(weight, null, Parallelism.Serial);
        var factors = factorization.Truncate(3);
        var clean = factorization.Measure(factors, Parallelism.Serial);
        factors.A[0, 0] += 1;
        Assert.True(factorization.Measure(factors, Parallelism.Serial).Residual > clean.Residual + 0.01);
    }

    [Fact]
    public void What_is_wrong_with_the_input_is_said()
    {
        var weight = Problem.Random(3, 4, 1);
        Assert.Contains("needs the Fisher", Assert.Throws<ArgumentException>(() => Fwsvd.Decompose<double>(weight, null, Parallelism.Serial)).Message, StringComparison.Ordinal);
        Assert.Contains("3 inputs", Assert.Throws<ArgumentException>(() => Fwsvd.Decompose<double>(weight, new LayerStatistics([1, 1, 1]), Parallelism.Serial)).Message, StringComparison.Ordinal);
        Assert.Contains("input 1", Assert.Throws<ArgumentException>(() => new LayerStatistics([1, double.NaN])).Message, StringComparison.Ordinal);
        Assert.Contains("input 0", Assert.Throws<ArgumentException>(() => new LayerStatistics([-1])).Message, StringComparison.Ordinal);
        Assert.Contains("1 to 3", Assert.Throws<ArgumentOutOfRangeException>(() => Svd.Decompose<double>(weight, null, Parallelism.Serial).Truncate(0)).Message, StringComparison.Ordinal);
        Assert.Contains("svd, fwsvd", Assert.Throws<ArgumentException>(() => FactorizationMethods.ByName("SVD")).Message, StringComparison.Ordinal);
        weight[1, 1] = double.NaN;
        Assert.ThrowsAny<ArgumentException>(() => Svd.Decompose<double>(weight, null, Parallelism.Serial));
    }

    [Fact]
    public void The_fisher_weight_of_an_input_is_the_mean_over_examples_of_its_summed_squares()
    {
        var gradients = new[] { Problem.Random(3, 2, 1), Problem.Random(3, 2, 2) };
        var means = Matrix<double>.Create(3, 2, (i, j) => (gradients[0][i, j] * gradients[0][i, j] + gradients[1][i, j] * gradients[1][i, j]) / 2);
        var direct = LayerStatistics.FromGradients(gradients.Select(g => g.View)).InputFisher!;
        var summed = LayerStatistics.FromFisher<double>(means).InputFisher!;
        Assert.Equal(means[0, 1] + means[1, 1] + means[2, 1], direct[1], 1e-14);
        Assert.Equal(direct[0], summed[0], 1e-14);
    }
}
