using PureSvd.Research.Evaluation;

namespace PureSvd.Research.Studies;

/// <summary>Why two results of a study are compared.</summary>
public enum ComparisonKind
{
    /// <summary>A compressed model with the model that it was made from.</summary>
    Dense,

    /// <summary>Two methods on one model, at the same ratio, with the same allocation and seed.</summary>
    Methods,

    /// <summary>Rounding with a factorization that takes at least as many bytes.</summary>
    Bytes,

    /// <summary>An allocation with the uniform one, on one model, with the same method, ratio and seed.</summary>
    Allocations,
}

/// <summary>Two models on the same test items. What is compared is what the study judges by: right answers, or in a study of text alone −log p.</summary>
/// <param name="Kind">Why.</param>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Recovered">Whether both were trained on after the compression; a dense model never is.</param>
/// <param name="Gain">The mean score of the first less that of the second.</param>
/// <param name="GainInterval">Its 95 % interval by paired bootstrap over the items.</param>
/// <param name="OnlyFirst">Items on which the first alone is right, or is the better one.</param>
/// <param name="OnlySecond">Items on which the second is.</param>
/// <param name="PValue">McNemar's exact p, or that of the sign test over documents.</param>
/// <param name="AdjustedPValue">The same after Holm's correction over the family of the test: <see cref="StudySummary.Comparisons"/> or <see cref="StudySummary.AllocationComparisons"/>.</param>
public sealed record PairedComparison(
    ComparisonKind Kind, StudyCell First, StudyCell Second, bool Recovered, double Gain, Interval GainInterval, int OnlyFirst, int OnlySecond, double PValue, double AdjustedPValue)
{
    /// <summary>Whether the two differ at the level of 5 %, corrected for all comparisons of its family.</summary>
    public bool IsSignificant => AdjustedPValue < 0.05;
}
