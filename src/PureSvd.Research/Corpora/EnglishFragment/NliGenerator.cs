using System.Globalization;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>What about a pair is new to a model that was trained on the training part.</summary>
internal enum Novelty { Seen, Combination, Structure, Both }

/// <summary>A pair of sentences with its label and where it came from.</summary>
internal sealed record NliPair(Sentence Premise, Sentence Hypothesis, Relation Relation, string Phenomenon, Novelty Novelty)
{
    internal Tree PremiseTree { get; } = Realizer.Realize(Premise);
    internal Tree HypothesisTree { get; } = Realizer.Realize(Hypothesis);

    /// <summary>The label as the corpus has it.</summary>
    internal string Label => Relation switch { Relation.Entailment => "entailment", Relation.Neutral => "neutral", _ => "contradiction" };

    /// <summary>The novelty as the corpus has it.</summary>
    internal string Kind => Novelty switch { Novelty.Seen => "seen", Novelty.Combination => "combination", Novelty.Structure => "structure", _ => "both" };
}

/// <summary>Makes the corpus of labelled pairs: draws, decides, and selects so that what is easy to see says nothing about the label.</summary>
internal sealed class NliGenerator(ulong seed)
{
    /// <summary>Proposals drawn for each pair wanted before the first selection, and how often this is doubled where it was not enough.</summary>
    private const int Oversampling = 8;
    private const int Doublings = 4;

