using System.Globalization;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>The methods by name.</summary>
public static class FactorizationMethods
{
    /// <summary>Every method, in the order of the README.</summary>
    public static IReadOnlyList<IFactorizationMethod> All { get; } =
    [
        new PlainSvd(), new FisherWeightedSvd(), new ElementFisherSvd(), new KroneckerFisherSvd(), new ActivationAwareSvd(), new ActivationAwareSvd(maximum: true),
        new WhitenedSvd(), new CholeskyWhitenedSvd(), new AtomicFeatureMimicking(), new AtomicFeatureMimicking(pooled: true), new SharedBasisSvd(),
    ];

    /// <summary>The method called <paramref name="name"/>; <c>drone</c> is <c>svd-llm</c>, and a number after a colon is α of <c>asvd</c>, <c>asvd-max</c> or <c>gfwsvd</c>, or the layers of a group of <c>basis-sharing</c>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IFactorizationMethod ByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Split(':') is [var stem, var text] && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var alpha))
        {
            switch (stem)
            {
                case "asvd" or "asvd-max":
                    return new ActivationAwareSvd(stem == "asvd-max", alpha);
                case "gfwsvd":
                    return new KroneckerFisherSvd(alpha);
                case "basis-sharing" when alpha == Math.Floor(alpha) && alpha < int.MaxValue:
                    return new SharedBasisSvd((int)alpha);
            }
        }
        return All.FirstOrDefault(m => m.Name == (name == "drone" ? "svd-llm" : name))
            ?? throw new ArgumentException($"There is no method '{name}'; the methods are {string.Join(", ", All.Select(m => m.Name))}.", nameof(name));
    }

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
