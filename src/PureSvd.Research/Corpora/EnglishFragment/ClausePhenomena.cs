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
        var bystander = s.Chance(0.5) ? Animate(s, a, b) : null;
        NounPhrase x = The(a), y = The(b);
        var subject = bystander is null ? x : Near(s, a, bystander);
        if (bystander is not null && verbs.TrueForAll(verb => !verb.Subjects.Any(bystander.IsA)))
            return null;
        Func<bool, Clause> first = negative => Says(x, new Intransitive(v), negative), second;
        Func<Conjunction, bool, bool, Clause> join;
        switch (s.Random.Next(4))
        {
            case 0:
                second = negative => Says(y, new Intransitive(v), negative);
                join = (conjunction, negative, _) => conjunction == Conjunction.Or && negative
                    ? new CoordinatedClause(Conjunction.Or, Says(subject, new Intransitive(v), true), second(true))
                    : Says(new CoordinatedNounPhrase(conjunction, subject, y), new Intransitive(v), negative);
                break;
            case 1:
                second = negative => Says(x, new Intransitive(w), negative);
                join = (conjunction, one, other) => new Predication(subject, new CoordinatedPredicate(conjunction, new SimplePredicate(new Intransitive(v), one),
                    new SimplePredicate(new Intransitive(w), other), conjunction == Conjunction.And && one != other));
                break;
            default:
                second = negative => Says(y, new Intransitive(w), negative);
                join = (conjunction, one, other) => new CoordinatedClause(conjunction, first(one), second(other));
                break;
        }
        var left = s.Chance(0.45);
        var whole = join(s.OneOf(Conjunction.And, Conjunction.And, Conjunction.Or), left, s.Chance(left ? 0.3 : 0.6));
        if (s.Chance(0.12))
            return (whole, join(s.OneOf(Conjunction.And, Conjunction.Or), s.Chance(0.4), s.Chance(0.4)));
        var part = (s.Chance(0.5) ? first : second)(s.Chance(0.45));
        if (s.Chance(0.55))
            part = Says(bystander is not null ? The(bystander) : s.Chance(0.5) ? x : y, new Intransitive(s.OneOf(v, w)), s.Chance(0.45));
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
        var inner = s.Chance(0.45);
        var outer = s.Chance(inner ? 0.3 : 0.6);
        RelativeClause relative = subjectRelative
            ? new SubjectRelative(new SimplePredicate(new Transitive(verb, The(b)), inner))
            : new ObjectRelative(The(b), verb, inner);
        var head = Np(determiner, new Nominal(a, [], null, relative));
        var premise = Says(head, new Intransitive(main), determiner.Kind != QuantifierKind.AtMost && outer);
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
        if (s.Chance(0.35))
            verb = s.Lexicon.Verb("pretend");
        var holder = s.NounUnder([s.Lexicon.Noun("person")]);
        var inner = s.Reversible();
        var a = s.Agent(inner, holder);
        var b = s.Agent(inner, holder, a);
        var intransitive = s.OfFrameFor(VerbFrame.Intransitive, a);
        var transitive = s.Chance(0.5);
        var swap = transitive && s.Chance(0.4);
        var premise = Says(The(holder), new Embedding(verb, Content(s.Chance(0.4), false)), s.Chance(0.35));
        var hypothesis = Content(s.Chance(0.45), swap);
        return (premise, s.Chance(0.8) ? hypothesis : Says(The(s.Chance(0.5) ? holder : a), new Embedding(verb, hypothesis), s.Chance(0.3)));

        Clause Content(bool negative, bool swapped) => transitive
            ? Says(The(swapped ? b : a), new Transitive(inner, The(swapped ? a : b)), negative)
            : Says(The(a), new Intransitive(intransitive), negative);
    }

    private static Noun Animate(Sampler s, params IReadOnlyList<Noun> taken) => s.NounUnder([s.Lexicon.Noun("person"), s.Lexicon.Noun("animal")], taken);
}
