using static PureSvd.Research.Corpora.EnglishFragment.Build;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Determiners, negation and their order.</summary>
internal static class QuantifierPhenomena
{
    private static readonly Determiner[] Quantifiers =
    [
        Determiner.Every, Determiner.Every, Determiner.All, Determiner.Each, Determiner.Some, Determiner.Some, Determiner.A, Determiner.Two,
        Determiner.AtLeastTwo, Determiner.No, Determiner.No, Determiner.No, Determiner.NotEvery, Determiner.AtMostOne,
    ];

    /// <summary>A word gives way to one above or below it where the premise is upward monotone.</summary>
    internal static (Clause, Clause)? MonotoneUp(Sampler s) => Monotone(s, up: true);

    /// <summary>The same where the premise is downward monotone.</summary>
    internal static (Clause, Clause)? MonotoneDown(Sampler s) => Monotone(s, up: false);

    /// <summary>Two quantifiers, in either order.</summary>
    internal static (Clause, Clause)? QuantifierScope(Sampler s)
    {
        var verb = s.Pick(s.OfFrame(VerbFrame.Transitive));
        var a = s.NounUnder(verb.Subjects);
        var b = s.NounUnder(verb.Objects, a);
        return (Two(s, verb, a, b), Two(s, verb, a, b));
    }

    /// <summary>Negation inside, outside, and doubled: "not every", "did not", "failed to", "it is not true that".</summary>
    internal static (Clause, Clause)? NegationScope(Sampler s)
    {
        var noun = s.NounUnder([s.Lexicon.Noun("person"), s.Lexicon.Noun("animal")]);
        var verb = s.OfFrameFor(VerbFrame.Intransitive, noun);
        return (Negation(s, noun, verb), Negation(s, noun, verb));
    }

    // One roundabout form a sentence at most: a tower of them asks for parity, not for scope.
    private static Clause Negation(Sampler s, Noun noun, Verb verb)
    {
        var determiner = s.OneOf(Determiner.Every, Determiner.Every, Determiner.Some, Determiner.Some, Determiner.No, Determiner.NotEvery, Determiner.The, Determiner.The);
        var plain = s.Chance(0.7);
        var truth = !plain && s.Chance(0.5);
        var negative = determiner.Kind is not (QuantifierKind.NotEvery or QuantifierKind.AtMost) && s.Chance(0.4);
        Clause clause = new Predication(Np(determiner, noun), Polar(s, new Intransitive(verb), negative, plain || truth ? 0 : 1));
        return truth ? s.OneOf(new TruthClause(false, false, clause), new TruthClause(true, false, clause), new TruthClause(false, true, clause)) : clause;
    }

    private static Clause Two(Sampler s, Verb verb, Noun a, Noun b)
    {
        var passive = s.Chance(0.45);
        var first = s.OneOf(Determiner.Every, Determiner.Every, Determiner.A, Determiner.Some, Determiner.No, Determiner.NotEvery);
        var negative = first.Kind is QuantifierKind.Every or QuantifierKind.AtLeast && s.Chance(0.2);
        var second = s.OneOf(Determiner.Every, Determiner.Every, negative ? Determiner.Any : Determiner.A, negative ? Determiner.Any : Determiner.A);
        return passive ? Says(Np(first, b), new Passive(verb, Np(second, a)), negative) : Says(Np(first, a), new Transitive(verb, Np(second, b)), negative);
    }

