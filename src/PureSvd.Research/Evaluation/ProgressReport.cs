namespace PureSvd.Research.Evaluation;

/// <summary>How far a long call is.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="Done">Items done.</param>
/// <param name="Total">Items in all; 0 if unknown.</param>
public readonly record struct ProgressReport(string Stage, long Done, long Total);
