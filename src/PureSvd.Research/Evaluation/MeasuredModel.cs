using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Training;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>A model with its tokenizer, as far as it is measured: its answers to inference questions, how well it foresees text, and the losses that it is calibrated on. One form for every architecture.</summary>
public abstract class MeasuredModel
{
    private protected MeasuredModel(ITokenizer tokenizer) => Tokenizer = tokenizer;

    /// <summary>The model.</summary>
    public abstract TransformerModel<float> Model { get; }

    /// <summary>Its tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The labels that it answers with; empty for a model that answers no question.</summary>
    public abstract IReadOnlyList<string> Labels { get; }

    /// <summary>The sizes that a model with random weights depends on, as a text.</summary>
    public abstract string Sizes { get; }

    /// <summary>Width of the MLP.</summary>
    public abstract int IntermediateSize { get; }

    /// <summary>Attention heads.</summary>
    public abstract int HeadCount { get; }

    /// <summary>The model under measurement: the one place where architectures part.</summary>
    /// <param name="model">A BERT or a Llama.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="task">How a decoder is asked about a pair; null for MNLI's template.</param>
    public static MeasuredModel Of(TransformerModel<float> model, ITokenizer tokenizer, LikelihoodTask? task = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return model switch
        {
            BertModel<float> encoder => new MeasuredEncoder(encoder, tokenizer),
            LlamaModel<float> decoder => new MeasuredDecoder(decoder, tokenizer, task ?? LikelihoodTask.Find("mnli")),
            _ => throw new ArgumentException($"Models of the type {model?.GetType()} are not known here.", nameof(model)),
        };
    }

    /// <summary>Another model in its place, such as this one compressed; it must be of the same architecture and vocabulary.</summary>
    public abstract MeasuredModel Replacing(TransformerModel<float> model);

    /// <summary>Answers to every pair.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="labels">Between their labels and <see cref="Labels"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="parallelism">The threads to use; the answers are the same for any number.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">The model answers no questions.</exception>
    public abstract NliResult Answer(IReadOnlyList<NliExample> pairs, LabelMap labels, EvaluationOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>How well it foresees <paramref name="documents"/>; null for a model that foresees no text.</summary>
    public abstract PerplexityResult? Foresee(IReadOnlyList<string> documents, int? window, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Pairs as the model reads them, without their answers: what its speed is measured on.</summary>
    public abstract TokenBatch Read(IReadOnlyList<NliExample> pairs);

    /// <summary>The beginnings of documents as the model reads them.</summary>
    public TokenBatch Read(IReadOnlyList<string> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return TokenBatch.Pack([.. documents.Select(document => Tokenizer.Encode(document, null, Model.ContextLength))]);
    }

    /// <summary>A seeded sample of pairs and the loss of the right answer to each.</summary>
    /// <param name="pairs">The pairs, with labels as fine as the model's.</param>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <param name="seed">Which.</param>
    /// <exception cref="InputDataException">The labels are coarser than the model's, or not its labels.</exception>
    public LossSample Sample(NliCorpus pairs, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Sample(Choose(pairs, count, seed));
    }

    /// <summary>A seeded sample of windows of running text and the loss of their next tokens.</summary>
    /// <param name="documents">The text.</param>
    /// <param name="window">Tokens of a window; null for the model's context.</param>
    /// <param name="count">How many windows; all where there are fewer.</param>
    /// <param name="seed">Which.</param>
    /// <exception cref="ArgumentException">The model foresees no text, or the text has not one window.</exception>
    public abstract LossSample Sample(IReadOnlyList<string> documents, int? window, int count, ulong seed);

    /// <summary>A seeded sample of pairs as the model is trained on them; otherwise as <see cref="Sample(NliCorpus, int, ulong)"/>.</summary>
    internal TrainingTask Lessons(NliCorpus pairs, int count, ulong seed) => Lessons(Choose(pairs, count, seed));

    /// <summary>A seeded sample of windows of running text as the model is trained on them; otherwise as <see cref="Sample(IReadOnlyList{string}, int?, int, ulong)"/>.</summary>
    internal abstract TrainingTask Lessons(IReadOnlyList<string> documents, int? window, int count, ulong seed);

    /// <summary>The model under training, which changes it; with a teacher of the same kind, or null.</summary>
    internal abstract Trainee CreateTrainee(TransformerModel<float>? teacher, double teacherWeight);

    private protected abstract LossSample Sample(IReadOnlyList<(NliExample Pair, int Label)> pairs);

    private protected abstract TrainingTask Lessons(IReadOnlyList<(NliExample Pair, int Label)> pairs);

    private List<(NliExample Pair, int Label)> Choose(NliCorpus pairs, int count, ulong seed)
    {
        var labels = LabelMap.Create(Labels, pairs);
        if (labels.Folded)
            throw new InputDataException(pairs.File, $"its labels are coarser than the model's ({string.Join(", ", Labels)}), so it has no loss to learn from.", remedy: "Use pairs with the model's own labels.");
        return [.. CalibrationSample.Choose(pairs.Count, count, seed).Select(i => (pairs[i], labels.ClassOfGold(pairs[i].Label)))];
    }
}
