using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>What follows from one cell's result and its dense model's: the figures that tables and plots show.</summary>
/// <param name="Result">The result.</param>
/// <param name="Model">Its model.</param>
/// <param name="Accuracy">Inference accuracy over all test items; NaN in a study of text alone.</param>
/// <param name="AccuracyInterval">Its Wilson 95 % interval.</param>
/// <param name="Loss">What the study judges by, on the same items: the dense model's accuracy less this one's, or in a study of text alone this one's mean −log p less the dense one's.</param>
/// <param name="LossInterval">Its 95 % interval by paired bootstrap.</param>
/// <param name="PValue">Against the dense model, McNemar's exact p, or the sign test's over documents; NaN for the dense model itself.</param>
/// <param name="AdjustedPValue">The same after Holm's correction over all comparisons of the study.</param>
/// <param name="ByPhenomenon">Accuracy by phenomenon.</param>
/// <param name="BestProbes">For each task, the probe at the layer that is best on dev, on the study's first vector.</param>
/// <param name="PredictionCounts">How often each label was predicted.</param>
public sealed record CellSummary(
    CellResult Result, ModelFacts Model, double Accuracy, Interval AccuracyInterval, double Loss, Interval LossInterval, double PValue, double AdjustedPValue,
    IReadOnlyDictionary<string, double> ByPhenomenon, IReadOnlyDictionary<string, CellProbe> BestProbes, IReadOnlyDictionary<string, int> PredictionCounts)
{
    /// <summary>The same model after training on; null without.</summary>
    public RecoveredSummary? Recovered { get; init; }

    /// <summary>The cell.</summary>
    public StudyCell Cell => Result.Cell;

    /// <summary>exp of the mean −log p a token; NaN without text.</summary>
    public double Perplexity => Result.Text?.Perplexity ?? double.NaN;

    /// <summary>The mean over the tasks of the probing accuracy; NaN without tasks.</summary>
    public double MeanProbe => BestProbes.Count == 0 ? double.NaN : BestProbes.Values.Average(p => p.Accuracy);

    /// <summary>The mean over the tasks and the hidden states after the embeddings of the probing accuracy; NaN without tasks.</summary>
    public double MeanLayerProbe => BestProbes.Count == 0 ? double.NaN : Result.Probes.Where(p => p.Layer > 0 && p.Vector == Result.Probes[0].Vector).Average(p => p.Accuracy);

    /// <summary>The mean over the hidden states after the first of the CKA with the dense model.</summary>
    public double MeanCka => Result.Cka.Count < 2 ? double.NaN : Result.Cka.Skip(1).Average();
}

/// <summary>A cell's model after training on, against the dense model as it was.</summary>
/// <param name="Accuracy">Inference accuracy; NaN in a study of text alone.</param>
/// <param name="Perplexity">exp of the mean −log p a token; NaN without text.</param>
/// <param name="Loss">As of the cell.</param>
/// <param name="LossInterval">As of the cell.</param>
/// <param name="AdjustedPValue">As of the cell; NaN for the dense model trained on.</param>
public sealed record RecoveredSummary(double Accuracy, double Perplexity, double Loss, Interval LossInterval, double AdjustedPValue);
