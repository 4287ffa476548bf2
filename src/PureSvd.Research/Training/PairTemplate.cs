namespace PureSvd.Research.Training;

/// <summary>How a pair is put to a decoder: a text, and a continuation for each label.</summary>
/// <remarks>The default is what lm-evaluation-harness asks on MNLI.</remarks>
public sealed record PairTemplate
{
    /// <summary>The question, with {premise} and {hypothesis}.</summary>
    public string Text { get; init; } = "{premise}\nQuestion: {hypothesis} True, False or Neither?\nAnswer:";

    /// <summary>The answer that stands for each label.</summary>
    public IReadOnlyDictionary<string, string> Choices { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["entailment"] = " True",
        ["neutral"] = " Neither",
        ["contradiction"] = " False",
    };

    /// <summary>The question about a pair.</summary>
    public string Ask(string premise, string hypothesis)
        => Text.Replace("{premise}", premise, StringComparison.Ordinal).Replace("{hypothesis}", hypothesis, StringComparison.Ordinal);
}
