namespace PureSvd.Benchmarks.Peers;

/// <summary>Rows that belong together, chosen by name: <c>-- peers gemm svd</c>.</summary>
internal abstract class PeerGroup
{
    /// <summary>One lower-case word.</summary>
    internal abstract string Name { get; }

    /// <summary>What the group shows, in a line.</summary>
    internal abstract string Title { get; }

    /// <summary>A sentence above the table, where its columns need one.</summary>
    internal virtual string? Remark => null;

    /// <summary>Whether the group runs where none is named; one that takes long, or whose peer is this engine itself, does not.</summary>
    internal virtual bool ByDefault => true;

    /// <summary>The rows, one made when it is its turn: the operands of one are garbage when the next begins.</summary>
    internal abstract IEnumerable<PeerRow> Rows();
}
