using System.Diagnostics;
using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Training;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>A decoder: it is asked in words, and the likeliest choice is its answer.</summary>
internal sealed class MeasuredDecoder(LlamaModel<float> model, ITokenizer tokenizer, LikelihoodTask task) : MeasuredModel(tokenizer)
{
    private readonly LikelihoodEncoder _encoder = new(tokenizer, model.ContextLength);

    public override LlamaModel<float> Model => model;

    // What the data calls each choice, first of all.
    public override IReadOnlyList<string> Labels => [.. task.Choices.Select(choice => choice.Labels[0])];

    public override string Sizes
    {
        get
        {
            var c = model.Config;
            return FormattableString.Invariant($"llama {c.VocabularySize} {c.HiddenSize} {c.LayerCount} {c.HeadCount} {c.KeyValueHeadCount} {c.HeadSize} {c.IntermediateSize} {c.ContextLength} {c.RmsNormEpsilon:R} {c.RopeTheta:R} {c.RopeScaling} {c.AttentionBias} {c.MlpBias} {c.TieWordEmbeddings}");
        }
    }

    public override int IntermediateSize => model.Config.IntermediateSize;

    public override int HeadCount => model.Config.HeadCount;

    public override MeasuredModel Replacing(TransformerModel<float> other) => new MeasuredDecoder((LlamaModel<float>)other, Tokenizer, task);

    public override NliResult Answer(IReadOnlyList<NliExample> pairs, LabelMap labels, EvaluationOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(labels);
        options ??= new EvaluationOptions();
        var encoder = options.MaxLength is { } length && length < model.ContextLength ? new LikelihoodEncoder(Tokenizer, length) : _encoder;
        var watch = Stopwatch.StartNew();
        var result = LikelihoodEvaluation.Run(
            new LlamaScorer(model, parallelism, options.TokensPerBatch), encoder, task, [.. pairs.Select(Question)], progress: progress, cancellationToken: cancellationToken);
        var predictions = result.Predictions.Select((p, i) => new Prediction(
            i, labels.Classes[labels.ClassOfGold(pairs[i].Label)], p.Choice < 0 ? Scoring.NotANumber : labels.Classes[labels.ClassOfOutput(p.Choice)], pairs[i].Phenomenon)).ToArray();
        return Scoring.Score(predictions, labels.Classes, result.Truncated, watch.Elapsed.TotalMilliseconds / pairs.Count);
    }

    public override PerplexityResult? Foresee(IReadOnlyList<string> documents, int? window, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
        => Perplexity.Measure(model, Tokenizer, documents, window, null, parallelism, progress, cancellationToken);

    public override TokenBatch Read(IReadOnlyList<NliExample> pairs)
        => TokenBatch.FromIds([.. pairs.Select(pair => _encoder.Encode(Question(pair).Context)).Select(ids => ids[..Math.Min(ids.Length, model.ContextLength)])]);

    public override LossSample Sample(IReadOnlyList<string> documents, int? window, int count, ulong seed) => new TextSample(Windows(documents, window, count, seed));

    internal override TrainingTask Lessons(IReadOnlyList<string> documents, int? window, int count, ulong seed)
    {
        var windows = Windows(documents, window, count, seed);
        return new CausalLmTask([.. windows.Select(w => Encoding(w.Ids))], [.. windows.Select(_ => 1)]);
    }

    internal override Trainee CreateTrainee(TransformerModel<float>? teacher, double teacherWeight) => new LlamaTrainee(model, (LlamaModel<float>?)teacher, teacherWeight);

    private protected override LossSample Sample(IReadOnlyList<(NliExample Pair, int Label)> pairs) => TextSample.OfAnswers(Answers(pairs));

    private protected override TrainingTask Lessons(IReadOnlyList<(NliExample Pair, int Label)> pairs)
    {
        var answers = Answers(pairs);
        return new CausalLmTask([.. answers.Select(a => Encoding(a.Ids))], [.. answers.Select(a => a.Ids.Length - a.Predicted)]);
    }

    private IReadOnlyList<TokenBatch> Windows(IReadOnlyList<string> documents, int? window, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(documents);
        // Documents follow each other, each with what begins a text.
        int[] begin = Tokenizer.BosId is { } bos ? [bos] : [];
        int[] ids = [.. documents.SelectMany(document => (int[])[.. begin, .. Tokenizer.EncodeText(document)])];
        return TokenWindows.Choose(ids, Math.Min(window ?? int.MaxValue, model.ContextLength), count, null, seed);
    }

    /// <summary>Questions with their right answers, and of how many tokens at the end these are.</summary>
    private List<(int[] Ids, int Predicted)> Answers(IReadOnlyList<(NliExample Pair, int Label)> pairs)
        => [.. pairs.Select(p =>
        {
            var item = Question(p.Pair);
            var request = _encoder.EncodePair(item.Context, task.Delimiter + item.Choices[p.Label], out _);
            // A scorer reads all but the last token, a sample all of them.
            return (request.Ids.Length > model.ContextLength ? request.Ids[1..] : request.Ids, request.Scored);
        })];

    private static TokenEncoding Encoding(int[] ids) => new(ids, new int[ids.Length], new bool[ids.Length], 0);

    private LikelihoodItem Question(NliExample pair) => LikelihoodItem.Of(pair, task);
}
