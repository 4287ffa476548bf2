namespace PureSvd.Research.Corpora.EnglishFragment;

// The abstract syntax of the fragment. Realizer turns it into a tree, Denotation into a logical form: one structure, two homomorphisms, as in Montague.

internal enum Number { Singular, Plural }

internal enum Tense { Present, Past }

internal enum Conjunction { And, Or }

/// <summary>What a determiner says about |restrictor ∩ scope|.</summary>
internal enum QuantifierKind { Every, NotEvery, AtLeast, AtMost, Exactly, Definite }

/// <summary>A determiner: its words, the number that it takes, and the quantifier that it denotes.</summary>
internal sealed record Determiner(string Words, Number Number, QuantifierKind Kind, int Count = 0)
{
    internal static readonly Determiner The = new("the", Number.Singular, QuantifierKind.Definite);
    internal static readonly Determiner A = new("a", Number.Singular, QuantifierKind.AtLeast, 1);
    internal static readonly Determiner Some = new("some", Number.Singular, QuantifierKind.AtLeast, 1);
    internal static readonly Determiner Any = new("any", Number.Singular, QuantifierKind.AtLeast, 1);
    internal static readonly Determiner Every = new("every", Number.Singular, QuantifierKind.Every);
    internal static readonly Determiner Each = new("each", Number.Singular, QuantifierKind.Every);
    internal static readonly Determiner All = new("all", Number.Plural, QuantifierKind.Every);
    internal static readonly Determiner No = new("no", Number.Singular, QuantifierKind.AtMost, 0);
    internal static readonly Determiner NotEvery = new("not every", Number.Singular, QuantifierKind.NotEvery);
    internal static readonly Determiner Two = new("two", Number.Plural, QuantifierKind.AtLeast, 2);
    internal static readonly Determiner Three = new("three", Number.Plural, QuantifierKind.AtLeast, 3);
    internal static readonly Determiner AtLeastTwo = new("at least two", Number.Plural, QuantifierKind.AtLeast, 2);
    internal static readonly Determiner ExactlyOne = new("exactly one", Number.Singular, QuantifierKind.Exactly, 1);
    internal static readonly Determiner ExactlyTwo = new("exactly two", Number.Plural, QuantifierKind.Exactly, 2);
    internal static readonly Determiner AtMostOne = new("at most one", Number.Singular, QuantifierKind.AtMost, 1);

    /// <summary>All of the contextually given ones, at least two: only in running text and probing sentences.</summary>
    internal static readonly Determiner ThePlural = new("the", Number.Plural, QuantifierKind.Definite);
}

internal abstract record NounPhrase;

/// <summary>Determiner and nominal.</summary>
internal sealed record QuantifiedNounPhrase(Determiner Determiner, Nominal Nominal) : NounPhrase;

internal sealed record ProperName(string Name) : NounPhrase;

internal sealed record CoordinatedNounPhrase(Conjunction Conjunction, NounPhrase Left, NounPhrase Right) : NounPhrase;

/// <summary>"something": the unrestricted existential.</summary>
internal sealed record IndefinitePronoun(string Word) : NounPhrase;

/// <summary>"he", "they": only in running text and probing sentences, where nothing asks what it refers to.</summary>
internal sealed record Pronoun(string Nominative, string Accusative, Number Number) : NounPhrase
{
    internal static readonly Pronoun He = new("he", "him", Number.Singular);
    internal static readonly Pronoun She = new("she", "her", Number.Singular);
    internal static readonly Pronoun It = new("it", "it", Number.Singular);
    internal static readonly Pronoun They = new("they", "them", Number.Plural);
}

/// <summary>A noun with its restrictive modifiers, all intersective.</summary>
internal sealed record Nominal(Noun Noun, IReadOnlyList<Adjective> Adjectives, PrepositionalModifier? Modifier = null, RelativeClause? Relative = null)
{
    internal Nominal(Noun noun) : this(noun, []) { }
}

internal sealed record PrepositionalModifier(Preposition Preposition, NounPhrase Object);

internal abstract record RelativeClause;

/// <summary>"that chased the cat": the head is the subject.</summary>
internal sealed record SubjectRelative(FiniteVerbPhrase Predicate) : RelativeClause;

/// <summary>"that the cat chased": the head is the object.</summary>
internal sealed record ObjectRelative(NounPhrase Subject, Verb Verb, bool Negative = false) : RelativeClause;

internal abstract record VerbPhrase;

/// <summary>Manner and place; each only adds to what the verb says.</summary>
internal sealed record VerbModifiers(string? Adverb = null, Place? Place = null)
{
    internal static readonly VerbModifiers None = new();
}

internal sealed record Intransitive(Verb Verb, VerbModifiers Modifiers) : VerbPhrase
{
    internal Intransitive(Verb verb) : this(verb, VerbModifiers.None) { }
}

internal sealed record Transitive(Verb Verb, NounPhrase Object, VerbModifiers Modifiers) : VerbPhrase
{
    internal Transitive(Verb verb, NounPhrase @object) : this(verb, @object, VerbModifiers.None) { }
}

/// <summary>"gave the boy a book", or with <paramref name="Prepositional"/> "gave a book to the boy".</summary>
internal sealed record Ditransitive(Verb Verb, NounPhrase Recipient, NounPhrase Theme, bool Prepositional) : VerbPhrase;

internal sealed record Passive(Verb Verb, NounPhrase? Agent, VerbModifiers Modifiers) : VerbPhrase
{
    internal Passive(Verb verb, NounPhrase? agent) : this(verb, agent, VerbModifiers.None) { }
}

internal sealed record PredicateAdjective(Adjective Adjective) : VerbPhrase;

internal sealed record PredicateNoun(Noun Noun) : VerbPhrase;

internal sealed record Embedding(Verb Verb, Clause Complement) : VerbPhrase;

/// <summary>"managed to run", "failed to run".</summary>
internal sealed record ImplicativeVerbPhrase(Verb Verb, VerbPhrase Complement) : VerbPhrase;

internal abstract record FiniteVerbPhrase;

internal sealed record SimplePredicate(VerbPhrase Body, bool Negative = false) : FiniteVerbPhrase;

internal sealed record CoordinatedPredicate(Conjunction Conjunction, FiniteVerbPhrase Left, FiniteVerbPhrase Right, bool Contrastive = false) : FiniteVerbPhrase;

internal abstract record Clause;

internal sealed record Predication(NounPhrase Subject, FiniteVerbPhrase Predicate) : Clause;

internal sealed record CoordinatedClause(Conjunction Conjunction, Clause Left, Clause Right) : Clause;

/// <summary>"it is true that …", "it is not true that …", "it is false that …".</summary>
internal sealed record TruthClause(bool Negative, bool False, Clause Complement) : Clause;

/// <summary>A clause in its tense. Tense holds for the whole sentence: the clauses below agree with it (sequence of tenses).</summary>
internal sealed record Sentence(Clause Clause, Tense Tense);
