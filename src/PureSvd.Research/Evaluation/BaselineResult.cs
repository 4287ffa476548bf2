namespace PureSvd.Research.Evaluation;

/// <summary>What a baseline scored on a test set.</summary>
/// <param name="Name">The baseline.</param>
/// <param name="Score">Accuracy with its interval, by phenomenon too.</param>
/// <param name="TrainCount">Training pairs.</param>
/// <param name="FeatureCount">Features that occur in more than one of them.</param>
/// <param name="L2">The λ that a held-out tenth of them chose.</param>
/// <param name="Converged">Whether the last fit converged.</param>
public sealed record BaselineResult(string Name, NliResult Score, int TrainCount, int FeatureCount, double L2, bool Converged);
