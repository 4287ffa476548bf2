namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>What holds in every model, restricted to the symbols of some formulas: the lattice, the exclusions, and what the constants are.</summary>
/// <remarks>
/// The restriction loses nothing: a model of the restricted theory becomes one of the whole by letting each unmentioned symbol be the union of the
/// mentioned ones below it.
/// </remarks>
internal sealed class Theory
{
    private Theory(IReadOnlyList<Predicate> predicates, IReadOnlyList<string> constants, IReadOnlyList<Formula> axioms)
    {
        Predicates = predicates;
        Constants = constants;
        Axioms = axioms;
    }

    /// <summary>The symbols, in order of first occurrence.</summary>
    internal IReadOnlyList<Predicate> Predicates { get; }
    internal IReadOnlyList<string> Constants { get; }

    /// <summary>Closed formulas beyond the lattice: "the dog" is a dog, john is a person, and every kind that is named has a member.</summary>
    internal IReadOnlyList<Formula> Axioms { get; }

    internal static Theory Of(params IReadOnlyList<Formula> formulas)
    {
        var predicates = new List<Predicate>();
        var constants = new List<string>();
        foreach (var formula in formulas)
            Collect(formula, predicates, constants);

        var axioms = new List<Formula>();
        foreach (var constant in constants)
        {
            var noun = Lexicon.Default.Noun(constant.StartsWith("the:", StringComparison.Ordinal) ? constant[4..] : "person");
            var predicate = new NounPredicate(noun);
            if (!predicates.Contains(predicate))
                predicates.Add(predicate);
            axioms.Add(new Atom(predicate, Term.Of(constant)));
        }

        foreach (var predicate in predicates)
            if (predicate is NounPredicate && !axioms.Any(axiom => axiom is Atom atom && atom.Predicate.Implies(predicate)))
                axioms.Add(new Quantified(QuantifierKind.AtLeast, 1, 0, new Atom(predicate, Term.Bound(0)), Truth.Instance));
        return new Theory(predicates, constants, axioms);
    }

    private static void Collect(Formula formula, List<Predicate> predicates, List<string> constants)
    {
        switch (formula)
        {
            case Atom atom:
                if (!predicates.Contains(atom.Predicate))
                    predicates.Add(atom.Predicate);
                foreach (var term in atom.Arguments)
                    if (term.Constant is not null && !constants.Contains(term.Constant))
                        constants.Add(term.Constant);
                break;
            case Not not:
                Collect(not.Operand, predicates, constants);
                break;
            case And and:
                Collect(and.Left, predicates, constants);
                Collect(and.Right, predicates, constants);
                break;
            case Or or:
                Collect(or.Left, predicates, constants);
                Collect(or.Right, predicates, constants);
                break;
            case Quantified quantified:
                Collect(quantified.Restrictor, predicates, constants);
                Collect(quantified.Scope, predicates, constants);
                break;
        }
    }
}
