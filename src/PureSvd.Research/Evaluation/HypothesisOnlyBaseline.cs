using PureSvd.Research.Corpora;

namespace PureSvd.Research.Evaluation;

/// <summary>Guesses the relation from the hypothesis alone, by its words and pairs of neighbouring words: above the majority rate, a data set gives labels away.</summary>
/// <remarks>Source: A. Poliak et al., <i>Hypothesis Only Baselines in Natural Language Inference</i> (*SEM 2018).</remarks>
public static class HypothesisOnlyBaseline
{
    /// <summary>Fits on <paramref name="train"/> and scores on <paramref name="test"/>.</summary>
    /// <param name="train">At least two pairs, with every label that the test pairs have.</param>
    /// <param name="test">The test pairs.</param>
    /// <param name="seed">Decides which tenth of the training pairs is held out to choose λ.</param>
    /// <param name="cancellationToken">Stops before the next fit.</param>
    public static BaselineResult Run(IReadOnlyList<NliExample> train, IReadOnlyList<NliExample> test, ulong seed = 1, CancellationToken cancellationToken = default)
        => TextClassifier.Run("hypothesis only", train, test, Features, seed, cancellationToken);

    private static IEnumerable<(string, float)> Features(NliExample example)
    {
        var words = Words.Of(example.Hypothesis);
        foreach (var word in words.Distinct(StringComparer.Ordinal))
            yield return (word, 1);
        foreach (var pair in words.Zip(words.Skip(1), (a, b) => $"{a} {b}").Distinct(StringComparer.Ordinal))
            yield return (pair, 1);
    }
}
