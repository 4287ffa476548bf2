using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

public class CalibrationTests
{
    private static readonly LabelledSequence[] Examples = [.. Enumerable.Range(0, 21).Select(i => new LabelledSequence(TestModels.Sequence((ulong)i), i % 3))];

    [Fact]
    public void The_fisher_weights_are_means_of_squared_gradients_of_single_examples()
    {
        var model = TestModels.Random<double>();
        var measured = FisherCalibration.Measure(model, new LabelledSample(Examples), Parallelism.All);
        var target = (Linear<double>)model.TargetLinears[7].Linear;
        var session = model.CreateSession();
        var expected = new double[target.Inputs];
        foreach (var example in Examples)
        {
            var gradients = new Gradients<double>([target.Weight]);
            session.LossAndGradients(example.Batch, [example.Label], gradients, Parallelism.Serial);
            var g = gradients[target.Weight]!;
            for (var i = 0; i < expected.Length; i++)
                expected[i] += Enumerable.Range(0, target.Outputs).Sum(o => g[o, i] * g[o, i]) / Examples.Length;
        }
        var actual = measured[target.Name].InputFisher!;
        Assert.Equal(model.TargetLinears.Count, measured.Count);
        Assert.True(expected.All(e => e > 0));
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i] / expected[i], 1 - 1e-12, 1 + 1e-12);
    }

    [Fact]
    public void The_fisher_weights_have_the_same_bits_for_any_number_of_threads()
    {
        var model = TestModels.Random<float>();
        var one = FisherCalibration.Measure(model, new LabelledSample(Examples), Parallelism.Serial);
        foreach (var threads in new[] { 2, 3, 8 })
        {
            var many = FisherCalibration.Measure(model, new LabelledSample(Examples), new Parallelism(threads));
            Assert.All(one, layer => Assert.Equal(layer.Value.InputFisher, many[layer.Key].InputFisher));
        }
    }

    [Fact]
    public void The_mean_loss_of_a_random_model_is_near_that_of_guessing_and_the_same_for_any_number_of_threads()
    {
        var model = TestModels.Random<float>();
        var loss = new LabelledSample(Examples).MeanLoss(model, Parallelism.Serial);
        Assert.InRange(loss, Math.Log(3) - 0.1, Math.Log(3) + 0.1);
        Assert.Equal(loss, new LabelledSample(Examples).MeanLoss(model, new Parallelism(4)));
    }

    [Fact]
    public void What_cannot_be_calibrated_is_said()
    {
        var model = TestModels.Random<float>();
        Assert.Contains("no calibration example", Assert.Throws<ArgumentException>(() => FisherCalibration.Measure(model, new LabelledSample([]), Parallelism.Serial)).Message, StringComparison.Ordinal);
        Assert.Contains("label 3", Assert.Throws<ArgumentException>(() => FisherCalibration.Measure(model, new LabelledSample([new(TestModels.Sequence(1), 3)]), Parallelism.All)).Message, StringComparison.Ordinal);
        var bare = BertModel<float>.CreateRandom(TestModels.Config with { Labels = [] }, 1);
        Assert.Contains("no classifier", Assert.Throws<ArgumentException>(() => FisherCalibration.Measure(bare, new LabelledSample(Examples), Parallelism.Serial)).Message, StringComparison.Ordinal);
        var factored = (BertModel<float>)new ModelFactorization<float>(model, new PlainSvd()).Compress(RankPlan.FixedRank(TargetShape.Of(model), 2), Parallelism.Serial).Model;
        Assert.Contains("is factored", Assert.Throws<ArgumentException>(() => FisherCalibration.Measure(factored, new LabelledSample(Examples), Parallelism.Serial)).Message, StringComparison.Ordinal);
        Assert.Contains("factored already", Assert.Throws<ArgumentException>(() => new ModelFactorization<float>(factored, new PlainSvd())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_statistics_are_used_again_only_for_what_they_were_measured_on()
    {
        using var folder = new TemporaryFolder();
        var key = new CalibrationKey("sha256:m", "sha256:t", "sha256:d", 7, 2, StatisticsKinds.Fisher);
        var statistics = new CalibrationStatistics(key, new Dictionary<string, LayerStatistics> { ["a"] = new([1e-30, 2, 0]), ["b"] = new([0.1]) });
        Assert.Null(CalibrationStatistics.TryLoad(folder.Name, key));
        statistics.Save(folder.Name);
        var loaded = CalibrationStatistics.TryLoad(folder.Name, key);
        Assert.Equal(statistics.Layers["a"].InputFisher, loaded!.Layers["a"].InputFisher);
        Assert.Equal(statistics.Layers["b"].InputFisher, loaded.Layers["b"].InputFisher);
        foreach (var other in new[] { key with { Model = "x" }, key with { Tokenizer = "x" }, key with { Data = "x" }, key with { Seed = 8 }, key with { Count = 3 }, key with { Kinds = StatisticsKinds.None } })
            Assert.Null(CalibrationStatistics.TryLoad(folder.Name, other));

        var tensors = File.ReadAllBytes(folder["calibration.safetensors"]);
        tensors[^1] ^= 1;
        File.WriteAllBytes(folder["calibration.safetensors"], tensors);
        Assert.Null(CalibrationStatistics.TryLoad(folder.Name, key));
        File.WriteAllText(folder["calibration.json"], "{}");
        Assert.Null(CalibrationStatistics.TryLoad(folder.Name, key));
    }

    [Fact]
    public void A_sample_is_of_different_examples_and_depends_on_its_seed_alone()
    {
        var sample = CalibrationSample.Choose(1000, 100, 3);
        Assert.Equal(100, sample.Distinct().Count());
        Assert.Equal(sample, CalibrationSample.Choose(1000, 100, 3));
        Assert.NotEqual(sample, CalibrationSample.Choose(1000, 100, 4));
        Assert.Equal(Enumerable.Range(0, 5), CalibrationSample.Choose(5, 100, 3).Order());
    }
}
