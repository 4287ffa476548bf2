namespace PureSvd.Research.Evaluation;

/// <summary>Two models' outcomes on the same items.</summary>
internal static class PairedOutcomes
{
    /// <summary>Which items each got right; the two lists must be about the same items in the same order.</summary>
    internal static (bool[] First, bool[] Second) Of(IReadOnlyList<Prediction> first, IReadOnlyList<Prediction> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
            throw new ArgumentException($"A paired comparison needs the same items, and there are {first.Count} and {second.Count}.", nameof(second));
        for (var i = 0; i < first.Count; i++)
        {
            if (first[i].Index != second[i].Index || first[i].Gold != second[i].Gold)
                throw new ArgumentException($"Item {i} is number {first[i].Index} ({first[i].Gold}) for one and number {second[i].Index} ({second[i].Gold}) for the other.", nameof(second));
        }
        return ([.. first.Select(p => p.Correct)], [.. second.Select(p => p.Correct)]);
    }
}
