using PureSvd.Research.Corpora;

namespace PureSvd.Research.Evaluation;

/// <summary>
/// Guesses the relation from bags of words and their overlap: the words of either sentence, those that only one of them has, and how much of each sentence the other covers
/// (by words and by pairs of neighbours). It knows no order beyond neighbours, no structure and no meaning.
/// </summary>
public static class OverlapBaseline
{
    /// <inheritdoc cref="HypothesisOnlyBaseline.Run"/>
    public static BaselineResult Run(IReadOnlyList<NliExample> train, IReadOnlyList<NliExample> test, ulong seed = 1, CancellationToken cancellationToken = default)
        => TextClassifier.Run("bag of words and overlap", train, test, Features, seed, cancellationToken);

    private static IEnumerable<(string, float)> Features(NliExample example)
    {
        var (p, h) = (Words.Of(example.Premise), Words.Of(example.Hypothesis));
        var (premise, hypothesis) = (p.ToHashSet(StringComparer.Ordinal), h.ToHashSet(StringComparer.Ordinal));
        foreach (var word in premise)
        {
            yield return ($"premise {word}", 1);
            if (!hypothesis.Contains(word))
                yield return ($"premise only {word}", 1);
        }
        foreach (var word in hypothesis)
        {
            yield return ($"hypothesis {word}", 1);
            if (!premise.Contains(word))
                yield return ($"hypothesis only {word}", 1);
        }

        var pairsOfPremise = p.Zip(p.Skip(1)).ToHashSet();
        var pairsOfHypothesis = h.Zip(h.Skip(1)).ToHashSet();
        yield return ("hypothesis words covered", Share(hypothesis, premise));
        yield return ("premise words covered", Share(premise, hypothesis));
        yield return ("hypothesis pairs covered", Share(pairsOfHypothesis, pairsOfPremise));
        yield return ("premise pairs covered", Share(pairsOfPremise, pairsOfHypothesis));
        yield return ("every hypothesis word covered", hypothesis.IsSubsetOf(premise) ? 1 : 0);
        yield return ("same words", hypothesis.SetEquals(premise) ? 1 : 0);
        yield return ("relative length", (float)h.Count / Math.Max(1, h.Count + p.Count));
    }

    private static float Share<T>(HashSet<T> of, HashSet<T> by) => of.Count == 0 ? 1 : (float)of.Count(by.Contains) / of.Count;
}
