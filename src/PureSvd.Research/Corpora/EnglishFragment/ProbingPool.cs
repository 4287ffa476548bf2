using PureSvd.LinearAlgebra;
using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>The parts of a probing task, as SentEval marks them: <c>tr</c>, <c>va</c>, <c>te</c>.</summary>
internal enum Split { Train, Dev, Test }

/// <summary>A sentence of the pool with what the tasks ask about.</summary>
/// <param name="Tree">Its tree.</param>
/// <param name="Main">Its main clause.</param>
/// <param name="Tense">The tense of its main verb; null where that has none (an imperative).</param>
/// <param name="Rebuild">The same sentence around another main clause.</param>
internal sealed record PoolSentence(Tree Tree, MainClause Main, Tense? Tense, Func<Predication, Tree> Rebuild)
{
    internal string Text { get; } = Tree.Text;
}

/// <summary>A main clause whose subject, verb and object are the words that the tasks ask about.</summary>
internal sealed record MainClause(Predication Clause, Noun? Subject, Verb Verb, Noun? Object)
{
    internal Number SubjectNumber => Realizer.NumberOf(Clause.Subject);

    /// <summary>Number of the direct object; null without one.</summary>
    internal Number? ObjectNumber => Clause.Predicate is SimplePredicate { Body: Transitive { Object: QuantifiedNounPhrase np } } ? Realizer.NumberOf(np) : null;
}

/// <summary>
/// Draws the sentences of the probing tasks. The words in the main clause's subject, verb and object belong to one part alone (as SentEval has it for
/// tense and number), so that a probe cannot know the answer by heart; the rest of a sentence uses all words.
/// </summary>
internal sealed class ProbingPool
{
    private static readonly string[] PastAdverbs = ["yesterday", "once", "later", "finally", "then", "perhaps", "meanwhile"];
    private static readonly string[] PresentAdverbs = ["today", "now", "usually", "finally", "then", "perhaps", "meanwhile"];
    private static readonly string[] Subordinators = ["when", "because", "after", "before", "while", "although", "if"];

    private readonly Sampler _s;
    private readonly SentenceSampler _sentences;
    private readonly IReadOnlyList<Verb> _verbs;
    private readonly IReadOnlyList<Verb> _clausal;
    private readonly HashSet<Noun> _nouns;

    internal ProbingPool(ulong seed, Split split)
    {
        _s = new Sampler(SeededRandom.ForStream(seed, 3000 + (ulong)split));
        _sentences = new SentenceSampler(_s);
        _verbs = [.. _s.Lexicon.Verbs.Where(verb => verb.Frame is VerbFrame.Intransitive or VerbFrame.Transitive or VerbFrame.Clausal or VerbFrame.Ditransitive && SplitOf(verb.Base) == split)];
        _clausal = [.. _verbs.Where(verb => verb.Frame == VerbFrame.Clausal)];
        _nouns = [.. _s.Lexicon.Nouns.Where(noun => noun.Singular != noun.Plural && SplitOf(noun.Singular) == split)];
    }

    /// <summary>The part in which a word may head a main clause: six in ten for training, two each for the others.</summary>
    internal static Split SplitOf(string word) => (Combinations.Hash("probing:" + word) % 10) switch { < 6 => Split.Train, < 8 => Split.Dev, _ => Split.Test };

    internal Sampler Sampler => _s;

    /// <summary>Distinct sentences of at most 28 tokens.</summary>
    internal IReadOnlyList<PoolSentence> Draw(int count, CancellationToken cancellationToken)
    {
        var sentences = new List<PoolSentence>(count);
        var met = new HashSet<string>();
        while (sentences.Count < count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sentence = Sentence();
            var length = sentence.Tree.Leaves.Count();
            if (length is >= 5 and <= 28 && met.Add(sentence.Text))
                sentences.Add(sentence);
        }
        return sentences;
    }

