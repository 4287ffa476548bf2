using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using static PureSvd.Tests.Factorization.Problems;

namespace PureSvd.Tests.Factorization;

/// <summary>The identities between the methods on trained weights, with the inputs and gradients of real text: enough of them, and so few that the statistics are singular.</summary>
public class RealWeightTests
{
    private static readonly WhitenedSvd Whitened = new();
    private static readonly AtomicFeatureMimicking Afm = new();
    // Fewer pairs than this leave the MLP of the last block without a positive definite second moment.
    private static readonly Lazy<IReadOnlyList<RealLayer>> Many = new(() => [.. RealLayers.OfBert(50)]);
    private static readonly Lazy<IReadOnlyList<RealLayer>> Few = new(() => [.. RealLayers.OfBert(2)]);

    /// <summary>Whether the statistics are singular, and which layer.</summary>
    public static TheoryData<bool, int> Cases => new() { { false, 0 }, { false, 1 }, { false, 2 }, { true, 0 }, { true, 1 }, { true, 2 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_loss_of_svd_llm_is_the_tail_of_the_spectrum_of_the_outputs(bool few, int index)
    {
        var layer = Layer(few, index);
        var y = Times(layer.Weight, layer.X);
        var sigma = Svd.Compute<double>(y).S;
        var factorization = Whitened.Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial);
        foreach (var rank in Ranks(layer))
        {
            var loss = Frobenius(Difference(y, Times(factorization.Truncate(rank).Product(Parallelism.Serial), layer.X)));
            Assert.Equal(Math.Sqrt(sigma.Skip(rank).Sum(s => s * s)), loss, 1e-7 * sigma[0]);
            Assert.Equal(loss, factorization.OptimalResidual(rank), 1e-6 * sigma[0]);
        }
        Assert.Equal(few, factorization.StatisticsRank < layer.Weight.Columns);
        Assert.InRange(factorization.EffectiveRank, 1, Math.Min(factorization.StatisticsRank!.Value, factorization.FullRank));
        Assert.True(Frobenius(Difference(layer.Weight, factorization.Truncate(factorization.FullRank).Product(Parallelism.Serial))) < 1e-9 * Frobenius(layer.Weight));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_eigen_form_the_cholesky_form_and_uncentred_afm_give_the_same_outputs(bool few, int index)
    {
        var layer = Layer(few, index);
        var y = Times(layer.Weight, layer.X);
        var mirrored = Matrix<double>.Create(2 * layer.X.Rows, layer.X.Columns, (t, i) => t < layer.X.Rows ? layer.X[t, i] : -layer.X[t - layer.X.Rows, i]);
        var eigen = Whitened.Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial);
        // Each input beside its opposite: the mean is zero, and the covariance the second moment.
        var uncentred = Afm.Decompose<double>(layer.Weight, Inputs(mirrored), Parallelism.Serial);
        // A ridge makes the textbook form possible where the data alone does not; its inputs are the data and the ridge's own rows.
        var ridge = few ? 0.1 : 0;
        var extended = Matrix<double>.Create(layer.X.Rows + layer.X.Columns, layer.X.Columns, (t, i) => t < layer.X.Rows ? layer.X[t, i] : t - layer.X.Rows == i ? ridge : 0);
        var cholesky = new CholeskyWhitenedSvd().Decompose<double>(layer.Weight, Inputs(extended), Parallelism.Serial);
        var ridged = Whitened.Decompose<double>(layer.Weight, Inputs(extended), Parallelism.Serial);
        foreach (var rank in Ranks(layer))
        {
            Assert.True(Apart(eigen, uncentred, rank, layer.X) < 1e-6 * Frobenius(y), $"afm at {rank}");
            Assert.True(Apart(ridged, cholesky, rank, extended) < 1e-6 * Frobenius(y), $"Cholesky at {rank}");
        }
        if (few)
            Assert.Throws<ArgumentException>(() => new CholeskyWhitenedSvd().Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equal_weights_of_the_inputs_give_svd(bool few, int index)
    {
        var layer = Layer(few, index);
        var plain = new PlainSvd().Decompose<double>(layer.Weight, null, Parallelism.Serial);
        var constant = new FisherWeightedSvd().Decompose<double>(layer.Weight, new LayerStatistics([.. Enumerable.Repeat(3e-9, layer.Weight.Columns)]), Parallelism.Serial);
        var unscaled = new ActivationAwareSvd(alpha: 0).Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial);
        foreach (var rank in Ranks(layer))
        {
            Assert.True(Apart(plain, constant, rank) < 1e-8 * Frobenius(layer.Weight));
            Assert.True(Apart(plain, unscaled, rank) < 1e-8 * Frobenius(layer.Weight));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Afm_keeps_the_mean_output(bool few, int index)
    {
        var layer = Layer(few, index);
        var y = Times(layer.Weight, layer.X);
        var factorization = Afm.Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial);
        foreach (var rank in Ranks(layer))
        {
            var factors = factorization.Truncate(rank);
            var shift = factorization.BiasShift(factors)!;
            var product = Times(factors.Product(Parallelism.Serial), layer.X);
            for (var o = 0; o < y.Rows; o++)
                Assert.Equal(0, Enumerable.Range(0, y.Columns).Average(t => y[o, t] - product[o, t] - shift[o]), 1e-12 * Frobenius(y));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gfwsvd_with_unweighted_outputs_is_fwsvd_or_svd_llm(bool few, int index)
    {
        var layer = Layer(few, index);
        var (outputs, inputs) = (layer.Weight.Rows, layer.Weight.Columns);
        var fisher = layer.Statistics.InputFisher!;
        var diagonal = new KroneckerFisher(Matrix<double>.Create(inputs, inputs, (i, j) => i == j ? fisher[i] : 0), Matrix<double>.Identity(outputs));
        var moment = new KroneckerFisher(layer.Statistics.Inputs!.SecondMoment, Matrix<double>.Identity(outputs));
        var free = new KroneckerFisherSvd(0);
        var byInputs = free.Decompose<double>(layer.Weight, new LayerStatistics(null) { Kronecker = diagonal }, Parallelism.Serial);
        var byMoment = free.Decompose<double>(layer.Weight, new LayerStatistics(null) { Kronecker = moment }, Parallelism.Serial);
        var fwsvd = new FisherWeightedSvd().Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial);
        var whitened = Whitened.Decompose<double>(layer.Weight, layer.Statistics, Parallelism.Serial);
        foreach (var rank in Ranks(layer))
        {
            var difference = Difference(byInputs.Truncate(rank).Product(Parallelism.Serial), fwsvd.Truncate(rank).Product(Parallelism.Serial));
            Assert.True(Weighted(difference, [.. fisher]) < 1e-6 * Weighted(layer.Weight, [.. fisher]), $"fwsvd at {rank}");
            Assert.True(Apart(byMoment, whitened, rank, layer.X) < 1e-6 * Frobenius(Times(layer.Weight, layer.X)), $"svd-llm at {rank}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_method_is_unbeaten_on_its_own_objective_and_tfwsvd_ends_no_worse_than_it_started(bool few, int index)
    {
        var layer = Layer(few, index);
        var rank = Math.Min(layer.Weight.Rows, layer.Weight.Columns) / 4;
        var closed = FactorizationMethods.All.Where(m => m.Name is not ("svd-llm-cholesky" or "tfwsvd")).ToDictionary(m => m.Name, m => m.Decompose<double>(layer.Weight, layer.Statistics, Parallelism.All));
        var factors = closed.ToDictionary(m => m.Key, m => m.Value.Truncate(rank));
        var elements = new ElementFisherSvd().Decompose<double>(layer.Weight, layer.Statistics, rank, Parallelism.All);
        var refined = elements.Truncate(rank);
        Assert.True(elements.Measure(refined, Parallelism.All).Residual <= elements.Measure(factors["fwsvd"], Parallelism.All).Residual * (1 + 1e-12));
        foreach (var (name, judge) in closed)
        {
            var own = judge.Measure(factors[name], Parallelism.All);
            Assert.Equal(own.OptimalResidual, own.Residual, 1e-7 * own.ObjectiveNorm);
            foreach (var (other, candidate) in factors.Append(new("tfwsvd", refined)))
                Assert.True(own.Residual <= judge.Measure(candidate, Parallelism.All).Residual * (1 + 1e-9) + 1e-8 * own.ObjectiveNorm, $"{other} beats {name}");
        }
    }

    [SharedDataFact]
    public void On_every_layer_of_stories260K_no_method_leaves_less_of_the_outputs_than_svd_llm()
    {
        var methods = FactorizationMethods.All.Where(m => m.Name != "svd-llm-cholesky").ToArray();
        foreach (var layer in RealLayers.OfStories(3, StatisticsKinds.Fisher | StatisticsKinds.ElementFisher | StatisticsKinds.KroneckerFisher))
        {
            var rank = LayerPlan.Factored(new TargetShape(layer.Name, 0, "", layer.Weight.Rows, layer.Weight.Columns), (int)(0.6 * layer.Weight.Rows * layer.Weight.Columns / (layer.Weight.Rows + layer.Weight.Columns))).Rank;
            var y = Times(layer.Weight, layer.X);
            var losses = methods.ToDictionary(m => m.Name, m => Frobenius(Difference(y, Times(m.Decompose<double>(layer.Weight, layer.Statistics, rank, Parallelism.All).Truncate(rank).Product(Parallelism.All), layer.X))));
            foreach (var (name, loss) in losses)
                Assert.True(losses["svd-llm"] <= loss * (1 + 1e-9), $"{layer.Name} at rank {rank}: {name} leaves {loss}, svd-llm {losses["svd-llm"]} of {Frobenius(y)}");
            Assert.True(losses["svd-llm"] < 0.999 * losses["svd"], layer.Name);
        }
    }

    private static RealLayer Layer(bool few, int index) => (few ? Few : Many).Value[index];

    private static int[] Ranks(RealLayer layer) => Math.Min(layer.Weight.Rows, layer.Weight.Columns) is var full ? [1, full / 8, full / 3] : [];

    private static LayerStatistics Inputs(Matrix<double> x) => new(null) { Inputs = InputStatistics.Of<double>(x, Parallelism.Serial) };

    private static double Apart(LayerFactorization<double> one, LayerFactorization<double> other, int rank, Matrix<double>? x = null)
    {
        var difference = Difference(one.Truncate(rank).Product(Parallelism.Serial), other.Truncate(rank).Product(Parallelism.Serial));
        return Frobenius(x is null ? difference : Times(difference, x));
    }

    /// <summary>W·Xᵀ for X [tokens×in].</summary>
    private static Matrix<double> Times(Matrix<double> weight, Matrix<double> x)
    {
        var product = new Matrix<double>(weight.Rows, x.Rows);
        Gemm.Multiply<double>(weight, Operand.AsIs, x, Operand.Transposed, 1, 0, product, Parallelism.Serial);
        return product;
    }
}
