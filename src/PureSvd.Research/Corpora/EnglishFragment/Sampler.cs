using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Seeded choices from the lexicon that respect what words select.</summary>
internal sealed class Sampler
{
    private readonly Dictionary<string, IReadOnlyList<Noun>> _under = [];
    private readonly IReadOnlyList<Verb> _reversible;
    private readonly IReadOnlyList<Verb>[] _ofFrame;
    private readonly IReadOnlyList<Adjective>[] _adjectives;

    internal Sampler(SeededRandom random)
    {
        Random = random;
        _ofFrame = [.. Enum.GetValues<VerbFrame>().Select(frame => Lexicon.Verbs.Where(verb => verb.Frame == frame).ToList())];
        _adjectives = [.. Lexicon.Nouns.Select(noun => Lexicon.Adjectives.Where(adjective => adjective.Classes.Any(noun.IsA)).ToList())];
        _reversible = [.. OfFrame(VerbFrame.Transitive).Where(IsReversible)];
    }

    internal SeededRandom Random { get; }
    internal Lexicon Lexicon { get; } = Lexicon.Default;

    internal bool Chance(double probability) => Random.NextDouble() < probability;

    internal T Pick<T>(IReadOnlyList<T> items) => items[Random.Next(items.Count)];

    internal T OneOf<T>(params ReadOnlySpan<T> items) => items[Random.Next(items.Length)];

    internal Tense Tense() => Chance(0.65) ? EnglishFragment.Tense.Past : EnglishFragment.Tense.Present;

    /// <summary>A noun at or below one of <paramref name="classes"/>, other than those in <paramref name="taken"/>.</summary>
    internal Noun NounUnder(IReadOnlyList<Noun> classes, params IReadOnlyList<Noun> taken)
    {
        var nouns = Under(classes);
        Noun noun;
        do
            noun = Pick(nouns);
        while (taken.Contains(noun));
        return noun;
    }

    /// <summary>Nouns that may stand in both places of a reversible verb: persons, and some animals.</summary>
    internal Noun Agent(Verb verb, params IReadOnlyList<Noun> taken) => NounUnder(verb.Subjects, taken);

    internal Verb Reversible() => Pick(_reversible);

    internal Verb OfFrameFor(VerbFrame frame, Noun subject) => Pick([.. OfFrame(frame).Where(verb => verb.Subjects.Any(subject.IsA))]);

    internal IReadOnlyList<Verb> OfFrame(VerbFrame frame) => _ofFrame[(int)frame];

    /// <summary>An adjective that may stand before this noun; null where none may.</summary>
    internal Adjective? AttributeFor(Noun noun)
    {
        var fitting = AdjectivesFor(noun).Where(adjective => adjective.Attributive).ToList();
        return fitting.Count == 0 ? null : Pick(fitting);
    }

    internal IReadOnlyList<Adjective> AdjectivesFor(Noun noun) => _adjectives[noun.Order];

    internal string Name() => Pick(Lexicon.Names);

    /// <summary>A pronoun for a subject: its number, and the gender of its noun or name where that has one.</summary>
    internal Pronoun PronounFor(NounPhrase antecedent)
    {
        if (Realizer.NumberOf(antecedent) == Number.Plural)
            return Pronoun.They;
        if (antecedent is ProperName { Name: var name })
            return Lexicon.IsFemale(name) ? Pronoun.She : Pronoun.He;
        if (antecedent is not QuantifiedNounPhrase { Nominal.Noun: var noun } || !noun.IsA(Lexicon.Noun("person")))
            return Pronoun.It;
        return noun.Singular switch
        {
            "man" or "boy" or "king" => Pronoun.He,
            "woman" or "girl" or "queen" => Pronoun.She,
            _ => Chance(0.5) ? Pronoun.He : Pronoun.She,
        };
    }

    /// <summary>Nouns at or below any of <paramref name="classes"/>, in the order of the table.</summary>
    internal IReadOnlyList<Noun> Under(IReadOnlyList<Noun> classes)
    {
        var key = string.Join(',', classes);
        if (!_under.TryGetValue(key, out var nouns))
            _under.Add(key, nouns = [.. Lexicon.Nouns.Where(noun => classes.Any(noun.IsA))]);
        return nouns;
    }

    /// <summary>Whether subjects and objects can change places.</summary>
    private static bool IsReversible(Verb verb) => verb.Subjects.All(subject => verb.Objects.Any(subject.IsA));
}
