namespace PureSvd.Factorization;

/// <summary>How far a long call is.</summary>
/// <param name="Stage">What it is doing: <c>fisher</c>, <c>decompose</c>, <c>sensitivity</c>, <c>write</c>.</param>
/// <param name="Done">Items done.</param>
/// <param name="Total">Items in all.</param>
public readonly record struct CompressionProgress(string Stage, int Done, int Total);
