using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>One calibration example of a classifier: a batch of one sequence and its label id.</summary>
public readonly record struct LabelledSequence(TokenBatch Batch, int Label);

/// <summary>Sequences with a label each; the loss of one is −log softmax(logits)[label].</summary>
/// <param name="examples">At least one.</param>
public sealed class LabelledSample(IReadOnlyList<LabelledSequence> examples) : LossSample([.. examples.Select(e => e.Batch)])
{
    internal override LossSession<T> CreateSession<T>(TransformerModel<T> model)
    {
        if (model is not BertModel<T> { HasClassifier: true } classifier)
            throw new ArgumentException("The model has no classifier, so it has no task loss to take gradients of.", nameof(model));
        for (var e = 0; e < examples.Count; e++)
            if ((uint)examples[e].Label >= (uint)classifier.Config.Labels.Count)
                throw new ArgumentException($"Calibration example {e} has label {examples[e].Label}; the model has {classifier.Config.Labels.Count}.", nameof(model));
        return new Session<T>(this, examples, classifier.CreateSession());
    }

    private sealed class Session<T>(LabelledSample sample, IReadOnlyList<LabelledSequence> examples, BertSession<T> session) : LossSession<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        internal override double SumOfLosses(int first, int end)
        {
            session.Forward(sample.Pack(first, end), Parallelism.Serial);
            var sum = 0.0;
            for (var e = first; e < end; e++)
                sum += CrossEntropy(session.Logits.Row(e - first), examples[e].Label);
            return sum;
        }

        internal override double LossAndGradients(int example, Gradients<T> gradients, Parallelism parallelism)
            => session.LossAndGradients(examples[example].Batch, [examples[example].Label], gradients, parallelism);

        // In float64, since differences of losses are small.
        private static double CrossEntropy(ReadOnlySpan<T> logits, int label)
        {
            var largest = double.NegativeInfinity;
            foreach (var logit in logits)
                largest = Math.Max(largest, double.CreateTruncating(logit));
            var sum = 0.0;
            foreach (var logit in logits)
                sum += Math.Exp(double.CreateTruncating(logit) - largest);
            return largest + Math.Log(sum) - double.CreateTruncating(logits[label]);
        }
    }
}
