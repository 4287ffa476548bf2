using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Draws whole sentences of the fragment at large, for running text and for the pool of probing sentences.</summary>
internal sealed class SentenceSampler(Sampler s)
{
    private static readonly Determiner[] SubjectDeterminers =
    [
        Determiner.The, Determiner.The, Determiner.The, Determiner.The, Determiner.A, Determiner.A, Determiner.ThePlural, Determiner.ThePlural, Determiner.Every, Determiner.Some,
        Determiner.No, Determiner.Two, Determiner.Three, Determiner.AtLeastTwo, Determiner.All, Determiner.Each, Determiner.ExactlyOne, Determiner.ExactlyTwo,
    ];

    private static readonly Determiner[] ObjectDeterminers =
    [
        Determiner.The, Determiner.The, Determiner.The, Determiner.A, Determiner.A, Determiner.A, Determiner.ThePlural, Determiner.ThePlural, Determiner.Two, Determiner.Three,
        Determiner.All, Determiner.Every,
    ];

    /// <summary>A clause; <paramref name="depth"/> bounds how many clauses may lie inside one another.</summary>
    internal Clause Clause(int depth = 2)
    {
        if (depth > 0 && s.Chance(0.12))
            return new CoordinatedClause(s.Chance(0.8) ? Conjunction.And : Conjunction.Or, Clause(depth - 1), Clause(depth - 1));
        var (subject, noun) = Subject(depth);
        return new Predication(subject, Predicate(noun, depth, s.Chance(0.15)));
    }

    /// <summary>A subject with the noun that heads it.</summary>
    internal (NounPhrase, Noun) Subject(int depth)
    {
        var verbless = s.Lexicon.Noun("person");
        if (s.Chance(0.15))
            return (new ProperName(s.Name()), verbless);
        var noun = s.NounUnder([verbless, verbless, s.Lexicon.Noun("animal"), s.Lexicon.Noun(s.Chance(0.5) ? "vehicle" : "plant")]);
        return (Phrase(noun, s.Pick(SubjectDeterminers), depth), noun);
    }

    /// <summary>A noun phrase around <paramref name="noun"/>.</summary>
    internal NounPhrase Phrase(Noun noun, Determiner determiner, int depth)
    {
        var adjectives = new List<Adjective>();
        if (s.Chance(0.3) && s.AttributeFor(noun) is { } adjective)
            adjectives.Add(adjective);
        PrepositionalModifier? modifier = null;
        RelativeClause? relative = null;
        if (depth > 0 && s.Chance(0.1))
            modifier = new PrepositionalModifier(s.Lexicon.Prepositions[s.Random.Next(3)], Np(Determiner.The, s.NounUnder([s.Lexicon.Noun("building"), s.Lexicon.Noun("tree"), s.Lexicon.Noun("furniture"), s.Lexicon.Noun("place")])));
        else if (depth > 0 && s.Chance(0.15))
            relative = Relative(noun, depth - 1);
        return Np(determiner, new Nominal(noun, adjectives, modifier, relative));
    }

    /// <summary>A predicate that fits a subject of this kind.</summary>
    internal FiniteVerbPhrase Predicate(Noun subject, int depth, bool negative)
    {
        if (depth > 0 && s.Chance(0.08))
        {
            var left = Predicate(subject, 0, s.Chance(0.1));
            var right = Predicate(subject, 0, s.Chance(0.1));
            return new CoordinatedPredicate(Conjunction.And, left, right);
        }
        return new SimplePredicate(Body(subject, depth), negative);
    }

    /// <summary>A verb phrase that fits a subject of this kind.</summary>
    internal VerbPhrase Body(Noun subject, int depth)
    {
        var verbs = s.Lexicon.Verbs.Where(verb => verb.Subjects.Any(subject.IsA) && (depth > 0 || verb.Frame is VerbFrame.Intransitive or VerbFrame.Transitive or VerbFrame.Ditransitive)).ToList();
        var adjectives = s.AdjectivesFor(subject);
        if (verbs.Count == 0 || adjectives.Count > 0 && s.Chance(0.12))
            return new PredicateAdjective(s.Pick(adjectives));
        var roll = s.Random.NextDouble();
        var frame = roll < 0.28 ? VerbFrame.Intransitive : roll < 0.78 ? VerbFrame.Transitive : roll < 0.88 ? VerbFrame.Ditransitive : roll < 0.96 ? VerbFrame.Clausal : VerbFrame.Implicative;
        var ofFrame = verbs.Where(verb => verb.Frame == frame).ToList();
        var verb = s.Pick(ofFrame.Count > 0 ? ofFrame : verbs);
        switch (verb.Frame)
        {
            case VerbFrame.Intransitive:
                return new Intransitive(verb, Modifiers(0.5));
            case VerbFrame.Transitive:
                var target = s.NounUnder(verb.Objects, subject);
                if (s.Chance(0.12))
                    return new Passive(PassiveFor(subject) ?? verb, s.Chance(0.6) ? Phrase(s.NounUnder((PassiveFor(subject) ?? verb).Subjects, subject), s.OneOf(Determiner.The, Determiner.A), 0) : null);
                return new Transitive(verb, target.IsA(s.Lexicon.Noun("person")) && s.Chance(0.15) ? new ProperName(s.Name()) : Phrase(target, s.Pick(ObjectDeterminers), depth - 1), Modifiers(0.25));
            case VerbFrame.Ditransitive:
                return new Ditransitive(verb, Phrase(s.NounUnder(verb.Objects, subject), s.OneOf(Determiner.The, Determiner.A, Determiner.ThePlural), 0), Phrase(s.NounUnder(verb.Themes), s.Pick(ObjectDeterminers), 0), s.Chance(0.5));
            case VerbFrame.Clausal:
                return new Embedding(verb, Clause(depth - 1));
            default:
                return new ImplicativeVerbPhrase(verb, Body(subject, 0) is var inner && inner is Intransitive or Transitive or Ditransitive ? inner : new Intransitive(s.OfFrameFor(VerbFrame.Intransitive, subject)));
        }
    }

    private Verb? PassiveFor(Noun patient)
    {
        var verbs = s.OfFrame(VerbFrame.Transitive).Where(verb => verb.Objects.Any(patient.IsA)).ToList();
        return verbs.Count == 0 ? null : verbs[patient.Order % verbs.Count];
    }

    private VerbModifiers Modifiers(double chance) =>
        !s.Chance(chance) ? VerbModifiers.None : s.Chance(0.5) ? new VerbModifiers(s.Pick(s.Lexicon.Adverbs)) : new VerbModifiers(null, s.Pick(s.Lexicon.Places));

    private RelativeClause Relative(Noun noun, int depth)
    {
        var verbs = s.OfFrame(VerbFrame.Transitive).Where(verb => verb.Objects.Any(noun.IsA)).ToList();
        if (verbs.Count > 0 && s.Chance(0.5))
        {
            var verb = s.Pick(verbs);
            return new ObjectRelative(Phrase(s.NounUnder(verb.Subjects, noun), s.OneOf(Determiner.The, Determiner.A, Determiner.ThePlural), 0), verb);
        }
        return new SubjectRelative(Predicate(noun, depth, s.Chance(0.1)));
    }
}
