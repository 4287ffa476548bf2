using System.Text;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Word combinations and structures that training never sees, chosen by a hash of their words so that no list is needed.</summary>
internal static class Combinations
{
    /// <summary>One combination in so many is held out.</summary>
    private const int CombinationModulus = 10;

    /// <summary>One structure in so many is held out.</summary>
    private const int StructureModulus = 6;

    /// <summary>Whether a combination of two content words is held out of training.</summary>
    internal static bool IsHeldOut(string combination) => Hash("combination:" + combination) % CombinationModulus == 0;

    /// <summary>Whether a structure is held out of training.</summary>
    internal static bool IsHeldOutStructure(string structure) => Hash("structure:" + structure) % StructureModulus == 0;

    /// <summary>
    /// The combinations in a sentence: adjective and noun, subject and verb, verb and object, verb and adverb, as base forms joined by <c>+</c>.
    /// </summary>
    internal static IReadOnlySet<string> In(Sentence sentence)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Visit(sentence.Clause, found);
        return found;
    }

    /// <summary>The sentence with every content word replaced by its tag: the structure that is left.</summary>
    internal static string Skeleton(Tree tree) => string.Join(' ', tree.Leaves.Select(leaf => IsContent(leaf) ? leaf.Label : leaf.Word));

    /// <summary>The structure of a pair: both skeletons.</summary>
    internal static string Structure(Tree premise, Tree hypothesis) => $"{Skeleton(premise)} ⊢ {Skeleton(hypothesis)}";

    /// <summary>Whether a leaf is a content word: a noun, a name, an adjective, a full verb or an adverb of manner.</summary>
    internal static bool IsContent(Tree leaf) => leaf.Label switch
    {
        "NN" or "NNS" or "NNP" => true,
        "JJ" => leaf.Word is not ("true" or "false"),
        "RB" => leaf.Word is not ("not" or "exactly"),
        "VB" or "VBZ" or "VBP" or "VBD" or "VBN" => !FunctionVerbs.Contains(leaf.Word!),
        _ => false,
    };

    /// <summary>64-bit FNV-1a.</summary>
    internal static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 1099511628211UL;
        return hash ^ (hash >> 29);
    }

    private static readonly HashSet<string> FunctionVerbs =
    [
        "be", "is", "are", "was", "were", "do", "does", "did", "fail", "fails", "failed", "manage", "manages", "managed",
    ];

    private static void Visit(Clause clause, SortedSet<string> found)
    {
        switch (clause)
        {
            case Predication p:
                Visit(p.Subject, found);
                Visit(p.Predicate, Heads(p.Subject), found);
                break;
            case CoordinatedClause c:
                Visit(c.Left, found);
                Visit(c.Right, found);
                break;
            case TruthClause t:
                Visit(t.Complement, found);
                break;
        }
    }

    private static void Visit(NounPhrase np, SortedSet<string> found)
    {
        switch (np)
        {
            case CoordinatedNounPhrase c:
                Visit(c.Left, found);
                Visit(c.Right, found);
                break;
            case QuantifiedNounPhrase { Nominal: var nominal }:
                string[] head = [nominal.Noun.Singular];
                foreach (var adjective in nominal.Adjectives)
                    found.Add($"{adjective.Word}+{nominal.Noun.Singular}");
                if (nominal.Modifier is { } modifier)
                    Visit(modifier.Object, found);
                if (nominal.Relative is SubjectRelative s)
                    Visit(s.Predicate, head, found);
                if (nominal.Relative is ObjectRelative o)
                {
                    Visit(o.Subject, found);
                    Pairs(Heads(o.Subject), [o.Verb.Base], found);
                    Pairs([o.Verb.Base], head, found);
                }
                break;
        }
    }

    private static void Visit(FiniteVerbPhrase vp, IReadOnlyList<string> subjects, SortedSet<string> found)
    {
        if (vp is CoordinatedPredicate c)
        {
            Visit(c.Left, subjects, found);
            Visit(c.Right, subjects, found);
        }
        else if (vp is SimplePredicate s)
            Visit(s.Body, subjects, found);
    }

    private static void Visit(VerbPhrase vp, IReadOnlyList<string> subjects, SortedSet<string> found)
    {
        switch (vp)
        {
            case Intransitive i:
                Verbal(i.Verb, subjects, [], i.Modifiers, found);
                break;
            case Transitive t:
                Verbal(t.Verb, subjects, [t.Object], t.Modifiers, found);
                break;
            case Passive p:
                Verbal(p.Verb, p.Agent is null ? [] : Heads(p.Agent), [], p.Modifiers, found);
                if (p.Agent is not null)
                    Visit(p.Agent, found);
                Pairs([p.Verb.Base], subjects, found);
                break;
            case Ditransitive d:
                Verbal(d.Verb, subjects, [d.Recipient, d.Theme], VerbModifiers.None, found);
                break;
            case PredicateAdjective a:
                Pairs([a.Adjective.Word], subjects, found);
                break;
            case PredicateNoun n:
                Pairs(subjects, [n.Noun.Singular], found);
                break;
            case ImplicativeVerbPhrase i:
                Visit(i.Complement, subjects, found);
                break;
            case Embedding e:
                Pairs(subjects, [e.Verb.Base], found);
                Visit(e.Complement, found);
                break;
        }
    }

    private static void Verbal(Verb verb, IReadOnlyList<string> subjects, IReadOnlyList<NounPhrase> objects, VerbModifiers modifiers, SortedSet<string> found)
    {
        Pairs(subjects, [verb.Base], found);
        foreach (var np in objects)
        {
            Visit(np, found);
            Pairs([verb.Base], Heads(np), found);
        }
        if (modifiers.Adverb is not null)
            found.Add($"{verb.Base}+{modifiers.Adverb}");
    }

    private static void Pairs(IReadOnlyList<string> left, IReadOnlyList<string> right, SortedSet<string> found)
    {
        foreach (var l in left)
            foreach (var r in right)
                found.Add($"{l}+{r}");
    }

    private static IReadOnlyList<string> Heads(NounPhrase np) => np switch
    {
        QuantifiedNounPhrase q => [q.Nominal.Noun.Singular],
        ProperName n => [n.Name],
        CoordinatedNounPhrase c => [.. Heads(c.Left), .. Heads(c.Right)],
        _ => [],
    };
}
