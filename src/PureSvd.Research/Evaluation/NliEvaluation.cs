using System.Diagnostics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>Runs a sequence classifier over labelled sentences or pairs. The prediction is the first largest logit.</summary>
public static class NliEvaluation
{
    /// <summary>Scores <paramref name="model"/> on pairs.</summary>
    /// <param name="model">A model with a classifier.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="examples">The pairs.</param>
    /// <param name="labels">Between their labels and the model's outputs.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="parallelism">The threads to use; the predictions are the same for any number.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    /// <exception cref="ArgumentException">The model has no classifier.</exception>
    public static NliResult Run(BertModel<float> model, ITokenizer tokenizer, IReadOnlyList<NliExample> examples, LabelMap labels, EvaluationOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return Run(model, tokenizer, examples.Count, i => (examples[i].Premise, examples[i].Hypothesis), i => examples[i].Label, i => examples[i].Phenomenon, labels, options, parallelism, progress, cancellationToken);
    }

    /// <summary>Scores <paramref name="model"/> on single sentences; otherwise as for pairs.</summary>
    public static NliResult Run(BertModel<float> model, ITokenizer tokenizer, IReadOnlyList<ProbingExample> examples, LabelMap labels, EvaluationOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return Run(model, tokenizer, examples.Count, i => (examples[i].Sentence, null), i => examples[i].Label, _ => null, labels, options, parallelism, progress, cancellationToken);
    }

    private static NliResult Run(BertModel<float> model, ITokenizer tokenizer, int count, Func<int, (string, string?)> text, Func<int, string> gold, Func<int, string?> phenomenon, LabelMap labels, EvaluationOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(labels);
        if (!model.HasClassifier)
            throw new ArgumentException("The model has no classifier, so it predicts no labels.", nameof(model));
        options ??= new EvaluationOptions();
        var maxLength = Math.Min(options.MaxLength ?? int.MaxValue, model.Config.MaxPositions);
        var batches = EncodedBatches.Create(tokenizer, count, text, maxLength, options.TokensPerBatch, parallelism, cancellationToken);

        var predictions = new Prediction[count];
        var watch = Stopwatch.StartNew();
        batches.Run(model.Packed().CreateSession, parallelism, (items, _, session) =>
        {
            for (var s = 0; s < items.Length; s++)
            {
                var logits = session.Logits.Row(s);
                var i = items[s];
                var finite = TensorPrimitives.IsFiniteAll<float>(logits);
                var predicted = finite ? labels.Classes[labels.ClassOfOutput(TensorPrimitives.IndexOfMax(logits))] : Scoring.NotANumber;
                predictions[i] = new Prediction(i, labels.Classes[labels.ClassOfGold(gold(i))], predicted, phenomenon(i));
            }
        }, "evaluating", progress, cancellationToken);
        return Scoring.Score(predictions, labels.Classes, batches.Truncated, watch.Elapsed.TotalMilliseconds / Math.Max(1, count));
    }
}
