namespace PureSvd.Research.Evaluation;

/// <summary>From predictions to a result.</summary>
internal static class Scoring
{
    /// <summary>What is predicted for an item with a logit that is not a number.</summary>
    internal const string NotANumber = "NaN";

    internal static NliResult Score(IReadOnlyList<Prediction> predictions, IReadOnlyList<string> classes, int truncated, double milliseconds)
    {
        var gold = classes.Select(c => predictions.Count(p => p.Gold == c)).ToArray();
        var correct = predictions.Count(p => p.Correct);
        var nonFinite = predictions.Count(p => p.Predicted == NotANumber);
        var n = predictions.Count;
        var invalid = nonFinite > 0 || n == 0;
        return new NliResult
        {
            Accuracy = invalid ? double.NaN : (double)correct / n,
            Interval = invalid ? new Interval(double.NaN, double.NaN) : WilsonInterval.Compute(correct, n),
            MajorityRate = n == 0 ? double.NaN : (double)gold.Max() / n,
            MajorityLabel = classes[Array.IndexOf(gold, gold.Max())],
            Classes = classes,
            GoldHistogram = gold,
            Histogram = [.. classes.Select(c => predictions.Count(p => p.Predicted == c))],
            ByPhenomenon = [.. predictions.Where(p => p.Phenomenon is not null).GroupBy(p => p.Phenomenon!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(Phenomenon)],
            Predictions = predictions,
            Truncated = truncated,
            NonFinite = nonFinite,
            MillisecondsPerExample = milliseconds,
        };
    }

    private static PhenomenonScore Phenomenon(IGrouping<string, Prediction> items)
    {
        var (n, correct) = (items.Count(), items.Count(p => p.Correct));
        var majority = (double)items.GroupBy(p => p.Gold, StringComparer.Ordinal).Max(g => g.Count()) / n;
        return items.Any(p => p.Predicted == NotANumber)
            ? new PhenomenonScore(items.Key, n, double.NaN, new Interval(double.NaN, double.NaN), majority)
            : new PhenomenonScore(items.Key, n, (double)correct / n, WilsonInterval.Compute(correct, n), majority);
    }
}
