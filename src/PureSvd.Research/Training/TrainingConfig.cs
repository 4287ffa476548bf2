using System.Text.Json.Serialization;

namespace PureSvd.Research.Training;

/// <summary>What <c>puresvd train</c> reads: a model, a seed, and stages. What a stage leaves out is taken from the top level, then from the defaults of its task; without <c>stages</c> the top level is the only one.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TrainingConfig : StageConfig
{
    /// <summary>Where the model comes from.</summary>
    public ModelSource? Model { get; init; }

    /// <summary>Seed of the initial weights, the order of the data, the masks and the dropout.</summary>
    public ulong? Seed { get; init; }

    /// <summary>How many parts a batch is cut into; each is computed on one thread, and their gradients are added in order. Changes the rounding of the sums, the number of threads does not.</summary>
    public int? Shards { get; init; }

    /// <summary>Element type of the finished model's file: <c>F32</c> (if left out), <c>F16</c> or <c>BF16</c>. Training computes in float32 throughout, and what a stage hands to the next is not rounded.</summary>
    public string? Dtype { get; init; }

    /// <summary>Stages, each starting from the encoder that the one before left.</summary>
    public IReadOnlyList<StageConfig>? Stages { get; init; }
}

/// <summary>A checkpoint to start from, or the sizes of a new model and its tokenizer.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ModelSource
{
    /// <summary>A Hugging Face directory to start from; then no other member may be given.</summary>
    public string? From { get; init; }

    /// <summary>For a new model: <c>vocab.txt</c>, <c>tokenizer.json</c>, or a directory with either.</summary>
    public string? Tokenizer { get; init; }

    /// <summary><c>bert</c> (if left out) or <c>llama</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary><c>hidden_size</c> of a new model.</summary>
    public int? HiddenSize { get; init; }

    /// <summary><c>num_hidden_layers</c> of a new model.</summary>
    public int? NumHiddenLayers { get; init; }

    /// <summary><c>num_attention_heads</c> of a new model.</summary>
    public int? NumAttentionHeads { get; init; }

    /// <summary><c>num_key_value_heads</c> of a new decoder; as many as heads if left out.</summary>
    public int? NumKeyValueHeads { get; init; }

    /// <summary><c>intermediate_size</c> of a new model.</summary>
    public int? IntermediateSize { get; init; }

    /// <summary><c>max_position_embeddings</c> of a new model.</summary>
    public int? MaxPositionEmbeddings { get; init; }

    /// <summary><c>initializer_range</c> of a new model; 0.02·√(768/hidden_size) if left out, which is BERT's 0.02 at BERT's size: at a small size 0.02 leaves the blocks with next to no signal.</summary>
    public double? InitializerRange { get; init; }

    /// <summary><c>hidden_act</c> of a new model.</summary>
    public string? HiddenAct { get; init; }
}

/// <summary>One stage of training as the file has it; null where it says nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public record StageConfig
{
    /// <summary><c>mlm</c> (masked language model), <c>lm</c> (next token, for decoders), <c>match</c> (changed copies of sentences), <c>nli</c> (sentence pairs) or <c>classification</c> (single sentences).</summary>
    public string? Task { get; init; }

    /// <summary>Training files.</summary>
    public IReadOnlyList<string>? Train { get; init; }

    /// <summary>Files of sentence pairs: for <c>mlm</c> the pairs are masked as the segments 0 and 1 of one sequence, for <c>match</c> their sentences are taken one by one.</summary>
    public IReadOnlyList<string>? TrainPairs { get; init; }

    /// <summary>Only the rows of this split of the training files, such as TRAIN in SICK.</summary>
    public string? TrainSplit { get; init; }

    /// <summary>Files to evaluate on; none if left out.</summary>
    public IReadOnlyList<string>? Dev { get; init; }

    /// <summary>For <c>lm</c>: files of pairs whose answers are counted on dev, instead of <see cref="Dev"/>.</summary>
    public IReadOnlyList<string>? DevPairs { get; init; }

    /// <summary>Only the rows of this split of the dev files.</summary>
    public string? DevSplit { get; init; }

    /// <summary>Labels in the order of the classifier's outputs; the training file's in alphabetical order if left out.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Passes over the data.</summary>
    public double? Epochs { get; init; }

    /// <summary>Updates; instead of <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Sequences in an update.</summary>
    public int? Batch { get; init; }

    /// <summary>Tokens in a sequence at most.</summary>
    public int? MaxLength { get; init; }

    /// <summary>For <c>mlm</c>: fill sequences with consecutive lines up to <see cref="MaxLength"/>, an empty line ending a document; otherwise each line is a sequence.</summary>
    public bool? Pack { get; init; }

    /// <summary>For <c>mlm</c>: the fraction of tokens to be predicted.</summary>
    public double? MaskRate { get; init; }

    /// <summary>Learning rate at the end of the warm-up.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The fraction of the updates in which the rate rises from 0; then it falls to 0.</summary>
    public double? WarmUp { get; init; }

    /// <summary>Decoupled weight decay; not for biases and norms.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The largest global norm of the gradient.</summary>
    public double? Clip { get; init; }

    /// <summary>Dropout in training, hidden and attention; the model's own if left out.</summary>
    public double? Dropout { get; init; }

    /// <summary>How pairs are put to a decoder; the harness's question on MNLI if left out.</summary>
    public PairTemplate? Template { get; init; }

    /// <summary>For <c>lm</c>: how many times a token of an answer in <see cref="TrainPairs"/> counts; 1 if left out.</summary>
    public int? AnswerWeight { get; init; }

    /// <summary>What is trained: <c>all</c> (if left out), or of a compressed model the <c>factors</c> alone.</summary>
    public string? Update { get; init; }

    /// <summary>A model to learn from besides the labels; none if left out.</summary>
    public DistillationConfig? Distill { get; init; }

    /// <summary>Updates between checkpoints.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>Updates between evaluations on dev; an epoch's if left out.</summary>
    public int? EvaluateEvery { get; init; }
}

/// <summary>How a stage learns from another model: (1 − weight)·loss + weight·the mean squared distance from that model's logits.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DistillationConfig
{
    /// <summary>The checkpoint directory of the teacher, such as that of the model before compression.</summary>
    public string? From { get; init; }

    /// <summary>From 0 to 1; 0.5 if left out.</summary>
    public double? Weight { get; init; }
}

/// <summary>Reads and writes training configurations without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, NewLine = "\n", AllowTrailingCommas = true, ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip)]
[JsonSerializable(typeof(TrainingConfig))]
[JsonSerializable(typeof(TrainingStage))]
internal sealed partial class TrainingJson : JsonSerializerContext;
