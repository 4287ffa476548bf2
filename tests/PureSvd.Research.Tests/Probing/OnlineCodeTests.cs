using PureSvd.Research.Evaluation;
using PureSvd.Research.Probing;

namespace PureSvd.Research.Tests.Probing;

public class OnlineCodeTests
{
    private static readonly ProbeOptions Coded = new() { OnlineCode = true, Controls = false, Seeds = 1 };

    [Fact]
    public void Blocks_end_where_the_paper_cuts_them()
    {
        Assert.Equal([10, 20, 40, 80, 160, 320, 625, 1250, 2500, 5000, 10000], OnlineCode.Cuts(10000));
        Assert.Equal([1, 3, 6, 12, 25, 50, 100], OnlineCode.Cuts(100));
        Assert.Equal([1], OnlineCode.Cuts(1));
    }

    /// <summary>Σ over the classes of 2^−cost is 1 for every probe: no label can be cheap without another being dear.</summary>
    [Theory]
    [InlineData(new[] { 0.2, 0.3, 0.5 })]
    [InlineData(new[] { 0.0, 0.0, 1.0 })]
    public void Costs_are_those_of_a_probability(double[] p)
    {
        foreach (var seen in new[] { 1, 7, 1000 })
        {
            Assert.Equal(1, p.Sum(q => Math.Pow(2, -OnlineCode.Cost(q, p.Length, seen))), 1e-12);
            Assert.All(p, q => Assert.True(OnlineCode.Cost(q, p.Length, seen) <= Math.Log2(p.Length * (seen + 1.0)) + 1e-12));
        }
    }

    [Fact]
    public void A_readable_label_costs_few_bits_and_a_random_one_costs_them_all()
    {
        var read = new PlantedTask(1, (words, _) => words[0] < 5 ? "small" : "large").Probe(Coded).OnlineCode!.Value;
        var random = new PlantedTask(3, (_, u) => u < 0.5 ? "a" : "b").Probe(Coded).OnlineCode!.Value;
        Assert.Equal(PlantedTask.Train, read.UniformBits);
        Assert.True(read.Compression > 3, $"{read}");
        Assert.InRange(random.Compression, 0.8, 1.02);
    }

    /// <summary>With a share e of the labels flipped nothing codes a label in fewer than H(e) bits on average, and much data comes near it.</summary>
    [Fact]
    public void Noise_bounds_the_code_from_below()
    {
        const double e = 0.15;
        var entropy = -(e * Math.Log2(e) + (1 - e) * Math.Log2(1 - e));
        var noisy = new PlantedTask(6, (words, u) => (words[0] < 5) ^ (u < e) ? "small" : "large").Probe(Coded).OnlineCode!.Value;
        Assert.InRange(noisy.Bits / noisy.UniformBits, entropy - 4 * Math.Sqrt(e * (1 - e) / PlantedTask.Train) * Math.Log2((1 - e) / e), 0.95);
    }

    [Fact]
    public void The_code_is_the_same_for_any_number_of_threads()
    {
        var task = new PlantedTask(2, (words, _) => $"class {words[0] % 4}");
        Assert.Equal(task.Probe(Coded, threads: 1).OnlineCode, task.Probe(Coded, threads: 3).OnlineCode);
        Assert.Null(task.Probe(Coded with { OnlineCode = false }).OnlineCode);
    }

    [Fact]
    public void Vectors_that_are_not_numbers_have_no_code()
    {
        var task = new PlantedTask(2, (words, _) => $"class {words[0] % 4}");
        task.Vectors[17, 3] = float.NaN;
        Assert.True(double.IsNaN(task.Probe(Coded).OnlineCode!.Value.Compression));
    }

    /// <summary>Likelihoods over all classes sum to 1, and the predicted class has the largest.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Likelihoods_of_a_regression_agree_with_its_predictions(int classes)
    {
        var task = new PlantedTask(8, (words, _) => $"class {words[0] % classes}");
        var x = new DenseFeatures(task.Vectors.View);
        int[] labels = [.. Enumerable.Range(0, x.Rows).Select(i => i % classes)];
        var model = LogisticRegression.Fit(x, labels, classes, null, new LogisticRegression.Options(1e-2));
        var byClass = Enumerable.Range(0, classes).Select(k => model.Likelihoods(x, [.. Enumerable.Repeat(k, x.Rows)])).ToArray();
        var predictions = model.Predict(x);
        for (var i = 0; i < x.Rows; i++)
        {
            Assert.Equal(1, byClass.Sum(p => p[i]), 1e-9);
            Assert.Equal(byClass.Max(p => p[i]), byClass[predictions[i]][i], 1e-6);
        }
    }
}
