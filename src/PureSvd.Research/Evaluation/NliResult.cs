namespace PureSvd.Research.Evaluation;

/// <summary>What a classifier scored on a test set, and what is needed to judge the score.</summary>
public sealed record NliResult
{
    /// <summary>The share of items whose prediction is the gold label; NaN if any logit of any item is not a number.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Wilson's 95 % interval of the accuracy.</summary>
    public required Interval Interval { get; init; }

    /// <summary>The share of the most frequent gold label: what a constant answer would score.</summary>
    public required double MajorityRate { get; init; }

    /// <summary>The most frequent gold label.</summary>
    public required string MajorityLabel { get; init; }

    /// <summary>The classes scored, in the order of the model's outputs.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>How many items have each gold label, by class.</summary>
    public required IReadOnlyList<int> GoldHistogram { get; init; }

    /// <summary>How many items were given each label, by class.</summary>
    public required IReadOnlyList<int> Histogram { get; init; }

    /// <summary>Accuracy by phenomenon, in the order of their names; empty where the file has none.</summary>
    public required IReadOnlyList<PhenomenonScore> ByPhenomenon { get; init; }

    /// <summary>Every item's gold label and prediction, in the order of the file.</summary>
    public required IReadOnlyList<Prediction> Predictions { get; init; }

    /// <summary>How many items were longer than the model takes and were cut.</summary>
    public required int Truncated { get; init; }

    /// <summary>How many items had a logit that is not a number.</summary>
    public required int NonFinite { get; init; }

    /// <summary>Milliseconds an item took, all threads together at work, tokenization left out.</summary>
    public required double MillisecondsPerExample { get; init; }

    /// <summary>n.</summary>
    public int Count => Predictions.Count;

    /// <summary>Lower end of the interval.</summary>
    public double Low => Interval.Low;

    /// <summary>Upper end of the interval.</summary>
    public double High => Interval.High;

    /// <summary>Whether at least 95 % of the predictions are one label although less than 80 % of the gold labels are: the accuracy then says nothing but how frequent that label is.</summary>
    public bool Collapsed => Count > 0 && Histogram.Max() >= 0.95 * Count && MajorityRate < 0.8;
}

/// <summary>The score on the items of one phenomenon.</summary>
/// <param name="Phenomenon">Its name.</param>
/// <param name="Count">n.</param>
/// <param name="Accuracy">The share that is right.</param>
/// <param name="Interval">Wilson's 95 % interval.</param>
/// <param name="MajorityRate">The share of the most frequent gold label among them.</param>
public sealed record PhenomenonScore(string Phenomenon, int Count, double Accuracy, Interval Interval, double MajorityRate);
