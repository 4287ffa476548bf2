using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using static PureSvd.Tests.Factorization.Problems;

namespace PureSvd.Tests.Factorization;

/// <summary>The identities between the methods that see data, with full-rank and with singular statistics.</summary>
public class WeightedMethodTests
{
    private static readonly WhitenedSvd Whitened = new();
    private static readonly AtomicFeatureMimicking Afm = new();

    /// <summary>Tokens: more than inputs, and fewer, which makes the second moment singular.</summary>
    public static TheoryData<int, int, int> Shapes => new() { { 14, 20, 200 }, { 20, 14, 200 }, { 14, 20, 9 }, { 20, 14, 9 }, { 12, 12, 1 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_loss_of_svd_llm_is_the_tail_of_the_spectrum_of_the_outputs(int outputs, int inputs, int tokens)
    {
        var (weight, x, statistics) = Layer(outputs, inputs, tokens);
        var factorization = Whitened.Decompose<double>(weight, statistics, Parallelism.Serial);
        var sigma = PureSvd.LinearAlgebra.Svd.Compute<double>(Times(weight, x)).S;
        for (var rank = 1; rank <= factorization.FullRank; rank++)
        {
            var loss = Frobenius(Difference(Times(weight, x), Times(factorization.Truncate(rank).Product(Parallelism.Serial), x)));
            Assert.Equal(Math.Sqrt(sigma.Skip(rank).Sum(s => s * s)), loss, 1e-6 * sigma[0]);
            Assert.Equal(loss, factorization.OptimalResidual(rank), 1e-6 * sigma[0]);
        }
        Assert.Equal(Math.Min(tokens, inputs), factorization.StatisticsRank);
        Assert.Equal(Math.Min(tokens, Math.Min(inputs, outputs)), factorization.EffectiveRank);
        Assert.True(Frobenius(Difference(weight, factorization.Truncate(factorization.FullRank).Product(Parallelism.Serial))) < 1e-6 * Frobenius(weight));
    }

    /// <summary>More rows and columns than are widened to float64 at a time.</summary>
    [Theory]
    [InlineData("svd-llm", 530, 540)]
    [InlineData("svd-llm", 540, 530)]
    [InlineData("afm", 530, 540)]
    [InlineData("afm", 540, 530)]
    [InlineData("afm-pooled", 530, 540)]
    [InlineData("afm-pooled", 540, 530)]
    public void Layers_of_several_panels_are_met_at_the_optimum_with_the_same_bits_for_any_number_of_threads(string name, int outputs, int inputs)
    {
        const int Rank = 100;
        var (weight, x, _) = Layer(outputs, inputs, 640);
        // 32 groups of 20 tokens.
        var groups = name switch { "svd-llm" => 0, "afm" => 1, _ => InputStatistics.GroupCount };
        var scatter = Centred(x, groups);
        var sigma = PureSvd.LinearAlgebra.Svd.Compute<double>(Times(weight, scatter), new SvdOptions { ValuesOnly = true }).S;
        var method = FactorizationMethods.ByName(name);
        var factorization = method.Decompose<double>(weight, Statistics(x), Rank, Parallelism.All);
        var factors = factorization.Truncate(Rank);
        var loss = Frobenius(Difference(Times(weight, scatter), Times(factors.Product(Parallelism.All), scatter)));
        Assert.Equal(Math.Sqrt(sigma.Skip(Rank).Sum(s => s * s)), loss, 1e-8 * sigma[0]);
        var report = factorization.Measure(factors, Parallelism.All);
        Assert.Equal(loss, report.Residual, 1e-8 * sigma[0]);
        Assert.Equal(Math.Sqrt(sigma.Sum(s => s * s)), report.ObjectiveNorm, 1e-8 * sigma[0]);
        var alone = method.Decompose<double>(weight, Statistics(x), Rank, Parallelism.Serial).Truncate(Rank);
        Assert.True(alone.A.Span.SequenceEqual(factors.A.Span) && alone.B.Span.SequenceEqual(factors.B.Span));
    }

    [Theory]
    [InlineData(14, 20)]
    [InlineData(20, 14)]
    public void The_eigen_form_and_the_cholesky_form_give_the_same_outputs(int outputs, int inputs)
    {
        var (weight, x, statistics) = Layer(outputs, inputs, 200);
        for (var rank = 1; rank <= 14; rank += 3)
        {
            var eigen = Times(Truncated(Whitened, weight, statistics, rank), x);
            var cholesky = Times(Truncated(new CholeskyWhitenedSvd(), weight, statistics, rank), x);
            Assert.True(Frobenius(Difference(eigen, cholesky)) < 1e-7 * Frobenius(Times(weight, x)));
        }
    }

    [Fact]
    public void The_cholesky_form_refuses_singular_statistics_and_names_the_form_that_takes_them()
    {
        var (weight, _, statistics) = Layer(14, 20, 9);
        Assert.Contains("svd-llm does not", Assert.Throws<ArgumentException>(() => new CholeskyWhitenedSvd().Decompose<double>(weight, statistics, Parallelism.Serial)).Message, StringComparison.Ordinal);
        Assert.Equal("svd-llm", FactorizationMethods.ByName("drone").Name);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Without_a_mean_afm_is_svd_llm(int outputs, int inputs, int tokens)
    {
        // Each input beside its opposite: the mean is zero, and the covariance the second moment.
        var (weight, half, _) = Layer(outputs, inputs, tokens);
        var x = Matrix<double>.Create(2 * tokens, inputs, (t, i) => t < tokens ? half[t, i] : -half[t - tokens, i]);
        var statistics = Statistics(x);
        for (var rank = 1; rank <= Math.Min(outputs, inputs); rank += 3)
        {
            var whitened = Times(Truncated(Whitened, weight, statistics, rank), x);
            var centred = Times(Truncated(Afm, weight, statistics, rank), x);
            Assert.True(Frobenius(Difference(whitened, centred)) < 1e-6 * Frobenius(Times(weight, x)), $"{rank}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Afm_keeps_the_mean_output_and_meets_the_outputs_best_of_all_affine_maps(int outputs, int inputs, int tokens)
    {
        var (weight, x, statistics) = Layer(outputs, inputs, tokens);
        var factorization = Afm.Decompose<double>(weight, statistics, Parallelism.Serial);
        var y = Times(weight, x);
        var mean = Enumerable.Range(0, outputs).Select(o => Enumerable.Range(0, tokens).Average(t => y[o, t])).ToArray();
        var sigma = PureSvd.LinearAlgebra.Svd.Compute<double>(Matrix<double>.Create(outputs, tokens, (o, t) => y[o, t] - mean[o])).S;
        for (var rank = 1; rank <= Math.Min(outputs, inputs); rank += 2)
        {
            var factors = factorization.Truncate(rank);
            var shift = factorization.BiasShift(factors)!;
            var product = Times(factors.Product(Parallelism.Serial), x);
            var error = Matrix<double>.Create(outputs, tokens, (o, t) => y[o, t] - product[o, t] - shift[o]);
            for (var o = 0; o < outputs; o++)
                Assert.Equal(0, Enumerable.Range(0, tokens).Average(t => error[o, t]), 1e-9 * Frobenius(y));
            Assert.Equal(Math.Sqrt(sigma.Skip(rank).Sum(s => s * s)), Frobenius(error), 1e-6 * Frobenius(y));
        }
    }

    [Theory]
    [InlineData(true, 32)]
    [InlineData(true, 20)]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    public void Tokens_that_are_their_own_means_leave_no_scatter(bool pooled, int tokens)
    {
        var random = new SeededRandom(5);
        var x = Matrix<double>.Create(tokens, 16, (_, _) => 1e4 * random.NextGaussian());
        var weight = Matrix<double>.Create(24, 16, (_, _) => random.NextGaussian());
        var method = new AtomicFeatureMimicking(pooled);
        var factorization = method.Decompose<double>(weight, Statistics(x), Parallelism.Serial);
        Assert.All(factorization.SingularValues, s => Assert.Equal(0, s));
        var report = factorization.Measure(factorization.Truncate(3), Parallelism.Serial);
        Assert.Equal((0.0, 0.0, 0), (report.Residual, report.ObjectiveNorm, report.StatisticsRank!.Value));
    }

    [Fact]
    public void Pooled_covariance_ignores_what_differs_between_groups_only()
    {
        // 32 groups of 8 tokens, each shifted by a vector of its own: pooled, only the scatter within counts.
        var within = Problem.Random(256, 10, 3);
        var shifts = Problem.Random(32, 10, 4);
        var x = Matrix<double>.Create(256, 10, (t, i) => within[t, i] + 100 * shifts[t / 8, i]);
        var weight = Problem.Random(7, 10, 5);
        var pooled = new AtomicFeatureMimicking(pooled: true);
        var shifted = pooled.Decompose<double>(weight, Statistics(x), Parallelism.Serial).SingularValues;
        var plain = pooled.Decompose<double>(weight, Statistics(within), Parallelism.Serial).SingularValues;
        Assert.All(shifted.Zip(plain), p => Assert.Equal(p.Second, p.First, 1e-6 * plain[0]));
        Assert.True(Afm.Decompose<double>(weight, Statistics(x), Parallelism.Serial).SingularValues[0] > 100 * plain[0] / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Asvd_is_svd_for_inputs_of_one_size_and_for_a_zero_exponent(bool maximum)
    {
        var random = new SeededRandom(9);
        var x = Matrix<double>.Create(30, 12, (_, _) => random.Next(2) == 0 ? 3 : -3);
        var weight = Problem.Random(9, 12, 6);
        var (_, _, other) = Layer(9, 12, 50);
        for (var rank = 1; rank <= 9; rank += 2)
        {
            var plain = Truncated(new PlainSvd(), weight, new LayerStatistics(null), rank);
            Assert.True(Frobenius(Difference(plain, Truncated(new ActivationAwareSvd(maximum), weight, Statistics(x), rank))) < 1e-8 * Frobenius(weight));
            Assert.True(Frobenius(Difference(plain, Truncated(new ActivationAwareSvd(maximum, 0), weight, other, rank))) < 1e-8 * Frobenius(weight));
        }
    }

    [Fact]
    public void Names_carry_their_exponent()
    {
        foreach (var name in new[] { "asvd:0.75", "asvd-max:1", "gfwsvd:0", "asvd", "gfwsvd", "tfwsvd", "afm-pooled" })
            Assert.Equal(name, FactorizationMethods.ByName(name).Name);
        Assert.Equal("asvd", FactorizationMethods.ByName("asvd:0.5").Name);
        Assert.Throws<ArgumentOutOfRangeException>(() => FactorizationMethods.ByName("asvd:2"));
        Assert.Throws<ArgumentException>(() => FactorizationMethods.ByName("svd:2"));
    }

    [Theory]
    [InlineData(9, 12)]
    [InlineData(12, 9)]
    public void Gfwsvd_with_unweighted_outputs_is_fwsvd_or_svd_llm(int outputs, int inputs)
    {
        var (weight, x, statistics) = Layer(outputs, inputs, 60);
        var fisher = Enumerable.Range(0, inputs).Select(i => Math.Pow(10, i % 5 - 2.0)).ToArray();
        var free = new KroneckerFisherSvd(0);
        var diagonal = new LayerStatistics(fisher) { Kronecker = new KroneckerFisher(Matrix<double>.Create(inputs, inputs, (i, j) => i == j ? fisher[i] : 0), Matrix<double>.Identity(outputs)) };
        var moment = new LayerStatistics(null) { Inputs = statistics.Inputs, Kronecker = new KroneckerFisher(statistics.Inputs!.SecondMoment, Matrix<double>.Identity(outputs)) };
        for (var rank = 1; rank <= 9; rank += 2)
        {
            var byInputs = Difference(Truncated(free, weight, diagonal, rank), Truncated(new FisherWeightedSvd(), weight, diagonal, rank));
            Assert.True(Weighted(byInputs, fisher) < 1e-6 * Weighted(weight, fisher));
            var byMoment = Times(Difference(Truncated(free, weight, moment, rank), Truncated(Whitened, weight, moment, rank)), x);
            Assert.True(Frobenius(byMoment) < 1e-6 * Frobenius(Times(weight, x)));
        }
    }

    [Fact]
    public void The_kronecker_factors_of_gradients_that_are_one_are_found()
    {
        // G = L_out·Z·L_inᵀ with Z white over all signs of one element at a time: the information is exactly a Kronecker product.
        var (left, right) = (Problem.Random(4, 4, 1), Problem.Random(3, 3, 2));
        var gradients = new List<MatrixView<double>>();
        for (var o = 0; o < 4; o++)
            for (var i = 0; i < 3; i++)
                gradients.Add(Matrix<double>.Create(4, 3, (r, c) => left[r, o] * right[c, i]).View);
        var found = KroneckerFisher.FromGradients(gradients, Parallelism.Serial);
        var (outer, inner) = (Gram(left), Gram(right));
        var scale = 1.0 / 12;
        for (var r = 0; r < 4; r++)
            for (var s = 0; s < 4; s++)
                for (var c = 0; c < 3; c++)
                    for (var d = 0; d < 3; d++)
                        Assert.Equal(scale * outer[r, s] * inner[c, d], found.Outputs[r, s] * found.Inputs[c, d], 1e-9);
    }

    [Fact]
    public void The_kronecker_factors_of_any_gradients_reproduce_each_other()
    {
        MatrixView<double>[] gradients = [.. Enumerable.Range(0, 6).Select(e => Problem.Random(16, 24, 100 + (ulong)e).View)];
        var found = KroneckerFisher.FromGradients(gradients, Parallelism.Serial);
        var again = Matrix<double>.Create(16, 16, (i, j) => gradients.Sum(g => Enumerable.Range(0, 24).Sum(c => Enumerable.Range(0, 24).Sum(d => g.Row(i)[c] * found.Inputs[c, d] * g.Row(j)[d]))));
        var size = Frobenius(again);
        for (var i = 0; i < 16; i++)
            for (var j = 0; j < 16; j++)
                Assert.Equal(found.Outputs[i, j], again[i, j] / size, 1e-7);
    }

    [Fact]
    public void Each_method_is_unbeaten_on_its_own_objective() => ForAll(Regular, p =>
    {
        var weight = p.Weight;
        var statistics = Everything(p);
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var all = FactorizationMethods.All.Where(m => m.Name is not ("svd-llm-cholesky" or "tfwsvd")).ToArray();
        var factors = all.Select(m => m.Decompose<double>(weight, statistics, Parallelism.Serial).Truncate(rank)).ToArray();
        return all.All(method =>
        {
            var judge = method.Decompose<double>(weight, statistics, Parallelism.Serial);
            var own = judge.Measure(factors[Array.IndexOf(all, method)], Parallelism.Serial);
            return factors.All(f => own.Residual <= judge.Measure(f, Parallelism.Serial).Residual * (1 + 1e-9) + 1e-7 * own.ObjectiveNorm)
                && Math.Abs(own.Residual - own.OptimalResidual) <= 1e-6 * own.ObjectiveNorm;
        });
    });

    [Fact]
    public void Tfwsvd_never_ends_worse_than_it_started_and_often_better() => ForAll(WithDeadInputs, p =>
    {
        var weight = p.Weight;
        var statistics = Everything(p);
        var rank = Math.Max(1, Math.Min(p.Outputs, p.Inputs) / 2);
        var method = new ElementFisherSvd();
        var factorization = method.Decompose<double>(weight, statistics, Parallelism.Serial);
        var start = new FisherWeightedSvd().Decompose<double>(weight, statistics, Parallelism.Serial).Truncate(rank);
        var ended = factorization.Measure(factorization.Truncate(rank), Parallelism.Serial);
        return ended.Residual <= factorization.Measure(start, Parallelism.Serial).Residual + 1e-13 * ended.ObjectiveNorm;
    });

    [Fact]
    public void Tfwsvd_gains_where_the_weights_of_elements_differ()
    {
        var problem = new Problem(16, 12, 5, 0);
        var statistics = Everything(problem);
        var factorization = new ElementFisherSvd().Decompose<double>(problem.Weight, statistics, Parallelism.Serial);
        var start = new FisherWeightedSvd().Decompose<double>(problem.Weight, statistics, Parallelism.Serial).Truncate(4);
        Assert.True(factorization.Measure(factorization.Truncate(4), Parallelism.Serial).Residual < 0.8 * factorization.Measure(start, Parallelism.Serial).Residual);
    }

    [Fact]
    public void Full_rank_gives_the_weight_for_every_method_even_with_singular_statistics()
    {
        var problem = new Problem(8, 11, 3, 4);
        var statistics = Everything(problem, tokens: 3);
        foreach (var method in FactorizationMethods.All.Where(m => m.Name is not ("svd-llm-cholesky" or "tfwsvd")).Append(new KroneckerFisherSvd(0)))
        {
            var product = method.Decompose<double>(problem.Weight, statistics, Parallelism.Serial).Truncate(8).Product(Parallelism.Serial);
            Assert.True(Frobenius(Difference(problem.Weight, product)) < 1e-6 * Frobenius(problem.Weight), method.Name);
        }
    }

    [Fact]
    public void Missing_or_foreign_statistics_are_named()
    {
        var weight = Problem.Random(5, 4, 1);
        var (_, _, foreign) = Layer(5, 6, 10);
        foreach (var method in FactorizationMethods.All.Where(m => m.Needs != StatisticsKinds.None))
            Assert.Contains(method.Name, Assert.Throws<ArgumentException>(() => method.Decompose<double>(weight, new LayerStatistics(null), Parallelism.Serial)).Message, StringComparison.Ordinal);
        Assert.Contains("sums over 6 inputs", Assert.Throws<ArgumentException>(() => Whitened.Decompose<double>(weight, foreign, Parallelism.Serial)).Message, StringComparison.Ordinal);
    }

    private static LayerStatistics Everything(Problem p, int tokens = 40)
    {
        var fisher = Matrix<double>.Create(p.Outputs, p.Inputs, (_, _) => 0);
        var random = SeededRandom.ForStream(p.Seed, 5);
        var perInput = p.Fisher;
        for (var o = 0; o < p.Outputs; o++)
            for (var i = 0; i < p.Inputs; i++)
                fisher[o, i] = perInput[i] * Math.Pow(10, 3 * random.NextDouble());
        var x = Inputs(p.Inputs, tokens, p.Seed);
        var gradients = Enumerable.Range(0, 30).Select(e => Problem.Random(p.Outputs, p.Inputs, p.Seed + 50 + (ulong)e).View).ToArray();
        var sums = LayerStatistics.FromFisher<double>(fisher);
        return new LayerStatistics(sums.InputFisher) { ElementFisher = fisher, Inputs = InputStatistics.Of<double>(x, Parallelism.Serial), Kronecker = KroneckerFisher.FromGradients(gradients, Parallelism.Serial) };
    }

    private static (Matrix<double> Weight, Matrix<double> X, LayerStatistics Statistics) Layer(int outputs, int inputs, int tokens)
    {
        var x = Inputs(inputs, tokens, 21);
        return (Problem.Random(outputs, inputs, 20), x, Statistics(x));
    }

    /// <summary>Correlated inputs with a mean and sizes over two orders.</summary>
    private static Matrix<double> Inputs(int inputs, int tokens, ulong seed)
    {
        var (white, mix) = (Problem.Random(tokens, inputs, seed + 1000), Problem.Random(inputs, inputs, seed + 2000));
        var x = new Matrix<double>(tokens, inputs);
        Gemm.Multiply<double>(white, Operand.AsIs, mix, Operand.AsIs, 1, 0, x, Parallelism.Serial);
        return Matrix<double>.Create(tokens, inputs, (t, i) => (x[t, i] + i % 3) * Math.Pow(10, i % 5 * 0.5 - 1));
    }

    /// <summary>X about the means of so many groups of tokens in a row; 0 for about nothing.</summary>
    private static Matrix<double> Centred(Matrix<double> x, int groups)
    {
        var size = groups == 0 ? x.Rows : x.Rows / groups;
        var means = Matrix<double>.Create(x.Rows / size, x.Columns, (g, i) => groups == 0 ? 0 : Enumerable.Range(g * size, size).Average(t => x[t, i]));
        return Matrix<double>.Create(x.Rows, x.Columns, (t, i) => x[t, i] - means[t / size, i]);
    }

    private static LayerStatistics Statistics(Matrix<double> x) => new(null) { Inputs = InputStatistics.Of<double>(x, Parallelism.Serial) };

    private static Matrix<double> Truncated(IFactorizationMethod method, Matrix<double> weight, LayerStatistics statistics, int rank)
        => method.Decompose<double>(weight, statistics, rank, Parallelism.Serial).Truncate(rank).Product(Parallelism.Serial);

    /// <summary>W·Xᵀ for X [tokens×in].</summary>
    private static Matrix<double> Times(Matrix<double> weight, Matrix<double> x)
    {
        var product = new Matrix<double>(weight.Rows, x.Rows);
        Gemm.Multiply<double>(weight, Operand.AsIs, x, Operand.Transposed, 1, 0, product, Parallelism.Serial);
        return product;
    }

    private static Matrix<double> Gram(Matrix<double> matrix)
    {
        var gram = new Matrix<double>(matrix.Rows, matrix.Rows);
        Gemm.Multiply<double>(matrix, Operand.AsIs, matrix, Operand.Transposed, 1, 0, gram, Parallelism.Serial);
        return gram;
    }
}
