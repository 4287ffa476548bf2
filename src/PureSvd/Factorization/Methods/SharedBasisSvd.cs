using System.Globalization;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary><c>basis-sharing</c>: one factor A for the same matrix type of several blocks in a row, min over rank r of Σ_l ‖(W_l − B_l·A)·X‖² with X the inputs of all of them.</summary>
/// <remarks>
/// <para>The weights of a group are put on top of each other, [g·out×in], and truncated as <c>svd-llm</c> does with the sum of the group's second moments: A [r×in] is
/// stored once, under the group's first layer, and each layer keeps its rows of B. A group costs r·(in + g·out) numbers in place of g·out·in. (The
/// paper writes y = xW, so that its weights lie side by side and the shared factor is a basis of their columns.)</para>
/// <para>Shared are the types that read the residual stream (query, key, value and what an MLP begins with); those that write to it (attention output, MLP
/// output) have inputs of their own in every block and are factored each for itself, by <c>svd-llm</c>. The layers of a remainder smaller than a group share among
/// themselves; a group whose factors would be no smaller than its matrices stays dense. On one matrix it is <c>svd-llm</c>, so <c>puresvd factorize</c> does not take it.</para>
/// <para>X is pooled, as in the source: the sum over a layer's <i>own</i> inputs would be another problem, without a closed form. Reports measure each layer on its own inputs.</para>
/// Source: J. Wang et al., <i>Basis Sharing: cross-layer parameter sharing for large language model compression</i> (arXiv 2410.03765), §3; groups of 2 as there.
/// </remarks>
public sealed class SharedBasisSvd : IFactorizationMethod
{
    private const int DefaultGroup = 2;
    private static readonly WhitenedSvd Alone = new();
    private static readonly HashSet<string> PrivateKinds = new(StringComparer.Ordinal) { "attention.output", "output", "o_proj", "down_proj" };
    private readonly int _group;

    /// <param name="group">Blocks in a row that share, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public SharedBasisSvd(int group = DefaultGroup)
    {
        if (group < 2)
            throw new ArgumentOutOfRangeException(nameof(group), group, "A basis is shared by at least 2 layers.");
        _group = group;
    }

    /// <inheritdoc/>
    public string Name => _group == DefaultGroup ? "basis-sharing" : string.Create(CultureInfo.InvariantCulture, $"basis-sharing:{_group}");

    /// <inheritdoc/>
    public StatisticsKinds Needs => StatisticsKinds.Inputs;

    /// <inheritdoc/>
    public bool NeedsModel => true;

    /// <inheritdoc/>
    /// <remarks>Of a layer that shares nothing.</remarks>
    public LayerFactorization<T> Decompose<T>(MatrixView<T> weight, LayerStatistics? statistics, int? rank, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _ = statistics.RequireInputs(Name, weight.Rows, weight.Columns);
        return Alone.Decompose(weight, statistics, rank, parallelism, cancellationToken);
    }

    /// <summary>The same fraction from every group and every layer that shares nothing: <c>uniform</c> over them.</summary>
    /// <param name="targets">Every target linear of the model.</param>
    /// <param name="removed">0 ≤ removed &lt; 1, over all target linears, each shared factor counted once.</param>
    /// <exception cref="ArgumentException">The fraction is out of range, or more than rank 1 everywhere removes.</exception>
    public RankPlan Allocate(IReadOnlyList<TargetShape> targets, double removed)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var groups = Groups(targets);
        // A group is a layer as tall as its members together, which is exactly what it costs.
        var stacked = UniformAllocation.Allocate([.. groups.Select(g => g[0] with { Outputs = g.Sum(t => t.Outputs) })], removed);
        var layers = stacked.Layers.Zip(groups, (plan, members) => members.Select(t => plan.Storage == LayerStorage.Dense ? LayerPlan.Dense(t, plan.Note)
            : members.Count == 1 ? LayerPlan.Factored(t, plan.Rank)
            : new LayerPlan(t, LayerStorage.Shared, plan.Rank, null, members[0].Name)));
        var byName = layers.SelectMany(l => l).ToDictionary(l => l.Target.Name, StringComparer.Ordinal);
        return new RankPlan("uniform", removed, [.. targets.Select(t => byName[t.Name])]);
    }

    /// <summary>Whether <paramref name="plan"/> shares what this method shares, in whichever groups.</summary>
    internal bool Fits(RankPlan plan)
    {
        var alone = Groups([.. plan.Layers.Select(l => l.Target)]).Where(g => g.Count == 1).Select(g => g[0]).ToHashSet();
        return plan.Truncated.All(l => l.Storage == LayerStorage.Shared || alone.Contains(l.Target));
    }

    private List<List<TargetShape>> Groups(IReadOnlyList<TargetShape> targets)
    {
        var groups = new List<List<TargetShape>>();
        foreach (var kind in targets.GroupBy(t => (t.Kind, t.Outputs, t.Inputs)))
        {
            var size = PrivateKinds.Contains(kind.Key.Kind) ? 1 : _group;
            groups.AddRange(kind.OrderBy(t => t.Layer).Chunk(size).Select(chunk => chunk.ToList()));
        }
        return groups;
    }
}