    private static (Clause, Clause)? Monotone(Sampler s, bool up)
    {
        var premise = s.Pick(Quantifiers);
        var hypothesis = s.Pick(Quantifiers);
        var negative = false;
        var hypothesisNegative = false;
        if (s.Chance(0.35))
        {
            premise = hypothesis = Determiner.The;
            negative = s.Chance(0.5);
            hypothesisNegative = s.Chance(0.5);
        }
        var changeNoun = premise != Determiner.The && s.Chance(0.5);
        if (IsUpward(premise, negative, changeNoun) != up)
            return null;

        var kind = s.Random.Next(premise == Determiner.The ? 3 : 2);
        var noun = s.NounUnder(changeNoun ? s.Lexicon.Nouns.Where(n => n.Parent is null && n.Children.Count > 0).ToList() : [s.Lexicon.Noun("person"), s.Lexicon.Noun("animal"), s.Lexicon.Noun("vehicle"), s.Lexicon.Noun("toy")]);
        var other = changeNoun ? Related(s, noun) : noun;
        if (other is null)
            return null;
        if (kind == 2)
            return Kinds(s, negative, hypothesisNegative);
        VerbPhrase? first, second;
        if (kind == 0)
            (first, second) = Adjectives(s, noun, other, !changeNoun || s.Chance(0.4));
        else
            (first, second) = Verbs(s, noun, other, !changeNoun);
        if (first is null || second is null)
            return null;
        return (Says(Np(premise, noun), first, negative), Says(Np(hypothesis, other), second, hypothesisNegative));
    }

    /// <summary>"the animal is a poodle": the kinds themselves.</summary>
    private static (Clause, Clause)? Kinds(Sampler s, bool negative, bool hypothesisNegative)
    {
        var low = s.Pick(s.Lexicon.Nouns.Where(n => n.Parent is not null).ToList());
        var subject = low;
        while (subject.Parent is not null)
            subject = subject.Parent;
        var other = Related(s, low);
        if (other is null || other == subject || low == subject)
            return null;
        return (Says(The(subject), new PredicateNoun(low), negative), Says(The(subject), new PredicateNoun(other), hypothesisNegative));
    }

    private static (VerbPhrase?, VerbPhrase?) Adjectives(Sampler s, Noun noun, Noun other, bool change)
    {
        var fitting = s.AdjectivesFor(noun).Intersect(s.AdjectivesFor(other)).ToList();
        if (fitting.Count == 0)
            return (null, null);
        var adjective = s.Pick(fitting);
        if (!change)
            return (new PredicateAdjective(adjective), new PredicateAdjective(adjective));
        var related = fitting.Where(a => a != adjective && a.Group == adjective.Group).ToList();
        var close = related.Where(a => a.IsA(adjective) || adjective.IsA(a)).ToList();
        if (close.Count > 0 && s.Chance(0.6))
            related = close;
        return related.Count == 0 ? (null, null) : (new PredicateAdjective(adjective), new PredicateAdjective(s.Pick(related)));
    }

    private static (VerbPhrase?, VerbPhrase?) Verbs(Sampler s, Noun noun, Noun other, bool change)
    {
        var fitting = s.OfFrame(VerbFrame.Intransitive).Where(v => v.Subjects.Any(noun.IsA) && v.Subjects.Any(other.IsA)).ToList();
        if (change)
            fitting = [.. fitting.Where(v => fitting.Any(w => w != v && (w.IsA(v) || v.IsA(w))))];
        if (fitting.Count == 0)
            return (null, null);
        var verb = s.Pick(fitting);
        if (!change)
            return (new Intransitive(verb), new Intransitive(verb));
        return (new Intransitive(verb), new Intransitive(s.Pick(fitting.Where(v => v != verb && (v.IsA(verb) || verb.IsA(v))).ToList())));
    }

    /// <summary>A noun above or below, or now and then one beside.</summary>
    private static Noun? Related(Sampler s, Noun noun)
    {
        if (s.Chance(0.25))
            return noun.Parent is null ? null : s.Pick(noun.Parent.Children.Where(n => n != noun).ToList());
        var above = s.Lexicon.Nouns.Where(n => n != noun && noun.IsA(n)).ToList();
        var below = s.Lexicon.Nouns.Where(n => n != noun && n.IsA(noun)).ToList();
        var chain = above.Count > 0 && (below.Count == 0 || s.Chance(0.5)) ? above : below;
        return chain.Count == 0 ? null : s.Pick(chain);
    }

    private static bool IsUpward(Determiner determiner, bool negative, bool restrictor) => determiner.Kind switch
    {
        QuantifierKind.Every => !restrictor,
        QuantifierKind.NotEvery => restrictor,
        QuantifierKind.AtLeast => true,
        QuantifierKind.AtMost => false,
        _ => !negative,
    };
}
