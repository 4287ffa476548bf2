namespace PureSvd.Research.Corpora;

/// <summary>A premise and a hypothesis with their relation.</summary>
/// <param name="Premise">The premise.</param>
/// <param name="Hypothesis">The hypothesis.</param>
/// <param name="Label">The gold label as the file has it, such as <c>entailment</c>.</param>
/// <param name="Phenomenon">What the pair tests; null where the file does not say.</param>
public sealed record NliExample(string Premise, string Hypothesis, string Label, string? Phenomenon = null);
