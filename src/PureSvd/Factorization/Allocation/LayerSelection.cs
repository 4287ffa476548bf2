using System.Globalization;

namespace PureSvd.Factorization;

/// <summary>Some of the target linears, by block and by matrix type.</summary>
/// <param name="Layers">Blocks, inclusive ranges; null for all.</param>
/// <param name="Kinds">Matrix types; null for all.</param>
public sealed record LayerSelection(IReadOnlyList<(int First, int Last)>? Layers, IReadOnlyList<string>? Kinds)
{
    /// <summary>Every target linear.</summary>
    public static LayerSelection All { get; } = new(null, null);

    /// <summary>Reads <c>0-1,3</c> and <c>query,key</c>; null or empty text means all.</summary>
    /// <exception cref="ArgumentException">The text is not of that form.</exception>
    public static LayerSelection Parse(string? layers, string? kinds)
    {
        const StringSplitOptions Options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        return new LayerSelection(
            string.IsNullOrWhiteSpace(layers) ? null : [.. layers.Split(',', Options).Select(ParseRange)],
            string.IsNullOrWhiteSpace(kinds) ? null : kinds.Split(',', Options));
    }

    /// <summary>The targets that it chooses.</summary>
    /// <exception cref="ArgumentException">A block or a type occurs in no target, or nothing is chosen.</exception>
    public IReadOnlySet<TargetShape> Choose(IReadOnlyList<TargetShape> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        foreach (var kind in Kinds ?? [])
        {
            if (targets.All(t => t.Kind != kind))
                throw new ArgumentException($"The model has no matrix type '{kind}'; its types are {string.Join(", ", targets.Select(t => t.Kind).Distinct())}.");
        }
        foreach (var (first, last) in Layers ?? [])
        {
            if (targets.All(t => t.Layer != first) || targets.All(t => t.Layer != last))
                throw new ArgumentException($"The model has no blocks {first}-{last}; its blocks are 0-{targets.Select(t => t.Layer).DefaultIfEmpty(-1).Max()}.");
        }
        var chosen = targets.Where(t =>
            (Layers is null || Layers.Any(range => t.Layer >= range.First && t.Layer <= range.Last))
            && (Kinds is null || Kinds.Contains(t.Kind))).ToHashSet();
        return chosen.Count > 0 ? chosen : throw new ArgumentException($"{this} chooses no target linear.");
    }

    /// <summary>Such as <c>layers 0-1,3 kinds query,key</c>.</summary>
    public override string ToString()
    {
        var layers = Layers is null ? "all" : string.Join(",", Layers.Select(r => r.First == r.Last ? Invariant(r.First) : $"{Invariant(r.First)}-{Invariant(r.Last)}"));
        return $"layers {layers} kinds {(Kinds is null ? "all" : string.Join(",", Kinds))}";
    }

    private static (int First, int Last) ParseRange(string text)
    {
        var ends = text.Split('-');
        if (ends.Length is 1 or 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= last)
        {
            return (first, last);
        }
        throw new ArgumentException($"'{text}' is not a block such as 3 or a range such as 0-1.");
    }

    private static string Invariant(int value) => value.ToString(CultureInfo.InvariantCulture);
}
