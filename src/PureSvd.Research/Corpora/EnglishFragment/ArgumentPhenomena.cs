using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Who did what to whom: the words are the same, their places are not.</summary>
internal static class ArgumentPhenomena
{
    /// <summary>The hypothesis is made of the premise's words; the noun next to the verb is often not its argument (HANS, McCoy et al. 2019).</summary>
    internal static (Clause, Clause)? LexicalOverlap(Sampler s)
    {
        var verb = s.Reversible();
        var a = s.Agent(verb);
        var b = s.Agent(verb, a);
        var c = s.Agent(verb, a, b);
        NounPhrase subject = The(a), patient = The(c);
        switch (s.Random.Next(5))
        {
            case 0:
                subject = Near(s, a, b);
                break;
            case 1:
                patient = Near(s, c, b);
                break;
            case 2:
                subject = new CoordinatedNounPhrase(s.OneOf(Conjunction.And, Conjunction.Or), The(a), The(b));
                break;
            case 3:
                patient = new CoordinatedNounPhrase(s.OneOf(Conjunction.And, Conjunction.Or), The(c), The(b));
                break;
            default:
                subject = Np(Determiner.The, new Nominal(a, [], null, new SubjectRelative(new SimplePredicate(new Transitive(verb, The(b)), s.Chance(0.3)))));
                break;
        }
        var premise = Does(subject, verb, patient, s.Chance(0.25), s.Chance(0.45));
        Noun[] nouns = [a, b, c];
        s.Random.Shuffle(nouns.AsSpan());
        var hypothesis = Does(The(nouns[0]), verb, The(nouns[1]), s.Chance(0.25), s.Chance(0.45));
        return (premise, hypothesis);
    }

    /// <summary>Subject and object keep their places or change them, in either voice and polarity.</summary>
    internal static (Clause, Clause)? SubjectObjectSwap(Sampler s)
    {
        var verb = s.Reversible();
        var a = Argument(s, verb);
        var b = Argument(s, verb);
        if (a.Equals(b) || a.Weak.Equals(b.Weak))
            return null;
        var premise = Polarized(s, a.Strong, verb, b.Strong, s.Chance(0.3), s.Chance(0.45));
        var passive = s.Chance(0.4);
        var negative = s.Chance(0.45);
        var x = s.Chance(0.35) ? a.Weak : a.Strong;
        var y = s.Chance(0.35) ? b.Weak : b.Strong;
        var hypothesis = s.Chance(0.55) ? Polarized(s, x, verb, y, passive, negative) : Polarized(s, y, verb, x, passive, negative);
        return (premise, hypothesis);
    }

    /// <summary>Active, passive, and passive without its agent.</summary>
    internal static (Clause, Clause)? Passive(Sampler s)
    {
        var reversible = s.Chance(0.5);
        var verb = reversible ? s.Reversible() : s.Pick(s.OfFrame(VerbFrame.Transitive));
        var a = s.NounUnder(verb.Subjects);
        var b = s.NounUnder(reversible ? verb.Subjects : verb.Objects, a);
        var patient = s.Chance(0.6) ? Determiner.The : Determiner.A;
        var premise = Voice(s, Np(s.OneOf(Determiner.The, Determiner.The, Determiner.A, Determiner.No), a), verb, Np(patient, b), s.Chance(0.4));
        var (agent, target) = reversible && s.Chance(0.45) ? (b, a) : (a, b);
        if (s.Chance(0.1))
            agent = s.NounUnder(verb.Subjects, a, b);
        var hypothesis = Voice(s, Np(s.OneOf(Determiner.The, Determiner.The, Determiner.A, Determiner.No), agent), verb, Np(s.Chance(0.8) ? patient : Determiner.A, target), s.Chance(0.4));
        return (premise, hypothesis);
    }

    /// <summary>"gave the boy a book" and "gave a book to the boy".</summary>
    internal static (Clause, Clause)? Dative(Sampler s)
    {
        var specific = s.Pick(s.OfFrame(VerbFrame.Ditransitive));
        var general = s.Chance(0.4) ? specific.Hypernym ?? specific : specific;
        var giver = s.NounUnder([s.Lexicon.Noun("person")]);
        var recipient = s.NounUnder([s.Lexicon.Noun("person")], giver);
        var theme = s.NounUnder(specific.Themes);
        var up = s.Chance(0.5);
        var determiner = s.OneOf(Determiner.The, Determiner.A, Determiner.A);
        var premise = Gives(The(giver), up ? specific : general, The(recipient), s.Chance(0.15) ? Np(Determiner.No, theme) : Np(determiner, theme), s.Chance(0.5), s.Chance(0.35));
        var swap = s.Chance(0.35);
        var hypothesis = Gives(The(swap ? recipient : giver), up ? general : specific, The(swap ? giver : recipient),
            s.Chance(0.15) ? Np(Determiner.No, theme) : Np(s.Chance(0.7) ? determiner : Determiner.A, theme), s.Chance(0.5), s.Chance(0.35));
        return (premise, hypothesis);
    }

    private static Clause Gives(NounPhrase giver, Verb verb, NounPhrase recipient, NounPhrase theme, bool prepositional, bool negative) =>
        Says(giver, new Ditransitive(verb, recipient, theme, prepositional), negative && theme is not QuantifiedNounPhrase { Determiner.Kind: QuantifierKind.AtMost });

    /// <summary>An argument as the premise has it and a weaker form of it.</summary>
    private static (NounPhrase Strong, NounPhrase Weak) Argument(Sampler s, Verb verb)
    {
        if (s.Chance(0.3) && verb.Subjects.Any(s.Lexicon.Noun("person").IsA))
        {
            var name = new ProperName(s.Name());
            return (name, name);
        }
        var noun = s.Agent(verb);
        return (The(noun), Np(Determiner.A, noun));
    }

    private static Clause Polarized(Sampler s, NounPhrase agent, Verb verb, NounPhrase patient, bool passive, bool negative)
    {
        if (passive)
            return Says(patient, new Passive(verb, agent), negative);
        return new Predication(agent, Polar(s, new Transitive(verb, patient), negative, 0.25));
    }

    private static Clause Voice(Sampler s, NounPhrase agent, Verb verb, NounPhrase patient, bool agentless)
    {
        var negative = s.Chance(0.4) && agent is not QuantifiedNounPhrase { Determiner.Kind: QuantifierKind.AtMost };
        if (agentless)
            return Says(patient, new Passive(verb, null), negative);
        var passive = s.Chance(0.5) && agent is not QuantifiedNounPhrase { Determiner.Kind: QuantifierKind.AtMost };
        return Does(agent, verb, patient, passive, negative);
    }
}