    /// <summary>A main clause, its words drawn from this part's.</summary>
    internal MainClause Main(int depth)
    {
        while (true)
        {
            var verb = depth > 2 && _clausal.Count > 0 && _s.Chance(0.6) ? _s.Pick(_clausal) : _s.Pick(_verbs);
            if (depth <= 2 && verb.Frame is VerbFrame.Clausal or VerbFrame.Ditransitive && _s.Chance(0.5))
                continue;
            var named = _s.Chance(0.1) && verb.Subjects.Contains(_s.Lexicon.Noun("person"));
            var subject = named ? null : Own(verb.Subjects);
            var target = verb.Frame == VerbFrame.Transitive ? Own(verb.Objects) : null;
            if (!named && subject is null || verb.Frame == VerbFrame.Transitive && target is null)
                continue;
            var np = subject is null ? new ProperName(_s.Name()) : _sentences.Phrase(subject, SubjectDeterminer(), depth);
            VerbPhrase vp = verb.Frame switch
            {
                VerbFrame.Intransitive => new Intransitive(verb, Modifiers()),
                VerbFrame.Transitive => new Transitive(verb, _sentences.Phrase(target!, _s.OneOf(Determiner.The, Determiner.The, Determiner.ThePlural, Determiner.ThePlural, Determiner.A, Determiner.Two, Determiner.All), depth), Modifiers()),
                VerbFrame.Ditransitive => new Ditransitive(verb, Np(Determiner.The, _s.NounUnder(verb.Objects)), Np(_s.OneOf(Determiner.The, Determiner.A, Determiner.ThePlural), _s.NounUnder(verb.Themes)), _s.Chance(0.5)),
                _ => new Embedding(verb, _sentences.Clause(Math.Max(0, depth - 1))),
            };
            return new MainClause(new Predication(np, new SimplePredicate(vp, _s.Chance(0.08))), subject, verb, target);
        }
    }

    /// <summary>A word of this part under one of <paramref name="classes"/>; null where there is none.</summary>
    internal Noun? Own(IReadOnlyList<Noun> classes)
    {
        var fitting = _s.Under(classes).Where(_nouns.Contains).ToList();
        return fitting.Count == 0 ? null : _s.Pick(fitting);
    }

    /// <summary>The verbs that may head a main clause of this part.</summary>
    internal IReadOnlyList<Verb> Verbs => _verbs;

    /// <summary>The nouns that may be subject or object of a main clause of this part.</summary>
    internal IReadOnlyCollection<Noun> Nouns => _nouns;

    private Determiner SubjectDeterminer() => _s.OneOf(Determiner.The, Determiner.The, Determiner.The, Determiner.A, Determiner.ThePlural, Determiner.ThePlural, Determiner.ThePlural,
        Determiner.Two, Determiner.Every, Determiner.All);

    private VerbModifiers Modifiers() => _s.Random.Next(4) switch
    {
        0 => new VerbModifiers(_s.Pick(_s.Lexicon.Adverbs)),
        1 => new VerbModifiers(null, _s.Pick(_s.Lexicon.Places)),
        _ => VerbModifiers.None,
    };

    private PoolSentence Sentence()
    {
        var tense = _s.Chance(0.5) ? Tense.Past : Tense.Present;
        // Three sizes, so that short and long, flat and deep sentences are all frequent.
        var size = _s.Random.Next(3);
        var main = Main(size == 0 ? 0 : size + _s.Random.Next(2));
        var frame = Frame(tense, size);
        Tree Rebuild(Predication clause) => frame(Realizer.Subject(clause.Subject, tense), Realizer.Realize(clause.Predicate, tense, Realizer.NumberOf(clause.Subject)), clause);
        var tree = Rebuild(main.Clause);
        return new PoolSentence(tree, main, tree.Children[0].Label == "VP" ? null : tense, Rebuild);
    }

