using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>The methods by name.</summary>
public static class FactorizationMethods
{
    /// <summary>Every method, in the order of the README.</summary>
    public static IReadOnlyList<IFactorizationMethod> All { get; } = [new PlainSvd(), new FisherWeightedSvd()];

    /// <summary>The method called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IFactorizationMethod ByName(string name) =>
        All.FirstOrDefault(m => m.Name == name)
        ?? throw new ArgumentException($"There is no method '{name}'; the methods are {string.Join(", ", All.Select(m => m.Name))}.", nameof(name));

    /// <summary>Decomposes W for all ranks.</summary>
    /// <inheritdoc cref="IFactorizationMethod.Decompose{T}(MatrixView{T}, LayerStatistics?, int?, Parallelism, CancellationToken)"/>
    public static LayerFactorization<T> Decompose<T>(
        this IFactorizationMethod method, MatrixView<T> weight, LayerStatistics? statistics, Parallelism parallelism, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(method);
        return method.Decompose(weight, statistics, null, parallelism, cancellationToken);
    }
}
