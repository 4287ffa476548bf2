namespace PureSvd.Research.Studies;

/// <summary>What nothing else beats at the same or a smaller size.</summary>
internal static class ParetoFront
{
    /// <summary>The items on the front, from the smallest to the largest: each has a higher score than every other that is no larger. Of equals the first; an item without a score is on no front.</summary>
    internal static IReadOnlyList<T> Of<T>(IEnumerable<T> items, Func<T, double> size, Func<T, double> score)
    {
        var front = new List<T>();
        foreach (var item in items.Where(i => !double.IsNaN(score(i))).OrderBy(size).ThenByDescending(score))
            if (front.Count == 0 || score(item) > score(front[^1]))
                front.Add(item);
        return front;
    }
}
