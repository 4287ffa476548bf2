using System.Globalization;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>
/// The ten tasks of SentEval's probing suite (Conneau et al. 2018) over the fragment, class-balanced, the parts disjoint. Sentences are shared between
/// tasks as far as the tasks allow, so that an encoder need not see many.
/// </summary>
internal sealed class ProbingGenerator(ulong seed)
{
    /// <summary>Sentences drawn for each one that a task needs: more in the small parts, whose few words leave some classes scarce.</summary>
    private static int Oversampling(Split split) => split == Split.Train ? 10 : 20;

    /// <summary>Words among which <c>word_content</c> chooses.</summary>
    private const int TargetWords = 50;

    /// <summary>The nineteen productions that <c>top_constituents</c> names; any other is <c>OTHER</c>.</summary>
    internal static readonly IReadOnlyList<string> Productions =
    [
        "NP VP .", "ADVP NP VP .", "ADVP , NP VP .", "PP NP VP .", "PP , NP VP .", "SBAR , NP VP .", "SBAR NP VP .", "S CC S .", "S , CC S .", "CC NP VP .",
        "NP ADVP VP .", "VBD NP VP .", "WHNP SQ .", "WHADVP SQ .", "VP .", "S , NP VP .", "INTJ , NP VP .", "NP , NP VP .", "S : S .",
    ];

    private static readonly (int From, int To)[] LengthBins = [(5, 8), (9, 12), (13, 16), (17, 20), (21, 25), (26, 28)];

    private readonly HashSet<string> _used = [];

    /// <summary>The tasks, in SentEval's order, with <paramref name="train"/> training sentences and a fifth of that for each other part.</summary>
    internal IReadOnlyList<ProbingTask> Generate(int train, CancellationToken cancellationToken)
    {
        int[] sizes = [train, train / 5, train / 5];
        var pools = new PartPool[3];
        Parallel.For(0, 3, new ParallelOptions { CancellationToken = cancellationToken }, part =>
            pools[part] = new PartPool(new ProbingPool(seed, (Split)part), sizes[part], seed, (Split)part, cancellationToken));
        var targets = TargetWordsOf(pools);

        // Scarce classes first, so that the tasks that can use any sentence use these again.
        var topConstituents = Classes("top_constituents", pools, s => Productions.Contains(s.Tree.Production) ? s.Tree.Production.Replace(' ', '_') : "OTHER");
        var treeDepth = Classes("tree_depth", pools, s => Depth(s) is >= 5 and <= 11 ? Depth(s).ToString(CultureInfo.InvariantCulture) : null, s => s.Tree.Leaves.Count());
        var sentenceLength = Classes("sentence_length", pools, LengthLabel);
        var objectNumber = Classes("obj_number", pools, s => s.Main.ObjectNumber is { } number ? Tag(number) : null);
        var subjectNumber = Classes("subj_number", pools, s => s.Main.Subject is null || s.Tense is null || s.Tree.Production == "WHNP SQ ." ? null : Tag(s.Main.SubjectNumber));
        var tense = Classes("past_present", pools, s => s.Tense is not { } t || s.Tree.Label != "S" || s.Main.Verb.Base == s.Main.Verb.Past || IsPeriphrastic(s) ? null : t == Tense.Past ? "PAST" : "PRES");
        var wordContent = Classes("word_content", pools, s => OnlyTarget(s, targets));
        var bigramShift = Altered("bigram_shift", pools, "O", "I", BigramShift);
        var oddManOut = Altered("odd_man_out", pools, "O", "C", OddManOut);
        var coordinationInversion = CoordinationInversion(pools);
        return [sentenceLength, wordContent, treeDepth, topConstituents, bigramShift, tense, subjectNumber, objectNumber, oddManOut, coordinationInversion];
    }

    /// <summary>Levels of the tree with its root above the sentence, as a treebank has it.</summary>
    private static int Depth(PoolSentence sentence) => sentence.Tree.Depth + 1;

    private static string Tag(Number number) => number == Number.Singular ? "NN" : "NNS";

