using System.Collections.Concurrent;
using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>A dense model and, layer by layer as they are asked for, its decompositions under one method: each is computed once and truncated at many ranks.</summary>
/// <remarks>Thread-safe. It holds up to out·k + k·in numbers a layer, k = min(out, in): 0.5 GB for BERT-base in float32.</remarks>
public sealed class ModelFactorization<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, LinearLayer<T>> _linears;
    private readonly IReadOnlyDictionary<string, LayerStatistics>? _statistics;
    private readonly ConcurrentDictionary<string, Lazy<LayerFactorization<T>>> _layers = new(StringComparer.Ordinal);

    /// <summary>Nothing is decomposed yet.</summary>
    /// <param name="model">A dense model.</param>
    /// <param name="method">The method.</param>
    /// <param name="statistics">By layer name, where the method needs any.</param>
    /// <exception cref="ArgumentException">A target linear is factored already, or the method's statistics are missing.</exception>
    public ModelFactorization(TransformerModel<T> model, IFactorizationMethod method, IReadOnlyDictionary<string, LayerStatistics>? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(method);
        Model = model;
        Method = method;
        Targets = TargetShape.Of(model);
        _statistics = statistics;
        _linears = model.TargetLinears.ToDictionary(
            t => t.Name,
            t => t.Linear.IsFactored ? throw new ArgumentException($"{t.Name} is factored already; compress the dense model.", nameof(model)) : t.Linear,
            StringComparer.Ordinal);
        if (method.Needs != StatisticsKinds.None && Targets.FirstOrDefault(t => statistics?.GetValueOrDefault(t.Name)?.Kinds.HasFlag(method.Needs) != true) is { } missing)
            throw new ArgumentException($"{method.Name} needs {method.Needs} statistics, and there are none for {missing.Name}.", nameof(statistics));
    }

    /// <summary>The dense model.</summary>
    public TransformerModel<T> Model { get; }

    /// <summary>The method.</summary>
    public IFactorizationMethod Method { get; }

    /// <summary>The target linears, block by block.</summary>
    public IReadOnlyList<TargetShape> Targets { get; }

    /// <summary>The decomposition of layer <paramref name="name"/>, computed at the first call.</summary>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    /// <exception cref="ArithmeticException">Its weight is not finite.</exception>
    public LayerFactorization<T> Layer(string name) => Layer(name, Parallelism.Serial, CancellationToken.None);

    /// <summary>Decomposes every layer that is not yet; layers go to threads, and the result does not depend on how many.</summary>
    public void DecomposeAll(Parallelism parallelism, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        => Decompose(Targets, parallelism, progress, cancellationToken);

    /// <summary>The spectra that <see cref="SpectrumAllocation"/> and others need; decomposes every layer.</summary>
    /// <exception cref="ArgumentException">The method has no closed form, and so no spectrum.</exception>
    public IReadOnlyList<(TargetShape Target, IReadOnlyList<double> SingularValues)> Spectra(Parallelism parallelism, CancellationToken cancellationToken = default)
    {
        DecomposeAll(parallelism, null, cancellationToken);
        if (Targets.FirstOrDefault(t => Layer(t.Name).SingularValues.Count < t.FullRank) is { } blind)
            throw new ArgumentException($"{Method.Name} has no singular values for {blind.Name}, and the allocation goes by them.");
        return [.. Targets.Select(t => (t, Layer(t.Name).SingularValues))];
    }

    /// <summary>The model under <paramref name="plan"/>: its factored layers replaced, everything else shared, and how well each was met.</summary>
    /// <exception cref="ArgumentException">The plan is not one for this model.</exception>
    public CompressedModel<T> Compress(RankPlan plan, Parallelism parallelism, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.MismatchWith(Targets) is { } mismatch)
            throw new ArgumentException($"The plan does not fit the model: {mismatch}.", nameof(plan));
        plan.CheckMethod(Method);

        var alone = plan.Truncated.Where(l => l.Storage != LayerStorage.Shared).ToArray();
        Decompose([.. alone.Select(l => l.Target)], parallelism, progress, cancellationToken);
        var reports = new Dictionary<string, TruncationReport>(StringComparer.Ordinal);
        var replacements = Replacements(plan, reports, parallelism, cancellationToken);
        return new CompressedModel<T>(replacements.Count == 0 ? Model : Model.WithLinears(replacements), plan, Method.Name, reports);
    }

    /// <summary>The model under <paramref name="plan"/> and nothing else: what a search runs.</summary>
    internal TransformerModel<T> Truncated(RankPlan plan, CancellationToken cancellationToken)
        => Model.WithLinears(Replacements(plan, null, Parallelism.Serial, cancellationToken));

    private Dictionary<string, LinearLayer<T>> Replacements(
        RankPlan plan, Dictionary<string, TruncationReport>? reports, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var replacements = new Dictionary<string, LinearLayer<T>>(StringComparer.Ordinal);
        foreach (var layer in plan.Truncated.Where(l => l.Storage != LayerStorage.Shared))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = layer.Target.Name;
            var factors = Layer(name).Truncate(layer.Rank);
            replacements[name] = layer.Storage == LayerStorage.Product ? ReplaceByProduct(name, factors, parallelism) : Replace(name, factors);
            reports?.Add(name, Layer(name).Measure(factors, parallelism));
        }
        foreach (var group in plan.SharedGroups)
            Share(group, replacements, reports, parallelism, cancellationToken);
        return replacements;
    }

    /// <summary>The layer that takes the place of <paramref name="name"/>: the factors, and the layer's own bias, shifted where the method asks for it.</summary>
    internal LowRankLinear<T> Replace(string name, LowRankFactors<T> factors)
    {
        var bias = Shifted(_linears[name].Bias?.Value, Layer(name).BiasShift(factors));
        return new LowRankLinear<T>(
            name,
            new Parameter<T>(name + ".a.weight", factors.A),
            new Parameter<T>(name + ".b.weight", factors.B),
            bias is null ? null : new Parameter<T>(name + ".b.bias", bias, isVector: true));
    }

    private Linear<T> ReplaceByProduct(string name, LowRankFactors<T> factors, Parallelism parallelism)
    {
        var bias = Shifted(_linears[name].Bias?.Value, Layer(name).BiasShift(factors));
        return new Linear<T>(name, new Parameter<T>(name + ".weight", factors.Product(parallelism)), bias is null ? null : new Parameter<T>(name + ".bias", bias, isVector: true));
    }

    /// <summary>Replaces the layers of a group by layers with one A.</summary>
    private void Share(
        IReadOnlyList<LayerPlan> group, Dictionary<string, LinearLayer<T>> replacements, Dictionary<string, TruncationReport>? reports, Parallelism parallelism, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var names = group.Select(l => l.Target.Name).ToArray();
        var shared = SharedBasis<T>.Of(
            Method, [.. names.Select(n => _linears[n].ToDense())], [.. names.Select(n => _statistics?.GetValueOrDefault(n))], group[0].Rank, parallelism, cancellationToken);
        var a = new Parameter<T>(names[0] + ".a.weight", shared.A);
        for (var i = 0; i < names.Length; i++)
        {
            replacements[names[i]] = new LowRankLinear<T>(names[i], a, new Parameter<T>(names[i] + ".b.weight", shared.B[i]), _linears[names[i]].Bias, names[0]);
            reports?.Add(names[i], shared.Reports[i]);
        }
    }

    private static Matrix<T>? Shifted(Matrix<T>? bias, double[]? shift)
        => shift is null ? bias : Matrix<T>.Create(1, shift.Length, (_, j) => T.CreateTruncating((bias is null ? 0 : double.CreateTruncating(bias[0, j])) + shift[j]));

    private void Decompose(IReadOnlyList<TargetShape> targets, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        // Layers in parallel beat threads inside a decomposition, as long as there are layers enough.
        var inner = targets.Count >= parallelism.Threads ? Parallelism.Serial : parallelism;
        var outer = targets.Count >= parallelism.Threads ? parallelism : Parallelism.Serial;
        var done = 0;
        outer.For(targets.Count, i =>
        {
            Layer(targets[i].Name, inner, cancellationToken);
            progress?.Report(new CompressionProgress("decompose", Interlocked.Increment(ref done), targets.Count));
        }, cancellationToken);
    }

    private LayerFactorization<T> Layer(string name, Parallelism parallelism, CancellationToken cancellationToken)
    {
        if (!_linears.TryGetValue(name, out var linear))
            throw new ArgumentException($"The model has no target linear {name}.", nameof(name));
        var lazy = _layers.GetOrAdd(name, _ => new Lazy<LayerFactorization<T>>(
            () => Method.Decompose<T>(linear.ToDense(), _statistics?.GetValueOrDefault(name), parallelism, cancellationToken)));
        try
        {
            return lazy.Value;
        }
        catch (OperationCanceledException)
        {
            // A Lazy remembers its exception; an interrupted layer may be asked for again.
            _layers.TryRemove(new KeyValuePair<string, Lazy<LayerFactorization<T>>>(name, lazy));
            throw;
        }
        catch (NonFiniteMatrixException e)
        {
            throw new ArithmeticException($"The weight of {name} is at fault. {e.Message}", e);
        }
    }
}
