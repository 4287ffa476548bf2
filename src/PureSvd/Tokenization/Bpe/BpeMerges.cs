namespace PureSvd.Tokenization;

/// <summary>Which two symbols that stand side by side become which one, and in which order: the lowest rank first.</summary>
internal sealed class BpeMerges
{
    private readonly Dictionary<Pair, Merge> _merges;

    internal BpeMerges(int capacity) => _merges = new Dictionary<Pair, Merge>(capacity);

    /// <summary>Sets what <paramref name="left"/> and <paramref name="right"/> become; a later one replaces an earlier one.</summary>
    internal void Set(int left, int right, Merge merge) => _merges[new Pair(left, right)] = merge;

    internal bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(new Pair(left, right), out merge);

    /// <summary>The rank of a merge and the symbol that it makes.</summary>
    internal readonly record struct Merge(int Rank, int Symbol);

    private readonly record struct Pair(int Left, int Right)
    {
        // A number of 64 bits hashes to its halves' exclusive or, by which all pairs of a symbol with itself collide.
        public override int GetHashCode() => (int)((((ulong)(uint)Left << 32) | (uint)Right) * 0x9E3779B97F4A7C15 >> 32);
    }
}