    /// <summary>Train, dev and test; sizes are rounded down to whole triples a phenomenon.</summary>
    internal (IReadOnlyList<NliPair> Train, IReadOnlyList<NliPair> Dev, IReadOnlyList<NliPair> Test) Generate(int train, int dev, int test, CancellationToken cancellationToken)
    {
        var phenomena = Phenomenon.All;
        var devPerLabel = dev / phenomena.Count / 3;
        var wanted = new Dictionary<Novelty, int>
        {
            [Novelty.Seen] = train / phenomena.Count / 3 + devPerLabel,
            [Novelty.Combination] = test / phenomena.Count / 9,
            [Novelty.Structure] = test / phenomena.Count / 9,
            [Novelty.Both] = test / phenomena.Count / 9,
        };
        var chosen = new Dictionary<Novelty, List<NliPair>>[phenomena.Count];

        // Each phenomenon has a stream and an oracle of its own: the outcome does not depend on the threads.
        Parallel.For(0, phenomena.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
            chosen[i] = Draw(phenomena[i], SeededRandom.ForStream(seed, (ulong)i), (train + dev + test) / phenomena.Count * Oversampling, wanted, cancellationToken));

        List<NliPair> trainPairs = [], devPairs = [], testPairs = [];
        foreach (var pairs in chosen)
        {
            foreach (var label in Enum.GetValues<Relation>())
            {
                var ofLabel = pairs[Novelty.Seen].Where(pair => pair.Relation == label).ToList();
                devPairs.AddRange(ofLabel.Take(devPerLabel));
                trainPairs.AddRange(ofLabel.Skip(devPerLabel));
            }
            foreach (var novelty in new[] { Novelty.Combination, Novelty.Structure, Novelty.Both })
                testPairs.AddRange(pairs[novelty]);
        }

        var order = SeededRandom.ForStream(seed, 1000);
        foreach (var part in new[] { trainPairs, devPairs, testPairs })
            order.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(part));
        return (trainPairs, devPairs, testPairs);
    }

    private static Dictionary<Novelty, List<NliPair>> Draw(Phenomenon phenomenon, SeededRandom random, int proposals, Dictionary<Novelty, int> wanted, CancellationToken cancellationToken)
    {
        var pool = wanted.Keys.ToDictionary(novelty => novelty, _ => new List<NliPair>());
        var met = new HashSet<string>();
        var sampler = new Sampler(random);
        var oracle = new EntailmentOracle();
        for (var round = 0; ; round++)
        {
            Extend(pool, met, phenomenon, sampler, oracle, proposals, cancellationToken);
            var chosen = wanted.ToDictionary(want => want.Key, want => Select(pool[want.Key], want.Value, phenomenon.Lattice, random));
            if (round == Doublings || wanted.All(want => chosen[want.Key].Count >= 3 * want.Value))
                return chosen;
            proposals *= 2;
        }
    }

    private static void Extend(Dictionary<Novelty, List<NliPair>> pool, HashSet<string> met, Phenomenon phenomenon, Sampler sampler, EntailmentOracle oracle, int proposals, CancellationToken cancellationToken)
    {
        for (var i = 0; i < proposals; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (phenomenon.Propose(sampler) is not var (p, h))
                continue;
            var tense = sampler.Tense();
            Sentence premise = new(p, tense), hypothesis = new(h, tense);
            if (oracle.Decide(premise, hypothesis) is not { } relation)
                continue;
            var heldOut = Combinations.In(premise).Concat(Combinations.In(hypothesis)).Any(Combinations.IsHeldOut);
            var pair = new NliPair(premise, hypothesis, relation, phenomenon.Name, Novelty.Seen);
            if (!met.Add(pair.PremiseTree.Text + "\t" + pair.HypothesisTree.Text) || pair.PremiseTree.Text == pair.HypothesisTree.Text)
                continue;
            var newStructure = Combinations.IsHeldOutStructure(Combinations.Structure(pair.PremiseTree, pair.HypothesisTree));
            var novelty = (heldOut, newStructure) switch
            {
                (false, false) => Novelty.Seen,
                (true, false) => Novelty.Combination,
                (false, true) => Novelty.Structure,
                _ => Novelty.Both,
            };
            pool[novelty].Add(pair with { Novelty = novelty });
        }
    }

    /// <summary>
    /// Takes the same number of each label. Pairs are grouped by what a hypothesis-only reader sees (the function words of the hypothesis), and every group
    /// gives the same number of each label; inside a group, pairs are taken so that what a bag-of-words reader sees (the function words of both sides,
    /// and how much of the hypothesis is new) goes with each label as equally as the pool allows.
    /// </summary>
    private static List<NliPair> Select(List<NliPair> pool, int perLabel, bool lattice, SeededRandom random)
    {
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pool));
        var groups = new SortedDictionary<string, CueGroup>(StringComparer.Ordinal);
        foreach (var pair in pool)
        {
            var hypothesisCue = Cue(pair.HypothesisTree, lattice);
            if (!groups.TryGetValue(hypothesisCue, out var group))
                groups.Add(hypothesisCue, group = new CueGroup());
            group.Add(pair, Cue(pair.PremiseTree, lattice: false) + NewWords(pair).ToString(CultureInfo.InvariantCulture));
        }

        var chosen = new List<NliPair>();
        // One triple a group in turn, so that every kind of hypothesis is as frequent as the scarcest label allows.
        var taken = 0;
        while (taken < perLabel)
        {
            var before = taken;
            foreach (var group in groups.Values)
                if (taken < perLabel && group.TryTakeTriple(chosen))
                    taken++;
            if (taken == before)
                break;
        }
        return chosen;
    }

    /// <summary>
    /// What a reader sees who does not know the content words: the function words and the tags of the others, in an order that does not tell theirs; with
    /// <paramref name="lattice"/> also how general each content word is.
    /// </summary>
    private static string Cue(Tree tree, bool lattice) => string.Join(' ', tree.Leaves
        .Select(leaf => !Combinations.IsContent(leaf) ? Neutralized(leaf.Word!)
            : (lattice ? Lexicon.Default.Generality(leaf.Word!) : Lexicon.Default.FactivityMark(leaf.Word!)) + leaf.Label[..2])
        .Order(StringComparer.Ordinal));

    private static string Neutralized(string word) => word switch
    {
        "is" or "are" or "was" or "were" => "be",
        "do" or "does" or "did" => "do",
        "fails" or "failed" => "fail",
        "manages" or "managed" => "manage",
        "an" => "a",
        _ => word,
    };

    private static int NewWords(NliPair pair)
    {
        var premise = pair.PremiseTree.Leaves.Select(leaf => leaf.Word).ToHashSet();
        return Math.Min(2, pair.HypothesisTree.Leaves.Count(leaf => Combinations.IsContent(leaf) && !premise.Contains(leaf.Word)));
    }

    /// <summary>The pairs of one kind of hypothesis, by cue and label.</summary>
    private sealed class CueGroup
    {
        private readonly SortedDictionary<string, (List<NliPair>[] Pairs, int[] Taken)> _strata = new(StringComparer.Ordinal);

        internal void Add(NliPair pair, string cue)
        {
            if (!_strata.TryGetValue(cue, out var stratum))
                _strata.Add(cue, stratum = ([[], [], []], new int[3]));
            stratum.Pairs[(int)pair.Relation].Add(pair);
        }

        /// <summary>Takes one pair of each label: from a stratum that has all three if there is one, else each from where its label is most in arrears.</summary>
        internal bool TryTakeTriple(List<NliPair> chosen)
        {
            var picks = new (List<NliPair>[] Pairs, int[] Taken)?[3];
            var fewest = int.MaxValue;
            foreach (var stratum in _strata.Values)
                if (Array.TrueForAll(stratum.Pairs, pairs => pairs.Count > 0) && stratum.Taken.Sum() < fewest)
                {
                    fewest = stratum.Taken.Sum();
                    Array.Fill(picks, stratum);
                }

            for (var label = 0; label < 3 && picks[label] is null; label++)
            {
                var best = int.MaxValue;
                foreach (var stratum in _strata.Values)
                {
                    var lead = 3 * stratum.Taken[label] - stratum.Taken.Sum();
                    if (stratum.Pairs[label].Count > 0 && lead < best)
                        (best, picks[label]) = (lead, stratum);
                }
                if (picks[label] is null)
                    return false;
            }

            for (var label = 0; label < 3; label++)
            {
                var (pairs, taken) = picks[label]!.Value;
                chosen.Add(pairs[label][^1]);
                pairs[label].RemoveAt(pairs[label].Count - 1);
                taken[label]++;
            }
            return true;
        }
    }
}
