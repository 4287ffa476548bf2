using System.Globalization;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>An individual: a constant (a proper name, or "the dog" as <c>the:dog</c>) or a variable, numbered by the depth of its quantifier.</summary>
internal readonly record struct Term(string? Constant, int Variable)
{
    internal static Term Of(string constant) => new(constant, -1);
    internal static Term Bound(int depth) => new(null, depth);
}

/// <summary>A symbol of the logical language, with the meaning postulates that bind it to others.</summary>
internal abstract record Predicate(int Arity)
{
    /// <summary>Whether this predicate's extension lies within <paramref name="other"/>'s in every model.</summary>
    internal virtual bool Implies(Predicate other) => Equals(other);

    /// <summary>Whether the two extensions are disjoint in every model.</summary>
    internal virtual bool Excludes(Predicate other) => false;
}

internal sealed record NounPredicate(Noun Noun) : Predicate(1)
{
    internal override bool Implies(Predicate other) => other is NounPredicate n && Noun.IsA(n.Noun);
    internal override bool Excludes(Predicate other) => other is NounPredicate n && Lexicon.Default.Exclude(Noun, n.Noun);
    public override string ToString() => Noun.Singular;
}

internal sealed record AdjectivePredicate(Adjective Adjective) : Predicate(1)
{
    internal override bool Implies(Predicate other) => other is AdjectivePredicate a && Adjective.IsA(a.Adjective);
    internal override bool Excludes(Predicate other) => other is AdjectivePredicate a && Adjective.Excludes(a.Adjective);
    public override string ToString() => Adjective.Word;
}

internal sealed record PrepositionPredicate(Preposition Preposition) : Predicate(2)
{
    internal override bool Implies(Predicate other) =>
        other is PrepositionPredicate p && (Preposition == p.Preposition || Preposition.Hypernym == p.Preposition);

    public override string ToString() => Preposition.Word;
}

/// <summary>A verb at a tense, perhaps modified; dropping modifiers or going up to the hypernym weakens it.</summary>
internal sealed record VerbPredicate(Verb Verb, Tense Tense, VerbModifiers Modifiers, int Arguments) : Predicate(Arguments)
{
    internal override bool Implies(Predicate other) =>
        other is VerbPredicate v && Arity == v.Arity && Tense == v.Tense && Verb.IsA(v.Verb)
        && (v.Modifiers.Adverb is null || v.Modifiers.Adverb == Modifiers.Adverb)
        && (v.Modifiers.Place is null || v.Modifiers.Place == Modifiers.Place);

    public override string ToString() =>
        string.Concat(Verb.Base, Tense == Tense.Past ? "@past" : "@present", Modifiers.Adverb is null ? "" : "/" + Modifiers.Adverb,
            Modifiers.Place is null ? "" : $"/{Modifiers.Place.Preposition}_{Modifiers.Place.Noun.Singular}");
}

/// <summary>An attitude to a proposition: hyperintensional, so that only the same content under the same verb is the same attitude.</summary>
internal sealed record AttitudePredicate(Verb Verb, Tense Tense, string Content) : Predicate(1)
{
    public override string ToString() => $"{Verb.Base}{(Tense == Tense.Past ? "@past" : "@present")}[{Content}]";
}

/// <summary>First-order logic with generalized quantifiers.</summary>
internal abstract record Formula
{
    /// <summary>A reading with symbols renamed by the caller; two formulas with the same reading are the same up to that renaming.</summary>
    internal abstract string Describe(Func<Predicate, string> predicate, Func<string, string> constant);

    public sealed override string ToString() => Describe(predicate => predicate.ToString(), constant => constant);
}

internal sealed record Truth : Formula
{
    internal static readonly Truth Instance = new();
    internal override string Describe(Func<Predicate, string> predicate, Func<string, string> constant) => "true";
}

internal sealed record Atom(Predicate Predicate, params Term[] Arguments) : Formula
{
    internal override string Describe(Func<Predicate, string> predicate, Func<string, string> constant) =>
        $"{predicate(Predicate)}({string.Join(',', Arguments.Select(t => t.Constant is null ? "x" + t.Variable.ToString(CultureInfo.InvariantCulture) : constant(t.Constant)))})";
}

internal sealed record Not(Formula Operand) : Formula
{
    internal override string Describe(Func<Predicate, string> predicate, Func<string, string> constant) => "¬" + Operand.Describe(predicate, constant);
}

internal sealed record And(Formula Left, Formula Right) : Formula
{
    internal override string Describe(Func<Predicate, string> predicate, Func<string, string> constant) =>
        $"({Left.Describe(predicate, constant)} ∧ {Right.Describe(predicate, constant)})";
}

internal sealed record Or(Formula Left, Formula Right) : Formula
{
    internal override string Describe(Func<Predicate, string> predicate, Func<string, string> constant) =>
        $"({Left.Describe(predicate, constant)} ∨ {Right.Describe(predicate, constant)})";
}

/// <summary><c>Q x (Restrictor, Scope)</c>, a relation between two sets of individuals.</summary>
internal sealed record Quantified(QuantifierKind Kind, int Count, int Variable, Formula Restrictor, Formula Scope) : Formula
{
    internal override string Describe(Func<Predicate, string> predicate, Func<string, string> constant) =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}{Count} x{Variable}[{Restrictor.Describe(predicate, constant)}][{Scope.Describe(predicate, constant)}]");
}
