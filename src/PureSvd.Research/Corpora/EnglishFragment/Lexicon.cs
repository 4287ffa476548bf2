using System.Collections.Frozen;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>What a verb takes.</summary>
internal enum VerbFrame { Intransitive, Transitive, Ditransitive, Clausal, Implicative }

/// <summary>What follows about the clause that a verb embeds.</summary>
internal enum Factivity { None, Factive, Counterfactive }

/// <summary>A common noun and its place in the lattice.</summary>
internal sealed class Noun(string singular, string plural, Noun? parent, int order)
{
    internal string Singular { get; } = singular;
    internal string Plural { get; } = plural;
    internal Noun? Parent { get; } = parent;

    /// <summary>Place in the table, from 0: the order of everything that lists nouns.</summary>
    internal int Order { get; } = order;
    internal List<Noun> Children { get; } = [];
    internal bool ChildrenExclusive { get; init; }

    /// <summary>Whether this noun is <paramref name="other"/> or lies below it.</summary>
    internal bool IsA(Noun other)
    {
        for (var noun = this; noun is not null; noun = noun.Parent)
            if (noun == other)
                return true;
        return false;
    }

    public override string ToString() => Singular;
}

/// <summary>A verb with its forms, what it selects, and the verb that it entails.</summary>
internal sealed class Verb
{
    internal required string Base { get; init; }
    internal required string Third { get; init; }
    internal required string Past { get; init; }
    internal required string Participle { get; init; }
    internal required VerbFrame Frame { get; init; }

    /// <summary>Nouns under which a subject may lie.</summary>
    internal required IReadOnlyList<Noun> Subjects { get; init; }

    /// <summary>Nouns under which an object (the recipient, for a ditransitive verb) may lie.</summary>
    internal required IReadOnlyList<Noun> Objects { get; init; }

    /// <summary>Nouns under which the thing given may lie.</summary>
    internal required IReadOnlyList<Noun> Themes { get; init; }
    internal Verb? Hypernym { get; init; }
    internal Factivity Factivity { get; init; }
    internal IReadOnlyList<string> Forms => [Base, Third, Past, Participle];

    /// <summary>Whether this verb is <paramref name="other"/> or entails it.</summary>
    internal bool IsA(Verb other)
    {
        for (var verb = this; verb is not null; verb = verb.Hypernym)
            if (verb == other)
                return true;
        return false;
    }

    public override string ToString() => Base;
}

/// <summary>An intersective adjective.</summary>
internal sealed class Adjective(string word, Adjective? hypernym, int group, IReadOnlyList<Noun> classes, bool attributive)
{
    internal string Word { get; } = word;
    internal Adjective? Hypernym { get; } = hypernym;

    /// <summary>Adjectives of one group exclude one another unless one lies below the other.</summary>
    internal int Group { get; } = group;
    internal IReadOnlyList<Noun> Classes { get; } = classes;

    /// <summary>Whether it may stand before a noun.</summary>
    internal bool Attributive { get; } = attributive;
    internal bool IsA(Adjective other) => this == other || Hypernym == other;
    private Adjective Top => Hypernym ?? this;
    internal bool Excludes(Adjective other) => Group == other.Group && Top != other.Top;
    public override string ToString() => Word;
}

/// <summary>A preposition that relates two individuals.</summary>
internal sealed record Preposition(string Word, Preposition? Hypernym);

/// <summary>A verb-phrase modifier of place: a preposition and a definite noun.</summary>
internal sealed record Place(string Preposition, Noun Noun);

/// <summary>The words of the fragment. Immutable; one instance serves all.</summary>
internal sealed class Lexicon
{
    private readonly FrozenDictionary<string, Noun> _nouns;
    private readonly FrozenDictionary<string, Verb> _verbs;
    private readonly FrozenDictionary<string, Adjective> _adjectives;
    private readonly FrozenDictionary<string, string> _generality;
    private readonly FrozenDictionary<string, string> _factivity;
    private readonly List<(Noun, Noun)> _exclusivePersons = [];

    /// <summary>The lexicon of <see cref="LexiconTables"/>.</summary>
    internal static Lexicon Default { get; } = new();

    private Lexicon()
    {
        Nouns = ReadNouns();
        _nouns = Nouns.ToFrozenDictionary(noun => noun.Singular);
        foreach (var group in LexiconTables.ExclusivePersons.Split('|'))
        {
            var words = Words(group);
            _exclusivePersons.Add((Noun(words[0]), Noun(words[1])));
        }

        Verbs = ReadVerbs();
        _verbs = Verbs.ToFrozenDictionary(verb => verb.Base);
        Adjectives = ReadAdjectives();
        _adjectives = Adjectives.ToFrozenDictionary(adjective => adjective.Word);
        Adverbs = Words(LexiconTables.Adverbs);
        Names = Words(LexiconTables.Names);
        Places = [.. Words(LexiconTables.Places).Select(place => place.Split(':')).Select(parts => new Place(parts[0], Noun(parts[1])))];
        var prepositions = new List<Preposition>();
        foreach (var entry in LexiconTables.Prepositions.Split(';'))
        {
            var parts = entry.Split('<', StringSplitOptions.TrimEntries);
            prepositions.Add(new Preposition(parts[0], parts.Length > 1 ? prepositions.Single(p => p.Word == parts[1]) : null));
        }
        Prepositions = prepositions;

        var generality = new Dictionary<string, string>();
        foreach (var noun in Nouns)
            generality[noun.Singular] = generality[noun.Plural] = noun.Children.Count == 0 ? "low" : noun.Parent is null ? "top" : "middle";
        foreach (var verb in Verbs)
            foreach (var form in verb.Forms)
                generality[form] = verb.Hypernym is not null ? "low" : Verbs.Any(other => other.Hypernym == verb) ? "top" : "alone";
        foreach (var adjective in Adjectives)
            generality[adjective.Word] = adjective.Hypernym is not null ? "low" : Adjectives.Any(other => other.Hypernym == adjective) ? "top" : "alone";
        _generality = generality.ToFrozenDictionary();
        _factivity = Verbs.Where(verb => verb.Frame == VerbFrame.Clausal).SelectMany(verb => verb.Forms.Distinct().Select(form => (form, verb.Factivity.ToString())))
            .ToFrozenDictionary(entry => entry.form, entry => entry.Item2);
    }

