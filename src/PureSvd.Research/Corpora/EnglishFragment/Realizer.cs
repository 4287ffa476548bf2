namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>From abstract syntax to a constituency tree, with agreement, tense and do-support.</summary>
internal static class Realizer
{
    /// <summary>The tree of a sentence, with its full stop.</summary>
    internal static Tree Realize(Sentence sentence)
    {
        var clause = Realize(sentence.Clause, sentence.Tense);
        return Tree.Node(clause.Label, [.. clause.Children, Tree.Leaf(".", ".")]);
    }

    /// <summary>The tree of a clause, without a full stop.</summary>
    internal static Tree Realize(Clause clause, Tense tense) => clause switch
    {
        Predication p => Tree.Node("S", Subject(p.Subject, tense), Realize(p.Predicate, tense, NumberOf(p.Subject))),
        CoordinatedClause c => Tree.Node("S", Realize(c.Left, tense), Word(c.Conjunction), Realize(c.Right, tense)),
        TruthClause t => Truth(t, tense),
        _ => throw new InvalidOperationException(clause.ToString()),
    };

    /// <summary>The number with which a verb agrees.</summary>
    internal static Number NumberOf(NounPhrase np) => np switch
    {
        QuantifiedNounPhrase q => q.Determiner.Number,
        CoordinatedNounPhrase { Conjunction: Conjunction.And } => Number.Plural,
        CoordinatedNounPhrase c => NumberOf(c.Right),
        Pronoun p => p.Number,
        _ => Number.Singular,
    };

    /// <summary>A noun phrase as the subject of its clause.</summary>
    internal static Tree Subject(NounPhrase np, Tense tense) => np is Pronoun pronoun ? Tree.Node("NP", Tree.Leaf("PRP", pronoun.Nominative)) : Realize(np, tense);

    /// <summary>A noun phrase anywhere else.</summary>
    internal static Tree Realize(NounPhrase np, Tense tense) => np switch
    {
        Pronoun pronoun => Tree.Node("NP", Tree.Leaf("PRP", pronoun.Accusative)),
        ProperName name => Tree.Node("NP", Tree.Leaf("NNP", name.Name)),
        IndefinitePronoun pronoun => Tree.Node("NP", Tree.Leaf("NN", pronoun.Word)),
        CoordinatedNounPhrase c => Tree.Node("NP", Realize(c.Left, tense), Word(c.Conjunction), Realize(c.Right, tense)),
        QuantifiedNounPhrase q => Quantified(q, tense),
        _ => throw new InvalidOperationException(np.ToString()),
    };

    internal static Tree Realize(FiniteVerbPhrase vp, Tense tense, Number number) => vp switch
    {
        SimplePredicate s => Finite(s.Body, s.Negative, tense, number),
        CoordinatedPredicate c => Tree.Node("VP", Realize(c.Left, tense, number), c.Contrastive ? Tree.Leaf("CC", "but") : Word(c.Conjunction), Realize(c.Right, tense, number)),
        _ => throw new InvalidOperationException(vp.ToString()),
    };

    /// <summary>A verb in a finite form, with its tag.</summary>
    internal static Tree FiniteVerb(Verb verb, Tense tense, Number number) => (tense, number) switch
    {
        (Tense.Past, _) => Tree.Leaf("VBD", verb.Past),
        (_, Number.Singular) => Tree.Leaf("VBZ", verb.Third),
        _ => Tree.Leaf("VBP", verb.Base),
    };

    /// <summary>A form of "be", with its tag.</summary>
    internal static Tree Be(Tense tense, Number number) => (tense, number) switch
    {
        (Tense.Past, Number.Singular) => Tree.Leaf("VBD", "was"),
        (Tense.Past, _) => Tree.Leaf("VBD", "were"),
        (_, Number.Singular) => Tree.Leaf("VBZ", "is"),
        _ => Tree.Leaf("VBP", "are"),
    };

