using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Tests.Models;

/// <summary>The gradient of the whole model against central differences of its loss in float64.</summary>
public class LlamaGradientTests
{
    private static readonly int[] Targets = [5, 7, 2, -1, 2, -1, -1, -1, 3, 16, 11, 12, 2, 4];
    private static readonly double[] Weights = [1, 0.5, 2, 9, 1, 9, 9, 9, 0.25, 1, 1, -1.5, 0, 1];

    [Theory]
    [InlineData("plain", false)]
    [InlineData("tied", false)]
    [InlineData("tied", true)]
    [InlineData("biases", false)]
    [InlineData("biases", true)]
    [InlineData("llama3", false)]
    [InlineData("linear", true)]
    public void Gradients_equal_central_differences(string kind, bool lowRank)
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Config(kind), lowRank);
        var session = model.CreateSession();
        Check(model, into => 0.2 * session.LossAndGradients(LlamaTestModels.Batch, Targets, Weights, 0.2, into, Parallelism.Serial));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Gradients_with_a_teacher_equal_central_differences(double teacherWeight)
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Config("tied"), lowRank: true);
        var (session, teacher) = (model.CreateSession(), LlamaTestModels.Model<double>(LlamaTestModels.Config("tied"), lowRank: false).CreateSession());
        Check(model, into => 0.2 * session.LossAndGradients(LlamaTestModels.Batch, Targets, Weights, teacher, teacherWeight, 0.2, into, Parallelism.Serial));
    }

    private static void Check(LlamaModel<double> model, Func<Gradients<double>, double> loss)
    {
        var gradients = new Gradients<double>(model.Parameters);
        var none = new Gradients<double>([]);
        loss(gradients);
        var random = new SeededRandom(23);
        foreach (var parameter in model.Parameters)
        {
            var (analytic, values) = (gradients[parameter]!, parameter.Value);
            for (var sample = 0; sample < 12; sample++)
            {
                var i = random.Next(values.Rows * values.Columns);
                var kept = values.Span[i];
                const double Step = 1e-5;
                values.Span[i] = kept + Step;
                var above = loss(none);
                values.Span[i] = kept - Step;
                var below = loss(none);
                values.Span[i] = kept;
                var numeric = (above - below) / (2 * Step);
                Assert.True(Math.Abs(numeric - analytic.Span[i]) < 1e-8 + 1e-7 * Math.Abs(numeric), $"{parameter.Name}[{i}]: backward {analytic.Span[i]:R}, differences {numeric:R}");
            }
        }
    }

    [Fact]
    public void Gradients_are_added_to_what_is_there_and_only_where_wanted()
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Small);
        var wanted = model.TargetLinears[4].Linear.Parameters[0];
        var once = new Gradients<double>(model.Parameters);
        var twice = new Gradients<double>([wanted]);
        var session = model.CreateSession();
        session.LossAndGradients(LlamaTestModels.Batch, Targets, [], 1, once, Parallelism.Serial);
        session.LossAndGradients(LlamaTestModels.Batch, Targets, [], 1, twice, Parallelism.Serial);
        session.LossAndGradients(LlamaTestModels.Batch, Targets, [], 1, twice, Parallelism.Serial);
        for (var i = 0; i < wanted.Value.Span.Length; i++)
            Assert.Equal(2 * once[wanted]!.Span[i], twice[wanted]!.Span[i], 1e-13);
        Assert.Null(twice[model.Parameters[0]]);
    }

    [Fact]
    public void The_loss_is_the_weighted_sum_of_the_scores()
    {
        var model = LlamaTestModels.Model<double>(LlamaTestModels.Small);
        var session = model.CreateSession();
        var scores = new double[Targets.Length];
        session.Score(LlamaTestModels.Batch, Targets, scores, [], Parallelism.Serial);
        var expected = -Enumerable.Range(0, Targets.Length).Where(t => Targets[t] >= 0).Sum(t => Weights[t] * scores[t]);
        Assert.Equal(expected, session.LossAndGradients(LlamaTestModels.Batch, Targets, Weights, 1, new Gradients<double>([]), Parallelism.Serial), 1e-10);
        Assert.Equal(-scores.Sum(), session.Loss(LlamaTestModels.Batch, Targets, Parallelism.Serial), 1e-10);
    }
}