    /// <summary>Whether the main verb's tense stands on "do" (negation), so that the verb itself does not show it.</summary>
    private static bool IsPeriphrastic(PoolSentence sentence) => sentence.Main.Clause.Predicate is SimplePredicate { Negative: true };

    private static string? LengthLabel(PoolSentence sentence)
    {
        var length = sentence.Tree.Leaves.Count();
        var bin = Array.FindIndex(LengthBins, bin => bin.From <= length && length <= bin.To);
        return bin < 0 ? null : bin.ToString(CultureInfo.InvariantCulture);
    }

    private static string? OnlyTarget(PoolSentence sentence, HashSet<string> targets)
    {
        var found = sentence.Tree.Leaves.Where(leaf => targets.Contains(leaf.Word!)).Take(2).ToList();
        return found.Count == 1 ? found[0].Word : null;
    }

    /// <summary>
    /// Adjectives, adverbs and names, which the parts share: the ones that occur least often without another of them are dropped until
    /// <see cref="TargetWords"/> are left.
    /// </summary>
    private static HashSet<string> TargetWordsOf(PartPool[] pools)
    {
        var words = pools.Select(pool => pool.Sentences.Select(sentence => sentence.Tree.Leaves.Where(leaf => leaf.Label is "JJ" or "RB" or "NNP" && Combinations.IsContent(leaf)).Select(leaf => leaf.Word!).ToArray()).ToList()).ToList();
        var targets = Scarcity(words, null).Keys.ToHashSet();
        while (targets.Count > TargetWords)
        {
            var alone = Scarcity(words, targets);
            foreach (var word in targets.Order(StringComparer.Ordinal).OrderBy(word => alone.GetValueOrDefault(word)).Take(Math.Min(10, targets.Count - TargetWords)).ToList())
                targets.Remove(word);
        }
        return targets;
    }

    /// <summary>For each word the sentences that have it in the part where these are fewest, in units of that part's share; with <paramref name="targets"/>, sentences with no other of them.</summary>
    private static SortedDictionary<string, int> Scarcity(List<List<string[]>> words, HashSet<string>? targets)
    {
        var counts = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
        for (var part = 0; part < words.Count; part++)
            foreach (var sentence in words[part])
            {
                var relevant = targets is null ? sentence : sentence.Where(targets.Contains).ToArray();
                if (targets is not null && relevant.Length != 1)
                    continue;
                foreach (var word in relevant.Distinct())
                {
                    if (!counts.TryGetValue(word, out var count))
                        counts.Add(word, count = new int[3]);
                    count[part]++;
                }
            }
        return new SortedDictionary<string, int>(counts.ToDictionary(entry => entry.Key, entry => Math.Min(entry.Value[0] / 5, Math.Min(entry.Value[1], entry.Value[2]))), StringComparer.Ordinal);
    }

    /// <summary>A task whose label is read off a sentence: the same number of sentences of each class, spread over <paramref name="spread"/> if given.</summary>
    private ProbingTask Classes(string name, PartPool[] pools, Func<PoolSentence, string?> label, Func<PoolSentence, int>? spread = null)
    {
        return Task(name, pools, pool =>
        {
            var classes = new SortedDictionary<string, List<PoolSentence>>(StringComparer.Ordinal);
            foreach (var sentence in pool.Sentences)
                if (label(sentence) is { } value)
                {
                    if (!classes.TryGetValue(value, out var members))
                        classes.Add(value, members = []);
                    members.Add(sentence);
                }
            var each = Math.Min((pool.Size + classes.Count - 1) / classes.Count, classes.Values.Min(members => members.Count));
            return classes.SelectMany(entry => Preferred(entry.Value, each, spread).Select(sentence => new ProbingExample(entry.Key, sentence.Text)));
        });
    }

    /// <summary>Sentences already used by another task come first; with <paramref name="spread"/> each value of it in turn.</summary>
    private List<PoolSentence> Preferred(List<PoolSentence> members, int count, Func<PoolSentence, int>? spread)
    {
        var ordered = members.OrderBy(sentence => _used.Contains(sentence.Text) ? 0 : 1);
        var chosen = spread is null
            ? ordered.Take(count).ToList()
            : [.. ordered.GroupBy(spread).SelectMany(group => group.Select((sentence, rank) => (sentence, rank, group.Key))).OrderBy(item => item.rank).ThenBy(item => item.Key).Take(count).Select(item => item.sentence)];
        foreach (var sentence in chosen)
            _used.Add(sentence.Text);
        return chosen;
    }

