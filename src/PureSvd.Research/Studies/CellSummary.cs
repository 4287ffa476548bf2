using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>What follows from one cell's result and its dense model's: the figures that tables and plots show.</summary>
/// <param name="Result">The result.</param>
/// <param name="Model">Its model.</param>
/// <param name="Accuracy">Inference accuracy over all test items.</param>
/// <param name="AccuracyInterval">Its Wilson 95 % interval.</param>
/// <param name="Loss">The dense model's accuracy less this one's, on the same items.</param>
/// <param name="LossInterval">Its 95 % interval by paired bootstrap.</param>
/// <param name="PValue">McNemar's exact p against the dense model; NaN for the dense model itself.</param>
/// <param name="AdjustedPValue">The same after Holm's correction over all cells of the study.</param>
/// <param name="ByPhenomenon">Accuracy by phenomenon.</param>
/// <param name="BestProbes">For each task, the probe at the layer that is best on dev, on the study's first vector.</param>
/// <param name="PredictionCounts">How often each label was predicted.</param>
public sealed record CellSummary(
    CellResult Result, ModelFacts Model, double Accuracy, Interval AccuracyInterval, double Loss, Interval LossInterval, double PValue, double AdjustedPValue,
    IReadOnlyDictionary<string, double> ByPhenomenon, IReadOnlyDictionary<string, CellProbe> BestProbes, IReadOnlyDictionary<string, int> PredictionCounts)
{
    /// <summary>The cell.</summary>
    public StudyCell Cell => Result.Cell;

    /// <summary>The mean over the tasks of the probing accuracy; NaN without tasks.</summary>
    public double MeanProbe => BestProbes.Count == 0 ? double.NaN : BestProbes.Values.Average(p => p.Accuracy);

    /// <summary>The mean over the tasks and the hidden states after the embeddings of the probing accuracy; NaN without tasks.</summary>
    public double MeanLayerProbe => BestProbes.Count == 0 ? double.NaN : Result.Probes.Where(p => p.Layer > 0 && p.Vector == Result.Probes[0].Vector).Average(p => p.Accuracy);

    /// <summary>The mean over the hidden states after the first of the CKA with the dense model.</summary>
    public double MeanCka => Result.Cka.Count < 2 ? double.NaN : Result.Cka.Skip(1).Average();
}