    /// <summary>A form of "do", with its tag.</summary>
    internal static Tree Do(Tense tense, Number number) => (tense, number) switch
    {
        (Tense.Past, _) => Tree.Leaf("VBD", "did"),
        (_, Number.Singular) => Tree.Leaf("VBZ", "does"),
        _ => Tree.Leaf("VBP", "do"),
    };

    internal static Tree Word(Conjunction conjunction) => Tree.Leaf("CC", conjunction == Conjunction.And ? "and" : "or");

    /// <summary>The verb phrase without tense: "run", "be red", "fail to run".</summary>
    internal static Tree Bare(VerbPhrase vp) => vp is PredicateAdjective or PredicateNoun or Passive
        ? Tree.Node("VP", [Tree.Leaf("VB", "be"), .. CopulaComplements(vp, Tense.Past, Number.Singular)])
        : Tree.Node("VP", [Tree.Leaf("VB", VerbOf(vp).Base), .. Complements(vp, Tense.Past)]);

    private static Tree Finite(VerbPhrase vp, bool negative, Tense tense, Number number)
    {
        if (vp is PredicateAdjective or PredicateNoun or Passive)
        {
            IEnumerable<Tree> not = negative ? [Not()] : [];
            return Tree.Node("VP", [Be(tense, number), .. not, .. CopulaComplements(vp, tense, number)]);
        }
        if (!negative)
            return Tree.Node("VP", [FiniteVerb(VerbOf(vp), tense, number), .. Complements(vp, tense)]);
        return Tree.Node("VP", Do(tense, number), Not(), Tree.Node("VP", [Tree.Leaf("VB", VerbOf(vp).Base), .. Complements(vp, tense)]));
    }

    private static Tree Not() => Tree.Leaf("RB", "not");

    private static Verb VerbOf(VerbPhrase vp) => vp switch
    {
        Intransitive i => i.Verb,
        Transitive t => t.Verb,
        Ditransitive d => d.Verb,
        Embedding e => e.Verb,
        ImplicativeVerbPhrase i => i.Verb,
        _ => throw new InvalidOperationException(vp.ToString()),
    };

    private static IEnumerable<Tree> Complements(VerbPhrase vp, Tense tense) => vp switch
    {
        Intransitive i => Modifiers(i.Modifiers),
        Transitive t => [Realize(t.Object, tense), .. Modifiers(t.Modifiers)],
        Ditransitive { Prepositional: false } d => [Realize(d.Recipient, tense), Realize(d.Theme, tense)],
        Ditransitive d => [Realize(d.Theme, tense), Tree.Node("PP", Tree.Leaf("TO", "to"), Realize(d.Recipient, tense))],
        Embedding e => [Tree.Node("SBAR", Tree.Leaf("IN", "that"), Realize(e.Complement, tense))],
        ImplicativeVerbPhrase i => [Tree.Node("S", Tree.Node("VP", Tree.Leaf("TO", "to"), Bare(i.Complement)))],
        _ => throw new InvalidOperationException(vp.ToString()),
    };

    private static IEnumerable<Tree> CopulaComplements(VerbPhrase vp, Tense tense, Number number) => vp switch
    {
        PredicateAdjective a => [Tree.Node("ADJP", Tree.Leaf("JJ", a.Adjective.Word))],
        PredicateNoun n when number == Number.Plural => [Tree.Node("NP", Tree.Leaf("NNS", n.Noun.Plural))],
        PredicateNoun n => [Tree.Node("NP", Tree.Leaf("DT", Article(n.Noun.Singular)), Tree.Leaf("NN", n.Noun.Singular))],
        Passive p => [Tree.Node("VP", [Tree.Leaf("VBN", p.Verb.Participle), .. By(p, tense), .. Modifiers(p.Modifiers)])],
        _ => throw new InvalidOperationException(vp.ToString()),
    };

    private static IEnumerable<Tree> By(Passive passive, Tense tense) =>
        passive.Agent is null ? [] : [Tree.Node("PP", Tree.Leaf("IN", "by"), Realize(passive.Agent, tense))];