    /// <summary>Where in its lattice a word form stands.</summary>
    internal string Generality(string form) => _generality.GetValueOrDefault(form, "");

    /// <summary>What an embedding verb presupposes; empty for any other word.</summary>
    internal string FactivityMark(string form) => _factivity.GetValueOrDefault(form, "");

    internal IReadOnlyList<Noun> Nouns { get; }
    internal IReadOnlyList<Verb> Verbs { get; }
    internal IReadOnlyList<Adjective> Adjectives { get; }
    internal IReadOnlyList<string> Adverbs { get; }
    internal IReadOnlyList<Place> Places { get; }
    internal IReadOnlyList<Preposition> Prepositions { get; }
    internal IReadOnlyList<string> Names { get; }

    /// <summary>Names of men and women alternate in the table.</summary>
    internal bool IsFemale(string name)
    {
        for (var i = 1; i < Names.Count; i += 2)
            if (Names[i] == name)
                return true;
        return false;
    }

    internal Noun Noun(string singular) => _nouns[singular];
    internal Verb Verb(string form) => _verbs[form];
    internal Adjective Adjective(string word) => _adjectives[word];

    /// <summary>Whether nothing can be both: two words of which some pair at or above them is declared exclusive.</summary>
    internal bool Exclude(Noun a, Noun b)
    {
        if (a.IsA(b) || b.IsA(a))
            return false;
        foreach (var (left, right) in _exclusivePersons)
            if (a.IsA(left) && b.IsA(right) || a.IsA(right) && b.IsA(left))
                return true;
        for (var x = a; x is not null; x = x.Parent)
            for (var y = b; y is not null; y = y.Parent)
                if (x != y && x.Parent == y.Parent && (x.Parent is null || x.Parent.ChildrenExclusive))
                    return true;
        return false;
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static List<Noun> ReadNouns()
    {
        var nouns = new List<Noun>();
        var path = new List<Noun>();
        foreach (var line in LexiconTables.Nouns.Split('\n'))
        {
            var depth = (line.Length - line.TrimStart().Length) / 2;
            var parts = Words(line.Trim());
            var forms = parts[0].Split('/');
            path.RemoveRange(depth, path.Count - depth);
            var parent = depth == 0 ? null : path[depth - 1];
            var noun = new Noun(forms[0], forms.Length > 1 ? forms[1] : forms[0] + "s", parent, nouns.Count) { ChildrenExclusive = parts.Length > 1 };
            parent?.Children.Add(noun);
            path.Add(noun);
            nouns.Add(noun);
        }
        return nouns;
    }

    private List<Verb> ReadVerbs()
    {
        var verbs = new List<Verb>();
        foreach (var line in LexiconTables.Verbs.Split('\n'))
        {
            var sides = line.Split('<', StringSplitOptions.TrimEntries);
            var fields = Words(sides[0]);
            var forms = fields[0].Split('/');
            var stem = forms[0];
            var frame = fields[1] switch
            {
                "i" => VerbFrame.Intransitive,
                "t" => VerbFrame.Transitive,
                "d" => VerbFrame.Ditransitive,
                "s" => VerbFrame.Clausal,
                _ => VerbFrame.Implicative,
            };
            var past = stem.EndsWith('e') ? stem + "d" : stem + "ed";
            verbs.Add(new Verb
            {
                Base = stem,
                Third = forms.Length > 1 ? forms[1] : stem + "s",
                Past = forms.Length > 2 ? forms[2] : past,
                Participle = forms.Length > 3 ? forms[3] : past,
                Frame = frame,
                Subjects = Classes(fields[2]),
                Objects = fields.Length > 3 ? Classes(fields[3]) : [],
                Themes = fields.Length > 4 ? Classes(fields[4]) : [],
                Hypernym = sides.Length > 1 ? verbs.Single(verb => verb.Base == sides[1]) : null,
                Factivity = Words(LexiconTables.Factive).Contains(stem) ? Factivity.Factive
                    : Words(LexiconTables.Counterfactive).Contains(stem) ? Factivity.Counterfactive : Factivity.None,
            });
        }
        return verbs;
    }

    private List<Adjective> ReadAdjectives()
    {
        var adjectives = new List<Adjective>();
        var group = 0;
        foreach (var line in LexiconTables.Adjectives.Split('\n'))
        {
            var sides = line.Split(':', StringSplitOptions.TrimEntries);
            var classes = Classes(sides[1]);
            foreach (var word in Words(sides[0]))
            {
                var attributive = !word.StartsWith('*');
                var parts = word.TrimStart('*').Split('<');
                adjectives.Add(new Adjective(parts[0], parts.Length > 1 ? adjectives.Single(a => a.Word == parts[1]) : null, group, classes, attributive));
            }
            group++;
        }
        return adjectives;
    }

    private List<Noun> Classes(string field) => [.. field.Split(',').Select(Noun)];
}
