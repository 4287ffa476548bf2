using System.Text.Json;
using PureSvd.Storage;

namespace PureSvd.Research.Training;

/// <summary>Reads a training configuration, and decides what it leaves open.</summary>
public static class TrainingConfigFile
{
    private const int MaxBytes = 1 << 20;
    private const string TaskNames = "It is mlm, match, nli or classification for an encoder, lm or nli for a decoder.";

    /// <summary>Reads the JSON file <paramref name="path"/>; unknown members are refused by name.</summary>
    /// <exception cref="InputDataException">The file is missing or malformed.</exception>
    public static TrainingConfig Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(InputFile.ReadAllBytes(path, MaxBytes), TrainingJson.Default.TrainingConfig)
                ?? throw new InputDataException(path, "is null, not a training configuration.");
        }
        catch (JsonException e)
        {
            // The serializer's own message names .NET types; the member and the line are what the user needs.
            var quoted = e.Message.Split('\'');
            var problem = e.Message.StartsWith("The JSON property", StringComparison.Ordinal) && quoted.Length > 1
                ? $"the member \"{quoted[1]}\" is not known."
                : $"is not a valid training configuration: {e.Message.Split(" Path:")[0]}";
            throw new InputDataException(path, problem, $"{(string.IsNullOrEmpty(e.Path) ? "" : $"{e.Path}, ")}line {(e.LineNumber ?? 0) + 1}", "The README in src/PureSvd.Research/Training lists the members.", e);
        }
    }

    /// <summary>The stages of <paramref name="config"/> with every setting decided.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="path">Its file: names it in errors, and relative paths start at its directory.</param>
    /// <exception cref="InputDataException">A setting is missing or out of range.</exception>
    public static IReadOnlyList<TrainingStage> Resolve(TrainingConfig config, string path)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Stages is { Count: 0 })
            throw new InputDataException(path, "is empty.", "stages", "Name at least one stage, or leave stages out.");
        var stages = config.Stages ?? [config];
        return [.. stages.Select((stage, i) => Resolve(stage, config, path, config.Stages is null ? "" : $"stages[{i}]."))];
    }

    /// <summary><paramref name="file"/>, which is relative to the configuration's directory.</summary>
    internal static string FullPath(string path, string file) => Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(path))!);

    private static TrainingStage Resolve(StageConfig stage, StageConfig top, string path, string place)
    {
        var task = (stage.Task ?? top.Task) switch
        {
            "mlm" => TrainingTaskKind.Mlm,
            "nli" => TrainingTaskKind.Nli,
            "classification" => TrainingTaskKind.Classification,
            "match" => TrainingTaskKind.Match,
            "lm" => TrainingTaskKind.Lm,
            null => throw new InputDataException(path, "is missing.", place + "task", TaskNames),
            var other => throw new InputDataException(path, $"is \"{other}\".", place + "task", TaskNames),
        };
        var unlabelled = task is TrainingTaskKind.Mlm or TrainingTaskKind.Lm;
        var resolved = new TrainingStage
        {
            Task = task,
            Train = Files(stage.Train ?? top.Train, path),
            TrainPairs = Files(stage.TrainPairs ?? top.TrainPairs, path),
            TrainSplit = stage.TrainSplit ?? top.TrainSplit,
            Dev = Files(stage.Dev ?? top.Dev, path),
            DevPairs = Files(stage.DevPairs ?? top.DevPairs, path),
            DevSplit = stage.DevSplit ?? top.DevSplit,
            Labels = stage.Labels ?? top.Labels ?? [],
            Epochs = stage.Epochs ?? top.Epochs ?? (unlabelled ? 10 : 3),
            Steps = stage.Steps ?? (stage.Epochs is null ? top.Steps : null),
            Batch = stage.Batch ?? top.Batch ?? 32,
            MaxLength = stage.MaxLength ?? top.MaxLength ?? 128,
            Pack = stage.Pack ?? top.Pack ?? true,
            MaskRate = stage.MaskRate ?? top.MaskRate ?? 0.15,
            LearningRate = stage.LearningRate ?? top.LearningRate ?? (unlabelled ? 1e-3 : 2e-4),
            WarmUp = stage.WarmUp ?? top.WarmUp ?? 0.1,
            WeightDecay = stage.WeightDecay ?? top.WeightDecay ?? 0.01,
            Clip = stage.Clip ?? top.Clip ?? 1,
            Dropout = stage.Dropout ?? top.Dropout,
            Template = stage.Template ?? top.Template ?? new PairTemplate(),
            AnswerWeight = stage.AnswerWeight ?? top.AnswerWeight ?? 1,
            FactorsOnly = (stage.Update ?? top.Update) switch
            {
                null or "all" => false,
                "factors" => true,
                var other => throw new InputDataException(path, $"is \"{other}\".", place + "update", "It is all or factors."),
            },
            Teacher = (stage.Distill ?? top.Distill) is { } distill ? FullPath(path, distill.From ?? throw new InputDataException(path, "is missing.", place + "distill.from", "Name the directory of the model to learn from.")) : "",
            TeacherWeight = (stage.Distill ?? top.Distill) is { } weighted ? weighted.Weight ?? 0.5 : 0,
            CheckpointEvery = stage.CheckpointEvery ?? top.CheckpointEvery ?? 500,
            EvaluateEvery = stage.EvaluateEvery ?? top.EvaluateEvery,
        };
        Check(resolved, path, place);
        return resolved;
    }

    private static void Check(TrainingStage stage, string path, string place)
    {
        void Require(bool holds, string member, object? value, string range)
        {
            if (!holds)
                throw new InputDataException(path, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"is {value}, and must be {range}."), place + member);
        }

        if (stage.Train.Count + stage.TrainPairs.Count == 0)
            throw new InputDataException(path, "names no file.", place + "train", "Name the training data.");
        Require(stage.Task is TrainingTaskKind.Mlm or TrainingTaskKind.Match or TrainingTaskKind.Lm || stage.TrainPairs.Count == 0, "train_pairs", "given", "left out unless the task is mlm, lm or match");
        Require(stage.Task == TrainingTaskKind.Lm || (stage.DevPairs.Count == 0 && stage.AnswerWeight == 1), "dev_pairs or answer_weight", "given", "left out unless the task is lm");
        Require(stage.Dev.Count == 0 || stage.DevPairs.Count == 0, "dev_pairs", "given", "left out where dev is given");
        Require(stage.AnswerWeight is > 0 and <= 1000, "answer_weight", stage.AnswerWeight, "from 1 to 1000");
        Require(stage.Template.Text.Contains("{premise}", StringComparison.Ordinal) && stage.Template.Text.Contains("{hypothesis}", StringComparison.Ordinal), "template.text", $"\"{stage.Template.Text}\"", "a text with {premise} and {hypothesis}");
        Require(stage.Template.Choices.Count > 1 && stage.Template.Choices.Values.All(choice => choice.Length > 0), "template.choices", stage.Template.Choices.Count, "at least two labels, each with a text");
        Require(stage.Task != TrainingTaskKind.Match || stage.Labels.Count == 0, "labels", "given", "left out where the task is match");
        Require(stage.Epochs is > 0 and < 1e6, "epochs", stage.Epochs, "positive");
        Require(stage.Steps is null or > 0, "steps", stage.Steps, "positive");
        Require(stage.Batch > 0, "batch", stage.Batch, "positive");
        Require(stage.MaxLength > 2, "max_length", stage.MaxLength, "more than 2");
        Require(stage.MaskRate is > 0 and < 1, "mask_rate", stage.MaskRate, "above 0 and below 1");
        Require(stage.LearningRate is > 0 and < 1, "learning_rate", stage.LearningRate, "above 0 and below 1");
        Require(stage.WarmUp is >= 0 and <= 1, "warm_up", stage.WarmUp, "from 0 to 1");
        Require(stage.WeightDecay is >= 0 and < 1, "weight_decay", stage.WeightDecay, "at least 0 and below 1");
        Require(stage.Clip > 0, "clip", stage.Clip, "positive");
        Require(stage.Dropout is null or (>= 0 and < 1), "dropout", stage.Dropout, "at least 0 and below 1");
        Require(stage.TeacherWeight is >= 0 and <= 1, "distill.weight", stage.TeacherWeight, "from 0 to 1");
        Require(stage.Teacher.Length == 0 || stage.Task is TrainingTaskKind.Nli or TrainingTaskKind.Classification or TrainingTaskKind.Lm, "distill", "given", "left out unless the task is nli, classification or lm");
        Require(stage.CheckpointEvery > 0, "checkpoint_every", stage.CheckpointEvery, "positive");
        Require(stage.EvaluateEvery is null or > 0, "evaluate_every", stage.EvaluateEvery, "positive");
    }

    private static string[] Files(IReadOnlyList<string>? files, string path) => [.. (files ?? []).Select(file => FullPath(path, file))];
}
