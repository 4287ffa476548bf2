using PureSvd.Models;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>Brings a model and the data of a stage together: the heads and the dropout that the stage needs, the data as the model reads it.</summary>
internal static class StagePreparation
{
    /// <summary>The model that the stage trains, its data, and the data of dev if there are any.</summary>
    /// <exception cref="InputDataException">The data are at fault, or the task is not one of the model's architecture; <paramref name="path"/> is the configuration.</exception>
    internal static (Trainee Trainee, TrainingTask Train, TrainingTask? Dev) Prepare(TrainingStage stage, TransformerModel<float> start, ITokenizer tokenizer, ulong seed, string path)
    {
        if (tokenizer.VocabularySize > start.VocabularySize)
            throw new InputDataException(stage.Train.Concat(stage.TrainPairs).First(), $"the tokenizer has {tokenizer.VocabularySize} pieces and the model {start.VocabularySize}.", remedy: "Use the tokenizer of the model.");
        var maxLength = Math.Min(stage.MaxLength, start.ContextLength);
        var (trainee, train, dev) = start is LlamaModel<float> decoder
            ? Decoder(stage, decoder, tokenizer, maxLength, path)
            : Encoder(stage, (BertModel<float>)start, tokenizer, maxLength, seed, path);
        if (stage.FactorsOnly && !trainee.Model.TargetLinears.Any(t => t.Linear.IsFactored))
            throw new InputDataException(path, "is factors, and no layer of the model is factored.", "update", "Start from a model that compress has written, without --dense.");
        return (trainee.Train(stage.FactorsOnly), train, dev);
    }

    /// <summary>The model that <paramref name="student"/> learns from; null for none.</summary>
    /// <exception cref="InputDataException">Its answers do not mean what the student's mean.</exception>
    private static TModel? Teacher<TModel>(TrainingStage stage, TModel student, Func<TModel, bool> fits)
        where TModel : TransformerModel<float>
    {
        if (stage.Teacher.Length == 0)
            return null;
        return TransformerModel<float>.Load(stage.Teacher, WeightStorage.Copied) is TModel teacher && teacher.VocabularySize == student.VocabularySize && fits(teacher)
            ? teacher
            : throw new InputDataException(stage.Teacher, "it does not have the architecture, the vocabulary and the labels of the model that is to learn from it.", remedy: "Distill from the model before its compression.");
    }

    /// <summary>The trained model with the dropout that <paramref name="start"/> had.</summary>
    internal static TransformerModel<float> Finish(TransformerModel<float> trained, TransformerModel<float> start)
        => trained is BertModel<float> encoder && start is BertModel<float> { Config: var config }
            ? encoder.WithDropout(config.HiddenDropout, config.AttentionDropout)
            : trained;

    private static (Trainee Trainee, TrainingTask Train, TrainingTask? Dev) Decoder(TrainingStage stage, LlamaModel<float> model, ITokenizer tokenizer, int maxLength, string path)
    {
        Func<bool, TrainingTask> read = stage.Task switch
        {
            TrainingTaskKind.Lm => dev => DecoderData.Text(stage, dev, tokenizer, maxLength),
            TrainingTaskKind.Nli => dev => DecoderData.Pairs(stage, dev, tokenizer, maxLength),
            _ => throw WrongTask(stage, "a decoder", "lm or nli", path),
        };
        var dev = stage.DevPairs.Count > 0 ? DecoderData.Pairs(stage, dev: true, tokenizer, maxLength) : stage.Dev.Count == 0 ? null : read(true);
        return (new LlamaTrainee(model, Teacher(stage, model, static _ => true), stage.TeacherWeight), read(false), dev);
    }

    private static (Trainee Trainee, TrainingTask Train, TrainingTask? Dev) Encoder(TrainingStage stage, BertModel<float> start, ITokenizer tokenizer, int maxLength, ulong seed, string path)
    {
        var (model, train, dev) = WithHeads(stage, start, tokenizer, maxLength, seed, path);
        var teacher = Teacher(stage, model, t => t.HasClassifier && t.Config.Labels.SequenceEqual(model.Config.Labels));
        return (new BertTrainee(stage.Dropout is { } rate ? model.WithDropout(rate, rate) : model, teacher, stage.TeacherWeight), train, dev);
    }

    private static (BertModel<float> Model, TrainingTask Train, TrainingTask? Dev) WithHeads(TrainingStage stage, BertModel<float> start, ITokenizer tokenizer, int maxLength, ulong seed, string path)
    {
        switch (stage.Task)
        {
            case TrainingTaskKind.Mlm:
                var text = TrainingData.MaskedLm(stage, dev: false, tokenizer, maxLength, seed);
                return (start.WithNewHeads([], maskedLmHead: true, seed), text, stage.Dev.Count == 0 ? null : TrainingData.MaskedLm(stage, dev: true, tokenizer, maxLength, seed));
            case TrainingTaskKind.Match:
                var copies = TrainingData.Matching(stage, dev: false, tokenizer, maxLength, seed);
                return (start.WithNewHeads(SentenceCopies.Labels, maskedLmHead: false, seed), copies, stage.Dev.Count == 0 ? null : TrainingData.Matching(stage, dev: true, tokenizer, maxLength, seed));
            case TrainingTaskKind.Lm:
                throw WrongTask(stage, "an encoder", "mlm, match, nli or classification", path);
        }
        // The labels that pre-training on copies left mean nothing to another task.
        var known = stage.Labels.Count > 0 ? stage.Labels : start.Config.Labels.SequenceEqual(SentenceCopies.Labels) ? [] : start.Config.Labels;
        var (train, labelled, labels) = TrainingData.Classification(stage, tokenizer, maxLength, known);
        return (start.HasClassifier && labels.SequenceEqual(start.Config.Labels) ? start : start.WithNewHeads(labels, maskedLmHead: false, seed), train, labelled);
    }

    private static InputDataException WrongTask(TrainingStage stage, string model, string tasks, string path)
        => new(path, $"is {stage.Task.ToString().ToLowerInvariant()}, and the model is {model}.", "task", $"Its tasks are {tasks}.");
}