    /// <summary>What stands around the main clause: a function from its subject and predicate to the tree of the whole.</summary>
    private Func<Tree, Tree, Predication, Tree> Frame(Tense tense, int size)
    {
        var adverb = Tree.Node("ADVP", Tree.Leaf("RB", _s.Pick(tense == Tense.Past ? PastAdverbs : PresentAdverbs)));
        var place = Realizer.Realize(_s.Pick(_s.Lexicon.Places));
        var conjunction = Tree.Leaf("CC", _s.OneOf("and", "but", "so"));
        var manner = Tree.Node("ADVP", Tree.Leaf("RB", _s.Pick(_s.Lexicon.Adverbs)));
        var otherTense = _s.Chance(0.8) ? tense : 1 - tense;
        var other = Realizer.Realize(_sentences.Clause(size == 2 ? 3 : size), otherTense);
        if (size == 2 && _s.Chance(0.4))
            other = Tree.Node("S", other, Tree.Leaf("CC", _s.OneOf("and", "but")), Realizer.Realize(_sentences.Clause(1), otherTense));
        var subordinate = Tree.Node("SBAR", Tree.Leaf("IN", _s.Pick(Subordinators)), other);
        var call = Tree.Node("NP", Tree.Leaf("NNP", _s.Name()));
        Tree stop = Tree.Leaf(".", "."), comma = Tree.Leaf(",", ",");
        return _s.Random.Next(26) switch
        {
            0 => (np, vp, _) => Tree.Node("S", adverb, np, vp, stop),
            1 => (np, vp, _) => Tree.Node("S", adverb, comma, np, vp, stop),
            2 => (np, vp, _) => Tree.Node("S", place, np, vp, stop),
            3 => (np, vp, _) => Tree.Node("S", place, comma, np, vp, stop),
            4 => (np, vp, _) => Tree.Node("S", subordinate, comma, np, vp, stop),
            5 => (np, vp, _) => Tree.Node("S", subordinate, np, vp, stop),
            6 => (np, vp, _) => Tree.Node("S", Tree.Node("S", np, vp), conjunction, other, stop),
            7 or 8 => (np, vp, _) => Tree.Node("S", Tree.Node("S", np, vp), comma, conjunction, other, stop),
            9 => (np, vp, _) => Tree.Node("S", conjunction, np, vp, stop),
            10 => (np, vp, _) => Tree.Node("S", np, manner, vp, stop),
            11 or 12 => (np, vp, clause) => Question(np, clause, tense),
            13 => (np, vp, clause) => Tree.Node("SBARQ", Tree.Node("WHNP", Tree.Leaf("WP", "who")), Tree.Node("SQ", Realizer.Realize(clause.Predicate, tense, Number.Singular)), Tree.Leaf(".", "?")),
            14 => (np, vp, clause) => Tree.Node("SBARQ", [Tree.Node("WHADVP", Tree.Leaf("WRB", adverb.Leaves.First().Word![0] < 'n' ? "where" : "why")), Tree.Node("SQ", Inverted(np, clause, tense)), Tree.Leaf(".", "?")]),
            15 => (_, _, clause) => Tree.Node("S", Realizer.Bare(((SimplePredicate)clause.Predicate).Body), stop),
            16 => (np, vp, _) => Tree.Node("S", other, comma, np, vp, stop),
            17 => (np, vp, _) => Tree.Node("S", Tree.Node("INTJ", Tree.Leaf("UH", manner.Leaves.First().Word![0] < 'm' ? "well" : "yes")), comma, np, vp, stop),
            18 => (np, vp, _) => Tree.Node("S", call, comma, np, vp, stop),
            19 => (np, vp, _) => Tree.Node("S", Tree.Node("S", np, vp), Tree.Leaf(":", ";"), other, stop),
            20 => (np, vp, _) => Tree.Node("S", conjunction, adverb, np, vp, stop),
            21 => (np, vp, _) => Tree.Node("S", conjunction, subordinate, comma, np, vp, stop),
            22 => (np, vp, _) => Tree.Node("S", place, comma, adverb, np, vp, stop),
            _ => (np, vp, _) => Tree.Node("S", np, vp, stop),
        };
    }

    private static Tree Question(Tree np, Predication clause, Tense tense) => Tree.Node("SQ", [.. Inverted(np, clause, tense), Tree.Leaf(".", "?")]);

    private static IReadOnlyList<Tree> Inverted(Tree np, Predication clause, Tense tense)
    {
        var predicate = (SimplePredicate)clause.Predicate;
        return [Realizer.Do(tense, Realizer.NumberOf(clause.Subject)), np, Realizer.Bare(predicate.Body)];
    }
}
