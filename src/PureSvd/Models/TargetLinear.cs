using System.Numerics;
using PureSvd.Layers;

namespace PureSvd.Models;

/// <summary>A linear layer inside a transformer block: what compression may replace.</summary>
/// <param name="Layer">The index of the block.</param>
/// <param name="Kind">The matrix type, the same in every block: <c>query key value attention.output intermediate output</c> for BERT.</param>
/// <param name="Linear">The layer.</param>
public sealed record TargetLinear<T>(int Layer, string Kind, LinearLayer<T> Linear)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The checkpoint name without <c>.weight</c>.</summary>
    public string Name => Linear.Name;
}
