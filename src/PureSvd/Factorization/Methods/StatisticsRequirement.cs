namespace PureSvd.Factorization;

/// <summary>What methods say where the statistics that they need are missing or of another layer.</summary>
internal static class StatisticsRequirement
{
    /// <exception cref="ArgumentException">They are missing or of another size.</exception>
    internal static InputStatistics RequireInputs(this LayerStatistics? statistics, string method, int outputs, int inputs)
    {
        var found = statistics?.Inputs ?? throw new ArgumentException($"{method} needs sums over the layer's inputs.", nameof(statistics));
        return found.Inputs == inputs
            ? found
            : throw new ArgumentException($"{method} has sums over {found.Inputs} inputs, and the weight is {outputs}×{inputs}.", nameof(statistics));
    }
}
