using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Training;

namespace PureSvd.Research.Studies;

/// <summary>Training after compression, with the same examples in the same order for every cell of a model and seed.</summary>
internal static class StudyRecovery
{
    /// <summary>Whether a cell is trained on: a factorization always, the dense model where every weight is trained, so that what training alone gives is known; encoded weights never, since an update would undo the encoding.</summary>
    internal static bool Trains(StudyCell cell, RecoverySettings settings) => cell.IsFactorization || cell.IsDense && settings.Update == "all";

    /// <summary>Trains a copy of <paramref name="model"/>: others use its weights.</summary>
    internal static (MeasuredModel Model, int Steps, double FirstLoss, double LastLoss) Train(
        StudyModelContext context, TransformerModel<float> model, StudyInputs inputs, RecoverySettings settings, ulong seed, Parallelism parallelism, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var copy = context.Measured.Replacing(Copy(model, context.Entry.Path));
        // An order of its own: the first stream of the seed drew the calibration sample.
        var own = SeededRandom.ForStream(seed, 2).NextUInt64();
        var lessons = inputs.Lessons(context.Measured, settings.Steps is { } s ? (int)Math.Min(int.MaxValue, (long)s * settings.Batch) : int.MaxValue, own);
        var steps = settings.Steps ?? Math.Max(1, (int)Math.Round(settings.Epochs!.Value * ((lessons.Sequences.Count + settings.Batch - 1) / settings.Batch)));
        var trainee = copy.CreateTrainee(settings.Distill > 0 ? context.Model : null, settings.Distill).Train(settings.Update == "factors");
        var (first, last) = new TrainingBudget(steps, settings.Batch, settings.LearningRate).Train(trainee, lessons, own, parallelism, done => progress(done, steps), cancellationToken);
        return (copy, steps, first, last);
    }

    /// <summary>The same model with weights of its own: the dense one read again, and its replaced layers copied.</summary>
    private static TransformerModel<float> Copy(TransformerModel<float> model, string path)
    {
        var bases = new Dictionary<string, Parameter<float>>(StringComparer.Ordinal);
        var replacements = new Dictionary<string, LinearLayer<float>>(StringComparer.Ordinal);
        foreach (var target in model.TargetLinears)
        {
            if (target.Linear is not LowRankLinear<float> low)
                continue;
            if (!bases.TryGetValue(low.A.Name, out var a))
                bases[low.A.Name] = a = Copy(low.A);
            replacements[target.Name] = new LowRankLinear<float>(target.Name, a, Copy(low.B), low.Bias is null ? null : Copy(low.Bias), low.BasisOwner ?? target.Name);
        }
        var dense = TransformerModel<float>.Load(path, WeightStorage.Copied);
        return replacements.Count == 0 ? dense : dense.WithLinears(replacements);
    }

    private static Parameter<float> Copy(Parameter<float> parameter)
    {
        var value = new Matrix<float>(parameter.Value.Rows, parameter.Value.Columns);
        parameter.Value.Span.CopyTo(value.Span);
        return new Parameter<float>(parameter.Name, value, parameter.IsVector);
    }
}
