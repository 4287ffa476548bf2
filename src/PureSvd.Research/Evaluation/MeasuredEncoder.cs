using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Training;
using PureSvd.Tokenization;

namespace PureSvd.Research.Evaluation;

/// <summary>An encoder: its classifier answers.</summary>
internal sealed class MeasuredEncoder(BertModel<float> model, ITokenizer tokenizer) : MeasuredModel(tokenizer)
{
    public override BertModel<float> Model => model;

    public override IReadOnlyList<string> Labels => model.HasClassifier ? model.Config.Labels : [];

    public override string Sizes
    {
        get
        {
            var c = model.Config;
            return FormattableString.Invariant($"{c.VocabularySize} {c.HiddenSize} {c.LayerCount} {c.HeadCount} {c.IntermediateSize} {c.MaxPositions} {c.TypeVocabularySize} {c.LayerNormEpsilon:R} {c.Activation}");
        }
    }

    public override int IntermediateSize => model.Config.IntermediateSize;

    public override int HeadCount => model.Config.HeadCount;

    public override MeasuredModel Replacing(TransformerModel<float> other) => new MeasuredEncoder((BertModel<float>)other, Tokenizer);

    public override NliResult Answer(IReadOnlyList<NliExample> pairs, LabelMap labels, EvaluationOptions? options, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
        => NliEvaluation.Run(model, Tokenizer, pairs, labels, options, parallelism, progress, cancellationToken);

    public override PerplexityResult? Foresee(IReadOnlyList<string> documents, int? window, Parallelism parallelism, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default) => null;

    public override TokenBatch Read(IReadOnlyList<NliExample> pairs) => TokenBatch.Pack([.. pairs.Select(Encode)]);

    public override LossSample Sample(IReadOnlyList<string> documents, int? window, int count, ulong seed) => throw new ArgumentException("The model is an encoder, and running text gives it no loss.", nameof(documents));

    private protected override LossSample Sample(IReadOnlyList<(NliExample Pair, int Label)> pairs)
        => new LabelledSample([.. pairs.Select(p => new LabelledSequence(TokenBatch.Pack([Encode(p.Pair)]), p.Label))]);

    internal override TrainingTask Lessons(IReadOnlyList<string> documents, int? window, int count, ulong seed) => throw new ArgumentException("The model is an encoder, and running text gives it no loss.", nameof(documents));

    internal override Trainee CreateTrainee(TransformerModel<float>? teacher, double teacherWeight) => new BertTrainee(model, (BertModel<float>?)teacher, teacherWeight);

    private protected override TrainingTask Lessons(IReadOnlyList<(NliExample Pair, int Label)> pairs)
        => new ClassificationTask([.. pairs.Select(p => Encode(p.Pair))], [.. pairs.Select(p => p.Label)], static output => output);

    private TokenEncoding Encode(NliExample pair) => Tokenizer.Encode(pair.Premise, pair.Hypothesis, model.ContextLength);
}
