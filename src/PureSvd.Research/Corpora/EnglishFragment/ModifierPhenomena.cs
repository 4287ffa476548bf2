using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Adjectives, adverbs, places and relative clauses that come and go.</summary>
internal static class ModifierPhenomena
{
    private static readonly Determiner[] Determiners =
    [
        Determiner.The, Determiner.The, Determiner.A, Determiner.A, Determiner.Some, Determiner.Every, Determiner.Every, Determiner.No, Determiner.No, Determiner.AtLeastTwo,
    ];

    /// <summary>The hypothesis has fewer modifiers.</summary>
    internal static (Clause, Clause)? Dropped(Sampler s) => Pair(s) is var (more, less) ? (more, less) : null;

    /// <summary>The hypothesis has more.</summary>
    internal static (Clause, Clause)? Added(Sampler s) => Pair(s) is var (more, less) ? (less, more) : null;

    private static (Clause More, Clause Less)? Pair(Sampler s)
    {
        var agent = s.NounUnder([s.Lexicon.Noun("person"), s.Lexicon.Noun("animal"), s.Lexicon.Noun("vehicle")]);
        var transitive = s.Chance(0.4);
        var verb = s.OfFrameFor(transitive && !agent.IsA(s.Lexicon.Noun("vehicle")) ? VerbFrame.Transitive : VerbFrame.Intransitive, agent);
        var target = verb.Frame == VerbFrame.Transitive ? s.NounUnder(verb.Objects, agent) : null;
        var adjective = s.AttributeFor(agent)!;
        var objectAdjective = target is null ? null : s.AttributeFor(target);
        var adverb = s.Pick(s.Lexicon.Adverbs);
        var place = s.Pick(s.Lexicon.Places);
        if (target is null)
        {
            var adjectival = s.Chance(0.5);
            return (Clause(adjectival, !adjectival || s.Chance(0.3)), Clause(false, false));
        }
        var onSubject = s.Chance(0.4);
        var onObject = !onSubject && objectAdjective is not null;
        return (With(onSubject, onObject, !onSubject && !onObject), With(false, false, false));

        Clause Clause(bool withAdjective, bool withVerbal)
        {
            var modifiers = !withVerbal ? VerbModifiers.None : s.Chance(0.5) ? new VerbModifiers(adverb) : new VerbModifiers(null, place);
            var determiner = s.Pick(Determiners);
            return Says(Np(determiner, new Nominal(agent, withAdjective ? [adjective] : [])), new Intransitive(verb, modifiers), IsPlain(determiner) && s.Chance(0.35));
        }

        Clause With(bool subject, bool @object, bool verbal)
        {
            var determiner = s.Pick(Determiners);
            var negative = IsPlain(determiner) && s.Chance(0.3);
            var objectDeterminer = negative ? s.OneOf(Determiner.The, Determiner.Any) : s.OneOf(Determiner.The, Determiner.A, Determiner.Every, Determiner.No);
            if (determiner.Kind == QuantifierKind.AtMost && objectDeterminer.Kind == QuantifierKind.AtMost)
                objectDeterminer = Determiner.A;
            var np = Np(objectDeterminer, new Nominal(target!, @object ? [objectAdjective!] : []));
            return Says(Np(determiner, new Nominal(agent, subject ? [adjective] : [])), new Transitive(verb, np, verbal ? new VerbModifiers(adverb) : VerbModifiers.None), negative);
        }
    }

    private static bool IsPlain(Determiner determiner) => determiner.Kind is QuantifierKind.Definite or QuantifierKind.AtLeast && determiner.Number == Number.Singular;
}
