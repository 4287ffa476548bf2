namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>
/// From abstract syntax to logical form, compositionally: a noun phrase denotes a function from properties to truth values (Montague 1973).
/// Scope follows the surface: subject over negation over the objects from left to right. Presuppositions (the content of a definite description,
/// the complement of a factive verb) project to the top of the sentence, except out of the complement of an attitude.
/// </summary>
internal sealed class Denotation
{
    private readonly Tense _tense;
    private List<Formula> _presuppositions = [];

    private Denotation(Tense tense) => _tense = tense;

    /// <summary>What the sentence says, presuppositions included.</summary>
    internal static Formula Of(Sentence sentence)
    {
        var denotation = new Denotation(sentence.Tense);
        return denotation.Closed(sentence.Clause);
    }

    private Formula Closed(Clause clause)
    {
        var outer = _presuppositions;
        _presuppositions = [];
        var assertion = Of(clause, 0);
        var whole = _presuppositions.Distinct().Aggregate(assertion, (formula, presupposition) => new And(presupposition, formula));
        _presuppositions = outer;
        return whole;
    }

    private Formula Of(Clause clause, int depth) => clause switch
    {
        Predication p => Of(p.Subject, depth, (subject, inner) => Of(p.Predicate, subject, inner)),
        CoordinatedClause c => Join(c.Conjunction, Of(c.Left, depth), Of(c.Right, depth)),
        TruthClause t => t.Negative == t.False ? Of(t.Complement, depth) : new Not(Of(t.Complement, depth)),
        _ => throw new InvalidOperationException(clause.ToString()),
    };

    private Formula Of(NounPhrase np, int depth, Func<Term, int, Formula> scope) => np switch
    {
        ProperName name => scope(Term.Of(name.Name), depth),
        IndefinitePronoun => new Quantified(QuantifierKind.AtLeast, 1, depth, Truth.Instance, scope(Term.Bound(depth), depth + 1)),
        CoordinatedNounPhrase c => Join(c.Conjunction, Of(c.Left, depth, scope), Of(c.Right, depth, scope)),
        QuantifiedNounPhrase q => Of(q, depth, scope),
        _ => throw new InvalidOperationException(np.ToString()),
    };

    private Formula Of(QuantifiedNounPhrase np, int depth, Func<Term, int, Formula> scope)
    {
        var determiner = np.Determiner;
        if (determiner.Kind == QuantifierKind.Definite && determiner.Number == Number.Singular)
        {
            // The one contextually given individual of this kind; that it is of this kind is a postulate about the constant.
            var constant = Term.Of("the:" + np.Nominal.Noun.Singular);
            if (Restrictions(np.Nominal, constant, 0) is { } content)
                _presuppositions.Add(content);
            return scope(constant, depth);
        }

        var variable = Term.Bound(depth);
        Formula restrictor = new Atom(new NounPredicate(np.Nominal.Noun), variable);
        if (Restrictions(np.Nominal, variable, depth + 1) is { } restrictions)
            restrictor = new And(restrictor, restrictions);
        var body = scope(variable, depth + 1);
        if (determiner.Kind == QuantifierKind.Definite)
            return new And(new Quantified(QuantifierKind.AtLeast, 2, depth, restrictor, Truth.Instance), new Quantified(QuantifierKind.Every, 0, depth, restrictor, body));
        return new Quantified(determiner.Kind, determiner.Count, depth, restrictor, body);
    }

    private Formula? Restrictions(Nominal nominal, Term head, int depth)
    {
        Formula? all = null;
        foreach (var adjective in nominal.Adjectives)
            Add(new Atom(new AdjectivePredicate(adjective), head));
        if (nominal.Modifier is { } modifier)
            Add(Of(modifier.Object, depth, (other, _) => new Atom(new PrepositionPredicate(modifier.Preposition), head, other)));
        if (nominal.Relative is SubjectRelative s)
            Add(Of(s.Predicate, head, depth));
        if (nominal.Relative is ObjectRelative o)
            Add(Of(o.Subject, depth, (subject, _) => Negated(o.Negative, new Atom(new VerbPredicate(o.Verb, _tense, VerbModifiers.None, 2), subject, head))));
        return all;

        void Add(Formula formula) => all = all is null ? formula : new And(all, formula);
    }

    private Formula Of(FiniteVerbPhrase vp, Term subject, int depth) => vp switch
    {
        SimplePredicate s => Negated(s.Negative, Of(s.Body, subject, depth)),
        CoordinatedPredicate c => Join(c.Conjunction, Of(c.Left, subject, depth), Of(c.Right, subject, depth)),
        _ => throw new InvalidOperationException(vp.ToString()),
    };

    private Formula Of(VerbPhrase vp, Term subject, int depth)
    {
        switch (vp)
        {
            case Intransitive i:
                return new Atom(new VerbPredicate(i.Verb, _tense, i.Modifiers, 1), subject);
            case Transitive t:
                return Of(t.Object, depth, (patient, _) => new Atom(new VerbPredicate(t.Verb, _tense, t.Modifiers, 2), subject, patient));
            case Passive p:
                return Of(p.Agent ?? new IndefinitePronoun("something"), depth, (agent, _) => new Atom(new VerbPredicate(p.Verb, _tense, p.Modifiers, 2), agent, subject));
            case Ditransitive d:
                var verb = new VerbPredicate(d.Verb, _tense, VerbModifiers.None, 3);
                return d.Prepositional
                    ? Of(d.Theme, depth, (theme, inner) => Of(d.Recipient, inner, (recipient, _) => new Atom(verb, subject, recipient, theme)))
                    : Of(d.Recipient, depth, (recipient, inner) => Of(d.Theme, inner, (theme, _) => new Atom(verb, subject, recipient, theme)));
            case PredicateAdjective a:
                return new Atom(new AdjectivePredicate(a.Adjective), subject);
            case PredicateNoun n:
                return new Atom(new NounPredicate(n.Noun), subject);
            case ImplicativeVerbPhrase i:
                return Negated(i.Verb.Base == "fail", Of(i.Complement, subject, depth));
            case Embedding e:
                var content = Closed(e.Complement);
                if (e.Verb.Factivity != Factivity.None)
                    _presuppositions.Add(Negated(e.Verb.Factivity == Factivity.Counterfactive, content));
                return new Atom(new AttitudePredicate(e.Verb, _tense, content.ToString()), subject);
            default:
                throw new InvalidOperationException(vp.ToString());
        }
    }

    private static Formula Negated(bool negative, Formula formula) => negative ? new Not(formula) : formula;

    private static Formula Join(Conjunction conjunction, Formula left, Formula right) => conjunction == Conjunction.And ? new And(left, right) : new Or(left, right);
}
