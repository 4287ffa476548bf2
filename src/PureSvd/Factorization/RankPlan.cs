using System.Numerics;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>What an allocation decided: the rank and the storage of every target linear. Every method consumes one.</summary>
/// <remarks>"Removed" is over the weights of the target linears, stored(B)+stored(A) against out·in; biases are not counted.</remarks>
public sealed class RankPlan
{
    /// <summary>A plan over all target linears of a model, in the model's order.</summary>
    /// <param name="allocation">The name of the allocation that made it.</param>
    /// <param name="removedRequested">The fraction that was asked for; null where ranks were.</param>
    /// <param name="layers">Every target linear, once.</param>
    /// <exception cref="ArgumentException">A layer occurs twice, or a rank does not fit its layer.</exception>
    public RankPlan(string allocation, double? removedRequested, IReadOnlyList<LayerPlan> layers)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        ArgumentNullException.ThrowIfNull(layers);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            if (!names.Add(layer.Target.Name))
                throw new ArgumentException($"The plan names {layer.Target.Name} twice.", nameof(layers));
            var largest = layer.Storage == LayerStorage.Shared ? layer.Target.Inputs : layer.Target.FullRank;
            if (layer.IsTruncated && (layer.Rank < 1 || layer.Rank > largest))
                throw new ArgumentException($"The plan gives {layer.Target.Name} [{layer.Target.Outputs}×{layer.Target.Inputs}] rank {layer.Rank}; it takes 1 to {largest}.", nameof(layers));
        }
        CheckBases(layers);
        Allocation = allocation;
        RemovedRequested = removedRequested;
        Layers = layers;
    }

    /// <summary>The name of the allocation that made it.</summary>
    public string Allocation { get; }

    /// <summary>The fraction of the target linears' weights that was to be removed; null where ranks were asked for.</summary>
    public double? RemovedRequested { get; }

    /// <summary>Every target linear, in the model's order.</summary>
    public IReadOnlyList<LayerPlan> Layers { get; }

    /// <summary>The weights of the target linears before.</summary>
    public long TargetWeights => Layers.Sum(l => l.Target.Weights);

    /// <summary>The numbers that they are stored in after.</summary>
    public long StoredWeights => Layers.Sum(l => l.StoredWeights);

    /// <summary>The fraction of the target linears' weights that is removed; negative where factors above break-even were asked for.</summary>
    public double Removed => TargetWeights == 0 ? 0 : 1 - (double)StoredWeights / TargetWeights;

    /// <summary>What the allocation has to say about itself, such as what it minimized and how far from its bound it ended; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>The layers that are stored as factors of their own.</summary>
    public IEnumerable<LayerPlan> Factored => Layers.Where(l => l.Storage == LayerStorage.Factored);

    /// <summary>The layers that are truncated, however they are stored.</summary>
    public IEnumerable<LayerPlan> Truncated => Layers.Where(l => l.IsTruncated);

    /// <summary>The groups of layers that share a factor A, the owner first.</summary>
    public IEnumerable<IReadOnlyList<LayerPlan>> SharedGroups
        => Layers.Where(l => l.Storage == LayerStorage.Shared).GroupBy(l => l.Basis, StringComparer.Ordinal).Select(g => (IReadOnlyList<LayerPlan>)[.. g.OrderByDescending(l => l.OwnsBasis)]);

    private static void CheckBases(IReadOnlyList<LayerPlan> layers)
    {
        var owners = layers.Where(l => l is { Storage: LayerStorage.Shared, OwnsBasis: true }).ToDictionary(l => l.Target.Name, StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            if (layer.Basis is null != (layer.Storage != LayerStorage.Shared))
                throw new ArgumentException($"The plan stores {layer.Target.Name} as {layer.Storage} with {(layer.Basis is null ? "no basis" : $"the basis of {layer.Basis}")}.", nameof(layers));
            if (layer.Basis is not null && (!owners.TryGetValue(layer.Basis, out var owner) || owner.Rank != layer.Rank || owner.Target.Inputs != layer.Target.Inputs))
                throw new ArgumentException($"The plan lets {layer.Target.Name} use the basis of {layer.Basis}, which has none of its rank and its inputs.", nameof(layers));
        }
    }

    /// <summary>Every layer dense: what <c>removed 0</c> means.</summary>
    public static RankPlan Dense(IReadOnlyList<TargetShape> targets, string allocation = "none")
    {
        ArgumentNullException.ThrowIfNull(targets);
        return new RankPlan(allocation, 0, [.. targets.Select(t => LayerPlan.Dense(t))]);
    }

    /// <summary>One rank for every chosen layer, capped at min(out, in).</summary>
    /// <param name="targets">The target linears.</param>
    /// <param name="rank">At least 1.</param>
    /// <param name="selection">Which layers; null for all.</param>
    /// <param name="guard">Whether a layer at or above its break-even rank stays dense.</param>
    public static RankPlan FixedRank(IReadOnlyList<TargetShape> targets, int rank, LayerSelection? selection = null, bool guard = true)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        var chosen = (selection ?? LayerSelection.All).Choose(targets);
        return new RankPlan("fixed", null, [.. targets.Select(t => chosen.Contains(t) ? LayerPlan.Factored(t, Math.Min(rank, t.FullRank), guard) : LayerPlan.Dense(t))]);
    }

    /// <summary>Why this plan is not one for <paramref name="targets"/>: the first layer that is missing, unknown or of another shape; null where it fits.</summary>
    public string? MismatchWith(IReadOnlyList<TargetShape> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var planned = Layers.ToDictionary(l => l.Target.Name, l => l.Target, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            if (!planned.Remove(target.Name, out var other))
                return $"the plan lacks {target.Name}";
            if (other != target)
                return $"the plan has {target.Name} as {other.Kind} of block {other.Layer}, {other.Outputs}×{other.Inputs}; the model has it as {target.Kind} of block {target.Layer}, {target.Outputs}×{target.Inputs}";
        }
        return planned.Count == 0 ? null : $"the plan names {planned.Keys.First()}, which the model lacks";
    }

    /// <summary>Refuses a method that would not do what the plan says.</summary>
    /// <exception cref="ArgumentException">Only one of the two shares factors between layers.</exception>
    internal void CheckMethod(IFactorizationMethod method)
    {
        if (method is SharedBasisSvd sharing ? !sharing.Fits(this) : SharedGroups.Any())
            throw new ArgumentException($"Plan {Allocation} {(SharedGroups.Any() ? "shares" : "does not share")} factors between layers, and {method.Name} knows {(method is SharedBasisSvd ? "groups" : "only layers alone")}; basis-sharing makes plans of its own.", nameof(method));
    }

    /// <summary>The three size figures of <paramref name="model"/> under this plan, its tensors stored as <typeparamref name="T"/>.</summary>
    public unsafe SizeFigures SizesOf<T>(TransformerModel<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        var parameters = model.ParameterCount;
        var stored = parameters - TargetWeights + StoredWeights;
        return new SizeFigures(TargetWeights, StoredWeights, parameters, stored, parameters * sizeof(T), stored * sizeof(T));
    }
}
