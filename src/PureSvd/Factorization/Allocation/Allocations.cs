using System.Numerics;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>What an allocation by name may need, beside the model's decompositions and a budget.</summary>
public sealed record AllocationRequest<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The dense model and its decompositions under the method.</summary>
    public required ModelFactorization<T> Factorization { get; init; }

    /// <summary>The fraction of the target linears' weights to remove; <c>laser</c> takes none.</summary>
    public required double Removed { get; init; }

    /// <summary>The loss of a model on a fixed sample; null where there is none, and the allocation runs no model.</summary>
    public Func<TransformerModel<T>, double>? Loss { get; init; }

    /// <summary>Fractions of a layer's weights at which single layers are tried; null for those of the allocation.</summary>
    public IReadOnlyList<double>? Rates { get; init; }

    /// <summary>The losses of single layers where they are known already, at rates that suit the allocation; null to measure them.</summary>
    public SensitivityProfile? Profile { get; init; }

    /// <summary>The runs of a Bayesian search.</summary>
    public int Evaluations { get; init; } = 50;

    /// <summary>The seed of a Bayesian search.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether <c>laser</c> stores factors where they are smaller than the matrix.</summary>
    public bool Factored { get; init; } = true;

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;
}

/// <summary>The allocations by name.</summary>
public static class Allocations
{
    private const int Groups = 4;

    /// <summary>Every allocation that has a name of its own, in the order of the README.</summary>
    public static IReadOnlyList<string> Names { get; } = ["uniform", "selective", "spectrum", "strs", "svd-llm-v2", "global", "laser", "bayes", "bayes-grouped"];

    /// <summary>Whether <paramref name="name"/> runs the model, and so needs a loss.</summary>
    /// <exception cref="ArgumentException">There is no such allocation.</exception>
    public static bool NeedsLoss(string name) => Known(name) is not ("uniform" or "spectrum" or "svd-llm-v2");

    /// <summary>The plan of allocation <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is no such allocation, it lacks a loss, or the budget cannot be met.</exception>
    /// <exception cref="ArithmeticException">A loss is not finite.</exception>
    public static RankPlan Allocate<T>(string name, AllocationRequest<T> request, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(request);
        if (NeedsLoss(name) && request.Loss is null && request.Profile is null)
            throw new ArgumentException($"{name} runs the model, and there is no loss to judge it by.", nameof(request));
        var (factorization, removed) = (request.Factorization, request.Removed);
        if (factorization.Method is SharedBasisSvd sharing)
            return name == "uniform" ? sharing.Allocate(factorization.Targets, removed) : throw new ArgumentException($"{sharing.Name} gives every group of layers its share: its allocation is uniform.", nameof(name));
        IReadOnlyList<(TargetShape Target, IReadOnlyList<double> SingularValues)> Spectra() => factorization.Spectra(request.Parallelism, cancellationToken);
        SensitivityProfile Profile(IReadOnlyList<double>? rates)
        {
            if (request.Profile is not null)
                return request.Profile;
            factorization.DecomposeAll(request.Parallelism, progress, cancellationToken);
            return SensitivityProfile.Measure(factorization, request.Loss!, request.Rates ?? rates, progress, cancellationToken);
        }
        return name switch
        {
            "uniform" => UniformAllocation.Allocate(factorization.Targets, removed),
            "selective" => Profile(null).Allocate(removed),
            "spectrum" => SpectrumAllocation.Allocate(Spectra(), removed),
            "strs" => TruncationSensitivitySearch.Allocate(Profile(TruncationSensitivitySearch.Rates), removed),
            "svd-llm-v2" => TruncationLossAllocation.Allocate(Spectra(), removed),
            "global" => GlobalAllocation.Allocate([.. Profile(null).Curves.Zip(Spectra(), (c, s) => c.Monotone().Refined(s.SingularValues))], removed),
            "laser" => LaserSearch.Search(factorization, request.Loss!, null, request.Factored, null, progress, cancellationToken).Plan,
            _ => Bayesian(name, request, progress, cancellationToken),
        };
    }

    private static RankPlan Bayesian<T>(string name, AllocationRequest<T> request, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        request.Factorization.DecomposeAll(request.Parallelism, progress, cancellationToken);
        var options = new BayesianOptions { Evaluations = request.Evaluations, Initial = Math.Min(10, request.Evaluations), LayerGroups = name == "bayes" ? 1 : Groups, Seed = request.Seed };
        return BayesianAllocation.Search(request.Factorization, request.Loss!, request.Removed, options, progress, cancellationToken);
    }

    private static string Known(string name)
        => Names.Contains(name) ? name : throw new ArgumentException($"There is no allocation '{name}'; the allocations are {string.Join(", ", Names)}.", nameof(name));
}
