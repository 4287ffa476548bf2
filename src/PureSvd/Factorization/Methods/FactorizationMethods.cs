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
}
