namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Short names for the pieces of abstract syntax that proposals are made of.</summary>
internal static class Build
{
    internal static NounPhrase The(Noun noun) => Np(Determiner.The, noun);

    internal static NounPhrase Np(Determiner determiner, Noun noun) => new QuantifiedNounPhrase(determiner, new Nominal(noun));

    internal static NounPhrase Np(Determiner determiner, Nominal nominal) => new QuantifiedNounPhrase(determiner, nominal);

    internal static Clause Says(NounPhrase subject, VerbPhrase vp, bool negative = false) => new Predication(subject, new SimplePredicate(vp, negative));

    /// <summary>A transitive fact in either voice: "x chased y" or "y was chased by x".</summary>
    internal static Clause Does(NounPhrase agent, Verb verb, NounPhrase patient, bool passive, bool negative) =>
        passive ? Says(patient, new Passive(verb, agent), negative) : Says(agent, new Transitive(verb, patient), negative);

    /// <summary>"the head near the other".</summary>
    internal static NounPhrase Near(Sampler s, Noun head, Noun other) =>
        Np(Determiner.The, new Nominal(head, [], new PrepositionalModifier(s.Lexicon.Prepositions[s.Random.Next(3)], The(other))));

    /// <summary>The same truth value said plainly or through "manage" and "fail": not P is "failed to P", P is "did not fail to P".</summary>
    internal static FiniteVerbPhrase Polar(Sampler s, VerbPhrase vp, bool negative, double implicative)
    {
        if (!s.Chance(implicative))
            return new SimplePredicate(vp, negative);
        var fail = s.Lexicon.Verb("fail");
        if (negative)
            return s.Chance(0.7) ? new SimplePredicate(new ImplicativeVerbPhrase(fail, vp)) : new SimplePredicate(new ImplicativeVerbPhrase(s.Lexicon.Verb("manage"), vp), true);
        return s.Chance(0.3) ? new SimplePredicate(new ImplicativeVerbPhrase(s.Lexicon.Verb("manage"), vp)) : new SimplePredicate(new ImplicativeVerbPhrase(fail, vp), true);
    }
}
