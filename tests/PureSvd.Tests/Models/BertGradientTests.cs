using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Tests.Models;

/// <summary>The gradient of the whole model against central differences of its loss in float64.</summary>
public class BertGradientTests
{
    private static readonly BertConfig Small = new()
    {
        VocabularySize = 17,
        HiddenSize = 12,
        LayerCount = 2,
        HeadCount = 3,
        IntermediateSize = 20,
        MaxPositions = 9,
        HiddenDropout = 0.2,
        AttentionDropout = 0.3,
        Labels = ["entailment", "neutral", "contradiction"],
    };

    private static readonly TokenBatch Batch = new(
        [1, 5, 7, 2, 9, 2, 1, 3, 2, 1, 16, 11, 12, 2],
        [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1],
        [0, 1, 2, 3, 4, 5, 0, 1, 2, 0, 1, 2, 3, 4],
        [0, 6, 9, 14]);

    private static readonly int[] MaskedTargets = [-1, 4, -1, -1, 9, -1, -1, 0, -1, -1, 16, -1, -1, 2];

    [Theory]
    [InlineData("gelu", false, false)]
    [InlineData("gelu", true, true)]
    [InlineData("gelu_new", false, true)]
    [InlineData("gelu_pytorch_tanh", true, false)]
    public void Classification_gradients_equal_central_differences(string activation, bool lowRank, bool dropout)
        => Check(Model(activation, lowRank), dropout, (session, masks, gradients)
            => session.LossAndGradients(Batch, [2, 0, 1], 0.5, masks, gradients, Parallelism.Serial) * 0.5);

    [Theory]
    [InlineData("gelu", false, true)]
    [InlineData("gelu", true, false)]
    [InlineData("gelu_new", true, true)]
    public void Masked_language_model_gradients_equal_central_differences(string activation, bool lowRank, bool dropout)
        => Check(Model(activation, lowRank), dropout, (session, masks, gradients)
            => session.MaskedLmLossAndGradients(Batch, MaskedTargets, 0.2, masks, gradients, Parallelism.Serial) * 0.2);

    [Theory]
    [InlineData(0.4, false)]
    [InlineData(1, true)]
    public void Gradients_with_a_teacher_equal_central_differences(double weight, bool lowRank)
    {
        var teacher = Model("gelu", lowRank: false).CreateSession();
        Check(Model("gelu_new", lowRank), dropout: true, (session, masks, gradients)
            => session.LossAndGradients(Batch, [2, 0, 1], teacher, weight, 0.5, masks, gradients, Parallelism.Serial) * 0.5);
    }

    /// <summary>(1 − w)·Σ −log p(label) + w·Σ ‖z − t‖²/classes; a model that is its own teacher is at distance 0.</summary>
    [Fact]
    public void A_teacher_adds_the_mean_squared_distance_of_the_logits()
    {
        var model = Model("gelu", lowRank: false);
        var (session, teacher, none) = (model.CreateSession(), Model("gelu_new", lowRank: true).CreateSession(), new Gradients<double>([]));
        teacher.Forward(Batch, Parallelism.Serial);
        session.Forward(Batch, Parallelism.Serial);
        var squares = 0.0;
        for (var i = 0; i < 3; i++)
            for (var k = 0; k < 3; k++)
                squares += Math.Pow(session.Logits[i, k] - teacher.Logits[i, k], 2);
        double Loss(BertSession<double> from, double weight) => session.LossAndGradients(Batch, [2, 0, 1], from, weight, 1, BertDropout.None, none, Parallelism.Serial);
        var labels = session.LossAndGradients(Batch, [2, 0, 1], none, Parallelism.Serial);
        Assert.Equal(0.25 * squares / 3 + 0.75 * labels, Loss(teacher, 0.25), 1e-12);
        Assert.Equal(0, Loss(model.CreateSession(), 1), 1e-12);
    }

    [Fact]
    public void Gradients_are_added_to_what_is_there_and_only_where_wanted()
    {
        var model = Model("gelu", lowRank: false);
        var wanted = model.TargetLinears[3].Linear.Parameters[0];
        var once = new Gradients<double>(model.Parameters);
        var twice = new Gradients<double>([wanted]);
        var session = model.CreateSession();
        session.LossAndGradients(Batch, [2, 0, 1], once, Parallelism.Serial);
        session.LossAndGradients(Batch, [2, 0, 1], twice, Parallelism.Serial);
        session.LossAndGradients(Batch, [2, 0, 1], twice, Parallelism.Serial);
        for (var i = 0; i < wanted.Value.Span.Length; i++)
            Assert.Equal(2 * once[wanted]!.Span[i], twice[wanted]!.Span[i], 1e-14);
        Assert.Null(twice[model.Parameters[0]]);
    }

    internal static BertModel<double> Model(string activation, bool lowRank)
    {
        var model = BertModel<double>.CreateRandom(Small with { Activation = activation }, seed: 7, maskedLmHead: true);
        var random = new SeededRandom(11);
        foreach (var parameter in model.Parameters)
            foreach (ref var element in parameter.Value.Span)
                element += 0.3 * random.NextGaussian(); // At σ = 0.02 and zero biases half of the derivatives are too small to tell.
        if (!lowRank)
            return model;
        return model.WithLinears(model.TargetLinears.ToDictionary(t => t.Name, t => (LinearLayer<double>)new LowRankLinear<double>(
            t.Name,
            new Parameter<double>($"{t.Name}.a.weight", Matrix<double>.Create(4, t.Linear.Inputs, (_, _) => 0.4 * random.NextGaussian())),
            new Parameter<double>($"{t.Name}.b.weight", Matrix<double>.Create(t.Linear.Outputs, 4, (_, _) => 0.4 * random.NextGaussian())),
            t.Linear.Bias)));
    }

    private static void Check(BertModel<double> model, bool dropout, Func<BertSession<double>, BertDropout, Gradients<double>, double> loss)
    {
        var masks = dropout ? BertDropout.Of(model.Config, seed: 3, step: 5).From(2) : BertDropout.None;
        var session = model.CreateSession();
        var gradients = new Gradients<double>(model.Parameters);
        var none = new Gradients<double>([]);
        loss(session, masks, gradients);
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
                var above = loss(session, masks, none);
                values.Span[i] = kept - Step;
                var below = loss(session, masks, none);
                values.Span[i] = kept;
                var numeric = (above - below) / (2 * Step);
                Assert.True(Math.Abs(numeric - analytic.Span[i]) < 1e-8 + 1e-7 * Math.Abs(numeric), $"{parameter.Name}[{i}]: backward {analytic.Span[i]:R}, differences {numeric:R}");
            }
        }
    }
}
