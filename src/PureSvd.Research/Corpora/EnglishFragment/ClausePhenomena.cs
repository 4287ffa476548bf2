using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Clauses joined, embedded and relativized.</summary>
internal static class ClausePhenomena
{
    /// <summary>"and", "or" and "but" between noun phrases, verb phrases and clauses.</summary>
    internal static (Clause, Clause)? Coordination(Sampler s)
    {
        var a = Animate(s);
        var b = Animate(s, a);
        var verbs = s.OfFrame(VerbFrame.Intransitive).Where(v => v.Subjects.Any(a.IsA) && v.Subjects.Any(b.IsA)).ToList();
        var v = s.Pick(verbs);
        var w = s.Pick(verbs.Where(x => x != v).ToList());
        NounPhrase x = The(a), y = The(b);
        Func<bool, Clause> first, second;
        Func<Conjunction, bool, bool, Clause> join;
        switch (s.Random.Next(3))
        {
            case 0:
                first = negative => Says(x, new Intransitive(v), negative);
                second = negative => Says(y, new Intransitive(v), negative);
                join = (conjunction, negative, _) => conjunction == Conjunction.Or && negative
                    ? new CoordinatedClause(Conjunction.Or, first(true), second(true))
                    : Says(new CoordinatedNounPhrase(conjunction, x, y), new Intransitive(v), negative);
                break;
            case 1:
                first = negative => Says(x, new Intransitive(v), negative);
                second = negative => Says(x, new Intransitive(w), negative);
                join = (conjunction, left, right) => new Predication(x, new CoordinatedPredicate(conjunction, new SimplePredicate(new Intransitive(v), left),
                    new SimplePredicate(new Intransitive(w), right), conjunction == Conjunction.And && left != right));
                break;
            default:
                first = negative => Says(x, new Intransitive(v), negative);
                second = negative => Says(y, new Intransitive(w), negative);
                join = (conjunction, left, right) => new CoordinatedClause(conjunction, first(left), second(right));
                break;
        }
        var whole = join(s.OneOf(Conjunction.And, Conjunction.Or), s.Chance(0.4), s.Chance(0.4));
        if (s.Chance(0.3))
            return (whole, join(s.OneOf(Conjunction.And, Conjunction.Or), s.Chance(0.4), s.Chance(0.4)));
        var part = (s.Chance(0.5) ? first : second)(s.Chance(0.45));
        return s.Chance(0.6) ? (whole, part) : (part, whole);
    }

    /// <summary>What the relative clause says and what the main clause says, of whom.</summary>
    internal static (Clause, Clause)? RelativeClauses(Sampler s)
    {
        var verb = s.Reversible();
        var a = s.Agent(verb);
        var b = s.Agent(verb, a);
        var main = s.Pick(s.OfFrame(VerbFrame.Intransitive).Where(v => v.Subjects.Any(a.IsA) && v.Subjects.Any(b.IsA)).ToList());
        var determiner = s.OneOf(Determiner.The, Determiner.The, Determiner.The, Determiner.Every, Determiner.No, Determiner.Some);
        var subjectRelative = s.Chance(0.5);
        RelativeClause relative = subjectRelative
            ? new SubjectRelative(new SimplePredicate(new Transitive(verb, The(b)), s.Chance(0.3)))
            : new ObjectRelative(The(b), verb, s.Chance(0.3));
        var head = Np(determiner, new Nominal(a, [], null, relative));
        var premise = Says(head, new Intransitive(main), determiner.Kind != QuantifierKind.AtMost && s.Chance(0.35));
        var weak = determiner == Determiner.The ? The(a) : Np(s.OneOf(Determiner.The, determiner, Determiner.Some, Determiner.No), a);
        var negative = s.Chance(0.45) && weak is not QuantifiedNounPhrase { Determiner.Kind: QuantifierKind.AtMost };
        var hypothesis = s.Random.Next(4) switch
        {
            0 => Says(weak, new Intransitive(main), negative),
            1 => Says(The(b), new Intransitive(main), negative),
            2 => Does(The(a), verb, The(b), s.Chance(0.25), negative),
            _ => Does(The(b), verb, The(a), s.Chance(0.25), negative),
        };
        return (premise, hypothesis);
    }

    /// <summary>What follows from knowing, believing and pretending.</summary>
    internal static (Clause, Clause)? EmbeddingVerbs(Sampler s)
    {
        var verb = s.Pick(s.OfFrame(VerbFrame.Clausal));
        if (s.Chance(0.2))
            verb = s.Lexicon.Verb("pretend");
        var holder = s.NounUnder([s.Lexicon.Noun("person")]);
        var inner = s.Reversible();
        var a = s.Agent(inner, holder);
        var b = s.Agent(inner, holder, a);
        var intransitive = s.OfFrameFor(VerbFrame.Intransitive, a);
        var transitive = s.Chance(0.5);
        var swap = transitive && s.Chance(0.2);
        var premise = Says(The(holder), new Embedding(verb, Content(s.Chance(0.4), false)), s.Chance(0.35));
        var hypothesis = Content(s.Chance(0.45), swap);
        return (premise, s.Chance(0.85) ? hypothesis : Says(The(s.Chance(0.5) ? holder : a), new Embedding(verb, hypothesis), s.Chance(0.3)));

        Clause Content(bool negative, bool swapped) => transitive
            ? Says(The(swapped ? b : a), new Transitive(inner, The(swapped ? a : b)), negative)
            : Says(The(a), new Intransitive(intransitive), negative);
    }

    private static Noun Animate(Sampler s, params IReadOnlyList<Noun> taken) => s.NounUnder([s.Lexicon.Noun("person"), s.Lexicon.Noun("animal")], taken);
}
