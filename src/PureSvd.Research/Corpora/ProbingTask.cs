namespace PureSvd.Research.Corpora;

/// <summary>A sentence and its label.</summary>
public sealed record ProbingExample(string Label, string Sentence);

/// <summary>A probing task in its three parts, as SentEval divides it.</summary>
/// <param name="Name">The file name without its extension, such as <c>bigram_shift</c>.</param>
/// <param name="Train">Lines marked <c>tr</c>.</param>
/// <param name="Dev">Lines marked <c>va</c>.</param>
/// <param name="Test">Lines marked <c>te</c>.</param>
public sealed record ProbingTask(string Name, IReadOnlyList<ProbingExample> Train, IReadOnlyList<ProbingExample> Dev, IReadOnlyList<ProbingExample> Test);
