using System.Globalization;

namespace PureSvd.Factorization;

/// <summary>What is done to the weights of a model: a factorization, an encoding of the dense weights, or an encoding of the factors.</summary>
/// <param name="Method">How matrices are truncated; null where they stay whole.</param>
/// <param name="Encoder">How what is left is stored; null for the element type of the original.</param>
public sealed record CompressionScheme(IFactorizationMethod? Method, WeightEncoder? Encoder)
{
    /// <summary>The baselines, in the order of the README.</summary>
    public static IReadOnlyList<WeightEncoder> Baselines { get; } = [new Pruning(byInputs: false), new Pruning(byInputs: true), new RoundToNearest(8), new RoundToNearest(4)];

    /// <summary>Such as <c>svd-llm</c>, <c>wanda</c>, <c>rtn-int4</c> or <c>svd-llm+int8</c>.</summary>
    public string Name => Method is null ? Encoder?.Name ?? "dense" : Encoder is RoundToNearest rounding ? $"{Method.Name}+{rounding.Suffix}" : Method.Name;

    /// <summary>What must be known about a layer beside its weight.</summary>
    public StatisticsKinds Needs => (Method?.Needs ?? StatisticsKinds.None) | (Encoder?.Needs ?? StatisticsKinds.None);

    /// <summary>Whether it takes the fraction to remove: of weights for a factorization, of bytes for pruning.</summary>
    public bool TakesBudget => Method is not null || Encoder is { TakesBudget: true };

    /// <summary>The scheme called <paramref name="name"/>: a method of <see cref="FactorizationMethods"/>, one of the baselines, or a method and <c>+int8</c> or <c>+int4</c>; a number after the last colon of these is the weights of a group.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static CompressionScheme ByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Baselines.FirstOrDefault(b => b.Name == name) is { } baseline)
            return new CompressionScheme(null, baseline);
        if (name.StartsWith("rtn-", StringComparison.Ordinal))
            return new CompressionScheme(null, Rounding(name["rtn-".Length..]) ?? throw Unknown(name));
        return name.LastIndexOf('+') is >= 0 and var plus
            ? new CompressionScheme(FactorizationMethods.ByName(name[..plus]), Rounding(name[(plus + 1)..]) ?? throw Unknown(name))
            : new CompressionScheme(FactorizationMethods.ByName(name), null);
    }

    private static RoundToNearest? Rounding(string text) => text.Split(':') switch
    {
        ["int8"] => new RoundToNearest(8),
        ["int4"] => new RoundToNearest(4),
        ["int8" or "int4", var group] when int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 => new RoundToNearest(text[3] - '0', size),
        _ => null,
    };

    private static ArgumentException Unknown(string name)
        => new($"There is no method '{name}'; the methods are {string.Join(", ", FactorizationMethods.All.Select(m => m.Name))}, each with +int8 or +int4 if wanted, and {string.Join(", ", Baselines.Select(b => b.Name))}.", nameof(name));
}
