using System.Text;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>Accuracy by log-likelihood, as lm-evaluation-harness computes it: the answer is the choice that the model finds likeliest after the context.</summary>
/// <remarks>
/// acc: argmax of Σ log p(choice | context), the first on a tie. acc_norm: argmax of that by the number of characters of the choice. Definitions and templates are those of EleutherAI/lm-evaluation-harness 0.4
/// (<c>api/task.py</c>, <c>MultipleChoiceTask.process_results</c>).
/// </remarks>
public static class LikelihoodEvaluation
{
    /// <summary>Scores <paramref name="items"/>.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="encoder">Makes its requests.</param>
    /// <param name="task">What the items are of.</param>
    /// <param name="items">The items.</param>
    /// <param name="shots">How many answered examples stand before each.</param>
    /// <param name="examples">Where those are drawn from, without repetition and never the item itself; null for <paramref name="items"/>.</param>
    /// <param name="seed">Decides which are drawn; each item has a draw of its own.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">There are no items, or too few examples.</exception>
    public static LikelihoodResult Run(ITokenScorer scorer, LikelihoodEncoder encoder, LikelihoodTask task, IReadOnlyList<LikelihoodItem> items, int shots = 0, IReadOnlyList<LikelihoodItem>? examples = null, ulong seed = 1,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfNegative(shots);
        if (items.Count == 0)
            throw new ArgumentException("There are no items.", nameof(items));
        var isOwn = examples is null;
        examples ??= items;
        if (shots > examples.Count - (isOwn ? 1 : 0))
            throw new ArgumentException($"{shots} examples are to stand before each item, and there are {examples.Count - (isOwn ? 1 : 0)}.", nameof(shots));

        var requests = new List<TokenRequest>();
        var truncated = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var context = FewShot(task, examples, shots, isOwn ? i : -1, SeededRandom.ForStream(seed, (ulong)i)) + items[i].Context;
            var cut = 0;
            foreach (var choice in items[i].Choices)
            {
                requests.Add(encoder.EncodePair(context, task.Delimiter + choice, out var lost));
                cut = Math.Max(cut, lost);
            }
            truncated += cut > 0 ? 1 : 0;
        }
        var scores = scorer.Score(requests, progress, cancellationToken);
        var predictions = new LikelihoodPrediction[items.Count];
        for (var (i, at) = (0, 0); i < items.Count; at += items[i++].Choices.Count)
            predictions[i] = new LikelihoodPrediction(items[i], [.. scores.Skip(at).Take(items[i].Choices.Count).Select(score => score.LogLikelihood)]);
        return new LikelihoodResult(task, predictions) { Shots = shots, Seed = seed, Bos = encoder.AddsBos, Truncated = truncated };
    }

    // The answered examples before item `excluded`, each followed by the delimiter.
    private static string FewShot(LikelihoodTask task, IReadOnlyList<LikelihoodItem> examples, int shots, int excluded, SeededRandom random)
    {
        var text = new StringBuilder();
        var drawn = new HashSet<int>();
        while (drawn.Count < shots)
            if (random.Next(examples.Count) is var index && index != excluded && drawn.Add(index))
                text.Append(examples[index].Context).Append(task.Delimiter).Append(examples[index].Choices[examples[index].Gold]).Append(task.FewShotDelimiter);
        return text.ToString();
    }
}
