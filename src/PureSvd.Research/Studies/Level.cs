using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>A method with an allocation: a line of the plots.</summary>
/// <param name="Method">The method.</param>
/// <param name="Allocation">The allocation.</param>
public sealed record MethodLine(string Method, string Allocation)
{
    /// <summary>Such as <c>svd uniform</c> or <c>rtn-int8</c>.</summary>
    public override string ToString() => Factorization.CompressionScheme.ByName(Method).Method is null ? Method : $"{Method} {Allocation}";
}

/// <summary>All cells of one family that differ only in training seed or study seed: a point of a line.</summary>
/// <param name="Line">The method and the allocation; null for the dense models.</param>
/// <param name="Removed">The fraction that was to be removed.</param>
/// <param name="Cells">The cells.</param>
/// <param name="Accuracy">Mean inference accuracy; NaN in a study of text alone.</param>
/// <param name="AccuracyInterval">Its 95 % interval by bootstrap of the test items.</param>
/// <param name="Loss">Mean loss against dense in what the study judges by, on the same items.</param>
/// <param name="LossInterval">Its 95 % interval by paired bootstrap of the test items.</param>
/// <param name="ProbeLoss">Mean over the tasks, layers and cells of the probing accuracy lost; NaN without probes.</param>
/// <param name="ProbeLossInterval">Its 95 % interval from paired outcomes on the test sentences.</param>
public sealed record Level(
    MethodLine? Line, double Removed, IReadOnlyList<CellSummary> Cells, double Accuracy, Interval AccuracyInterval, double Loss, Interval LossInterval,
    double ProbeLoss, Interval ProbeLossInterval)
{
    /// <summary>How its models foresee text; null without text.</summary>
    public TextLevel? Text { get; init; }

    /// <summary>The same models after training on; null where not each was.</summary>
    public RecoveredLevel? Recovered { get; init; }

    /// <summary>The mean size of the checkpoints.</summary>
    public double Bytes => Cells.Average(c => (double)c.Result.Size.Bytes);

    /// <summary>The fraction removed from the target linears, as it came out.</summary>
    public double RemovedTargets => Cells.Average(c => c.Result.Size.RemovedTargets);

    /// <summary>Mean probing accuracy, each task at its best layer.</summary>
    public double MeanProbe => Cells.Average(c => c.MeanProbe);

    /// <summary>Mean probing accuracy over the layers after the embeddings.</summary>
    public double MeanLayerProbe => Cells.Average(c => c.MeanLayerProbe);

    /// <summary>Whether each of its cells is significantly worse than dense after Holm's correction, at 5 %.</summary>
    public bool EachIsWorse => Cells.All(c => c.Loss > 0 && c.AdjustedPValue < 0.05);
}

/// <summary>The models of a level after training on.</summary>
/// <param name="Accuracy">Mean inference accuracy; NaN in a study of text alone.</param>
/// <param name="AccuracyInterval">Its 95 % interval by bootstrap of the test items.</param>
/// <param name="Loss">Mean loss against the dense models as they were, on the same items.</param>
/// <param name="LossInterval">Its 95 % interval by paired bootstrap.</param>
/// <param name="Text">How they foresee text; null without.</param>
public sealed record RecoveredLevel(double Accuracy, Interval AccuracyInterval, double Loss, Interval LossInterval, TextLevel? Text);

/// <summary>How the models of a level foresee text.</summary>
/// <param name="MeanLoss">Mean over the models of −log p a token, in nats.</param>
/// <param name="MeanLossInterval">Its 95 % interval by bootstrap of the documents.</param>
/// <param name="Increase">Over the dense models, on the same documents.</param>
/// <param name="IncreaseInterval">Its 95 % interval by paired bootstrap.</param>
public sealed record TextLevel(double MeanLoss, Interval MeanLossInterval, double Increase, Interval IncreaseInterval)
{
    /// <summary>exp of the mean loss.</summary>
    public double Perplexity => Math.Exp(MeanLoss);

    /// <summary>Its 95 % interval.</summary>
    public Interval PerplexityInterval => new(Math.Exp(MeanLossInterval.Low), Math.Exp(MeanLossInterval.High));
}
