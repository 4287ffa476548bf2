namespace PureSvd.Benchmarks.Peers;

/// <summary>Rows that belong together, chosen by name: <c>-- peers gemm svd</c>.</summary>
internal abstract class PeerGroup
{
    /// <summary>One lower-case word.</summary>
    internal abstract string Name { get; }

    /// <summary>What the group shows, in a line.</summary>
    internal abstract string Title { get; }

    /// <summary>The rows, one made when it is its turn: the operands of one are garbage when the next begins.</summary>
    internal abstract IEnumerable<PeerRow> Rows();
}