    /// <summary>A task of originals and altered sentences, half and half; no sentence occurs in both forms.</summary>
    private ProbingTask Altered(string name, PartPool[] pools, string original, string altered, Func<PartPool, PoolSentence, string?> alter)
    {
        return Task(name, pools, pool =>
        {
            var examples = new List<ProbingExample>();
            var eligible = Preferred(pool.Sentences.Where(s => s.Tree.Production is "NP VP ." or "PP , NP VP ." or "ADVP NP VP ." or "SBAR , NP VP ." or "S , CC S ." && s.Main.Subject is not null).ToList(), pool.Size + pool.Size / 2, null);
            pool.Random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(eligible));
            int originals = 0, alterations = 0;
            foreach (var sentence in eligible)
            {
                if (alterations < pool.Size / 2 && alterations <= originals && alter(pool, sentence) is { } text)
                {
                    examples.Add(new ProbingExample(altered, text));
                    alterations++;
                }
                else if (originals < pool.Size / 2 && originals < alterations)
                {
                    examples.Add(new ProbingExample(original, sentence.Text));
                    originals++;
                }
            }
            return examples;
        });
    }

    /// <summary>Two neighbouring words change places; never the same word twice, never the full stop.</summary>
    private static string? BigramShift(PartPool pool, PoolSentence sentence)
    {
        var words = sentence.Tree.Leaves.Select(leaf => leaf.Word!).ToArray();
        var i = pool.Random.Next(words.Length - 2);
        if (words[i] == words[i + 1] || words[i] == "," || words[i + 1] == ",")
            return null;
        (words[i], words[i + 1]) = (words[i + 1], words[i]);
        return string.Join(' ', words);
    }

    /// <summary>The subject, the verb or the object gives way to a word of about its frequency that does not fit there.</summary>
    private static string? OddManOut(PartPool pool, PoolSentence sentence)
    {
        var main = sentence.Main;
        var predicate = (SimplePredicate)main.Clause.Predicate;
        for (var attempt = 0; attempt < 20; attempt++)
        {
            Predication? odd = null;
            var kind = pool.Random.Next(3);
            if (kind == 0 && main.Clause.Subject is QuantifiedNounPhrase subject)
            {
                var noun = pool.AnyNoun();
                if (!main.Verb.Subjects.Any(noun.IsA) && pool.AreAsFrequent(noun.Singular, subject.Nominal.Noun.Singular))
                    odd = main.Clause with { Subject = subject with { Nominal = new Nominal(noun, [], subject.Nominal.Modifier, subject.Nominal.Relative) } };
            }
            else if (kind == 1 && predicate.Body is Transitive { Object: QuantifiedNounPhrase target } transitive)
            {
                var noun = pool.AnyNoun();
                if (!main.Verb.Objects.Any(noun.IsA) && pool.AreAsFrequent(noun.Singular, target.Nominal.Noun.Singular))
                    odd = main.Clause with { Predicate = predicate with { Body = transitive with { Object = target with { Nominal = new Nominal(noun, [], target.Nominal.Modifier, target.Nominal.Relative) } } } };
            }
            else if (kind == 2)
            {
                var verb = pool.AnyVerb();
                if (verb.Frame != main.Verb.Frame || verb == main.Verb || !pool.AreAsFrequent(verb.Base, main.Verb.Base))
                    continue;
                var fits = (main.Subject is null || verb.Subjects.Any(main.Subject.IsA)) && (main.Object is null || verb.Objects.Any(main.Object.IsA));
                if (!fits && predicate.Body is Transitive t)
                    odd = main.Clause with { Predicate = predicate with { Body = t with { Verb = verb } } };
                else if (!fits && predicate.Body is Intransitive i)
                    odd = main.Clause with { Predicate = predicate with { Body = i with { Verb = verb } } };
            }
            if (odd is not null)
                return sentence.Rebuild(odd).Text;
        }
        return null;
    }

    /// <summary>Two clauses of which the second refers back to the first; inverted they refer to what has not been said.</summary>
    private static ProbingTask CoordinationInversion(PartPool[] pools) => Task("coordination_inversion", pools, pool =>
    {
        var examples = new List<ProbingExample>();
        var met = new HashSet<string>();
        while (examples.Count < pool.Size)
        {
            var (first, join, second) = pool.Sequence();
            if (!met.Add($"{first} {second}"))
                continue;
            var inverted = examples.Count % 2 == 1;
            examples.Add(new ProbingExample(inverted ? "I" : "O", inverted ? $"{second} {join} {first} ." : $"{first} {join} {second} ."));
        }
        return examples;
    });

    private static ProbingTask Task(string name, PartPool[] pools, Func<PartPool, IEnumerable<ProbingExample>> part)
    {
        var parts = pools.Select(pool =>
        {
            var examples = part(pool).ToArray();
            pool.Random.Shuffle(examples.AsSpan());
            return examples;
        }).ToArray();
        return new ProbingTask(name, parts[0], parts[1], parts[2]);
    }

    /// <summary>The sentences of one part, and what its tasks draw on.</summary>
    private sealed class PartPool
    {
        private readonly ProbingPool _pool;
        private readonly Dictionary<string, int> _frequency = [];
        private readonly List<Noun> _nouns;

        internal PartPool(ProbingPool pool, int size, ulong seed, Split split, CancellationToken cancellationToken)
        {
            _pool = pool;
            Size = size;
            Split = split;
            Random = SeededRandom.ForStream(seed, 3100 + (ulong)split);
            Sentences = pool.Draw(size * Oversampling(split), cancellationToken);
            _nouns = [.. pool.Nouns.OrderBy(noun => noun.Order)];
            foreach (var sentence in Sentences)
            {
                foreach (var noun in new[] { sentence.Main.Subject, sentence.Main.Object })
                    if (noun is not null)
                        _frequency[noun.Singular] = _frequency.GetValueOrDefault(noun.Singular) + 1;
                _frequency[sentence.Main.Verb.Base] = _frequency.GetValueOrDefault(sentence.Main.Verb.Base) + 1;
            }
        }

        internal int Size { get; }
        internal Split Split { get; }
        internal SeededRandom Random { get; }
        internal IReadOnlyList<PoolSentence> Sentences { get; }

        internal Noun AnyNoun() => _nouns[Random.Next(_nouns.Count)];

        internal Verb AnyVerb() => _pool.Verbs[Random.Next(_pool.Verbs.Count)];

        /// <summary>Whether one is at most twice as frequent as the other in main clauses.</summary>
        internal bool AreAsFrequent(string a, string b)
        {
            var x = _frequency.GetValueOrDefault(a);
            var y = _frequency.GetValueOrDefault(b);
            return x <= 2 * y && y <= 2 * x;
        }

        internal (string First, string Join, string Second) Sequence()
        {
            var s = _pool.Sampler;
            var tense = s.Chance(0.5) ? Tense.Past : Tense.Present;
            var first = _pool.Main(s.Random.Next(2));
            var subject = first.Clause.Subject;
            if (subject is QuantifiedNounPhrase { Determiner: var determiner } np && s.Chance(0.5))
                subject = np with { Determiner = determiner.Number == Number.Plural ? Determiner.Two : Determiner.A };
            var opening = first.Clause with { Subject = subject };
            var kind = first.Subject ?? s.Lexicon.Noun("person");
            VerbPhrase body;
            do
                body = new SentenceSampler(s).Body(kind, 1);
            while (body is Embedding);
            var reference = s.PronounFor(subject);
            var closing = new Predication(reference, new SimplePredicate(body, s.Chance(0.1)));
            var then = s.Random.Next(3) switch { 0 => " then", 1 => " later", _ => "" };
            return (Realizer.Realize(opening, tense).Text, $", {s.OneOf("and", "and", "but", "so")}{then}", Realizer.Realize(closing, tense).Text);
        }
    }
}
