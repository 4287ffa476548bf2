using System.Numerics;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>A compressed model and how it came about.</summary>
/// <param name="Model">The model, its factored layers as <c>LowRankLinear</c>.</param>
/// <param name="Plan">What was asked for.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Reports">How well each factored layer was met, by name.</param>
public sealed record CompressedModel<T>(TransformerModel<T> Model, RankPlan Plan, string Method, IReadOnlyDictionary<string, TruncationReport> Reports)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