    private static IEnumerable<Tree> Modifiers(VerbModifiers modifiers)
    {
        if (modifiers.Adverb is not null)
            yield return Tree.Node("ADVP", Tree.Leaf("RB", modifiers.Adverb));
        if (modifiers.Place is not null)
            yield return Realize(modifiers.Place);
    }

    internal static Tree Realize(Place place) =>
        Tree.Node("PP", Tree.Leaf("IN", place.Preposition), Tree.Node("NP", Tree.Leaf("DT", "the"), Tree.Leaf("NN", place.Noun.Singular)));

    private static Tree Truth(TruthClause clause, Tense tense)
    {
        IEnumerable<Tree> not = clause.Negative ? [Not()] : [];
        var judgement = Tree.Node("ADJP", Tree.Leaf("JJ", clause.False ? "false" : "true"));
        var complement = Tree.Node("SBAR", Tree.Leaf("IN", "that"), Realize(clause.Complement, tense));
        return Tree.Node("S", Tree.Node("NP", Tree.Leaf("PRP", "it")), Tree.Node("VP", [Be(Tense.Present, Number.Singular), .. not, judgement, complement]));
    }

    private static Tree Quantified(QuantifiedNounPhrase np, Tense tense)
    {
        var nominal = np.Nominal;
        var plural = np.Determiner.Number == Number.Plural;
        var head = plural ? Tree.Leaf("NNS", nominal.Noun.Plural) : Tree.Leaf("NN", nominal.Noun.Singular);
        var rest = nominal.Adjectives.Select(adjective => Tree.Leaf("JJ", adjective.Word)).Append(head).ToList();
        var basic = Tree.Node("NP", [.. Determiners(np.Determiner, rest[0].Word!), .. rest]);
        if (nominal.Modifier is { } modifier)
            basic = Tree.Node("NP", basic, Tree.Node("PP", Tree.Leaf("IN", modifier.Preposition.Word), Realize(modifier.Object, tense)));
        return nominal.Relative is { } relative ? Tree.Node("NP", basic, Realize(relative, tense, np.Determiner.Number)) : basic;
    }

    private static IEnumerable<Tree> Determiners(Determiner determiner, string next) => determiner.Words switch
    {
        "a" => [Tree.Leaf("DT", Article(next))],
        "two" or "three" => [Tree.Leaf("CD", determiner.Words)],
        "not every" => [Tree.Leaf("RB", "not"), Tree.Leaf("DT", "every")],
        "at least two" => [QuantifierPhrase(("IN", "at"), ("JJS", "least"), ("CD", "two"))],
        "at most one" => [QuantifierPhrase(("IN", "at"), ("JJS", "most"), ("CD", "one"))],
        "exactly one" => [QuantifierPhrase(("RB", "exactly"), ("CD", "one"))],
        "exactly two" => [QuantifierPhrase(("RB", "exactly"), ("CD", "two"))],
        _ => [Tree.Leaf("DT", determiner.Words)],
    };

    private static Tree QuantifierPhrase(params (string Tag, string Word)[] words) => Tree.Node("QP", [.. words.Select(word => Tree.Leaf(word.Tag, word.Word))]);

    internal static string Article(string next) => "aeiou".Contains(next[0], StringComparison.Ordinal) ? "an" : "a";

    private static Tree Realize(RelativeClause relative, Tense tense, Number number)
    {
        var that = Tree.Node("WHNP", Tree.Leaf("WDT", "that"));
        switch (relative)
        {
            case SubjectRelative s:
                return Tree.Node("SBAR", that, Tree.Node("S", Realize(s.Predicate, tense, number)));
            case ObjectRelative o:
                var agreement = NumberOf(o.Subject);
                var verb = o.Negative
                    ? Tree.Node("VP", Do(tense, agreement), Not(), Tree.Node("VP", Tree.Leaf("VB", o.Verb.Base)))
                    : Tree.Node("VP", FiniteVerb(o.Verb, tense, agreement));
                return Tree.Node("SBAR", that, Tree.Node("S", Realize(o.Subject, tense), verb));
            default:
                throw new InvalidOperationException(relative.ToString());
        }
    }
}
