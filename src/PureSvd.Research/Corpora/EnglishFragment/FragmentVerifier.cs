using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>What a verification found.</summary>
/// <param name="Pairs">Pairs checked.</param>
/// <param name="Disagreements">Pairs whose label the checker does not share, as premise, hypothesis and label; empty if all is well.</param>
public sealed record FragmentVerification(int Pairs, IReadOnlyList<string> Disagreements);

/// <summary>Checks the label of every pair of the corpora against finite models, independently of the proofs that gave it.</summary>
public static class FragmentVerifier
{
    /// <summary>Makes the pairs of <paramref name="options"/> again and checks each.</summary>
    /// <param name="options">Seed and sizes.</param>
    /// <param name="progress">Told how many pairs are done, now and then.</param>
    /// <param name="cancellationToken">Stops between pairs.</param>
    public static FragmentVerification Verify(FragmentOptions options, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (train, dev, test) = new NliGenerator(options.Seed).Generate(options.Train, options.Dev, options.Test, cancellationToken);
        IReadOnlyList<NliPair> pairs = [.. train, .. dev, .. test];
        var wrong = new bool[pairs.Count];
        var done = 0;
        Parallel.For(0, pairs.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            var pair = pairs[i];
            wrong[i] = !LabelChecker.Agrees(pair.Premise, pair.Hypothesis, pair.Relation, SeededRandom.ForStream(options.Seed, 10_000 + (ulong)i));
            var count = Interlocked.Increment(ref done);
            if (count % 5000 == 0)
                progress?.Report($"{count} of {pairs.Count} pairs checked");
        });
        return new FragmentVerification(pairs.Count, [.. pairs.Where((_, i) => wrong[i]).Select(pair => $"{pair.PremiseTree.Text} / {pair.HypothesisTree.Text} / {pair.Label}")]);
    }
}
