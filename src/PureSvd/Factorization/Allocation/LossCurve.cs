namespace PureSvd.Factorization;

/// <summary>What truncating one layer costs: a loss at several ranks, in whatever unit all layers share.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Points">Rank and loss increase over the dense model; dense itself (0) is understood.</param>
public sealed record LossCurve(TargetShape Target, IReadOnlyList<(int Rank, double Increase)> Points);
