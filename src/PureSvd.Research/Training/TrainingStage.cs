namespace PureSvd.Research.Training;

/// <summary>What a stage trains for.</summary>
public enum TrainingTaskKind
{
    /// <summary>Predict masked tokens.</summary>
    Mlm,

    /// <summary>Classify sentence pairs.</summary>
    Nli,

    /// <summary>Classify single sentences.</summary>
    Classification,

    /// <summary>Predict the next token: for decoders.</summary>
    Lm,

    /// <summary>Say how the copy of a sentence of running text was changed: pre-training for pair tasks.</summary>
    Match,
}

/// <summary>One stage with every setting decided and checked; paths are absolute.</summary>
public sealed record TrainingStage
{
    /// <summary>What it trains for.</summary>
    public required TrainingTaskKind Task { get; init; }

    /// <summary>Training files.</summary>
    public required IReadOnlyList<string> Train { get; init; }

    /// <summary>Files of pairs for <see cref="TrainingTaskKind.Mlm"/>.</summary>
    public IReadOnlyList<string> TrainPairs { get; init; } = [];

    /// <summary>The split of the training files; null for all.</summary>
    public string? TrainSplit { get; init; }

    /// <summary>Dev files.</summary>
    public IReadOnlyList<string> Dev { get; init; } = [];

    /// <summary>Dev files of pairs for <see cref="TrainingTaskKind.Lm"/>.</summary>
    public IReadOnlyList<string> DevPairs { get; init; } = [];

    /// <summary>The split of the dev files; null for all.</summary>
    public string? DevSplit { get; init; }

    /// <summary>Labels; empty for the training file's.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Passes over the data, unless <see cref="Steps"/> says otherwise.</summary>
    public double Epochs { get; init; }

    /// <summary>Updates; null for <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Sequences in an update.</summary>
    public int Batch { get; init; }

    /// <summary>Tokens in a sequence at most.</summary>
    public int MaxLength { get; init; }

    /// <summary>Whether lines are packed.</summary>
    public bool Pack { get; init; }

    /// <summary>The fraction of tokens to be predicted.</summary>
    public double MaskRate { get; init; }

    /// <summary>The largest learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>The fraction of the updates that warm up.</summary>
    public double WarmUp { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The largest global norm of the gradient.</summary>
    public double Clip { get; init; }

    /// <summary>Dropout; null for the model's own.</summary>
    public double? Dropout { get; init; }

    /// <summary>How pairs are put to a decoder.</summary>
    public PairTemplate Template { get; init; } = new();

    /// <summary>How many times a token of an answer counts among the text of <see cref="TrainPairs"/>.</summary>
    public int AnswerWeight { get; init; } = 1;

    /// <summary>Whether only the factors of a compressed model are trained.</summary>
    public bool FactorsOnly { get; init; }

    /// <summary>The directory of the teacher; empty for none.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>How much the teacher counts, from 0 to 1.</summary>
    public double TeacherWeight { get; init; }

    /// <summary>Updates between checkpoints.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Updates between evaluations; null for an epoch's.</summary>
    public int? EvaluateEvery { get; init; }
}
