namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Truth in a finite model, by the textbook: predicates are sets of tuples, determiners relations between two sets (Barwise and Cooper 1981).</summary>
internal sealed class SetSemantics(Model model)
{
    /// <summary>Whether a closed formula is true.</summary>
    internal bool IsTrue(Formula formula) => IsTrue(formula, []);

    private bool IsTrue(Formula formula, Dictionary<int, int> assignment) => formula switch
    {
        Truth => true,
        Atom atom => model.Extension(atom.Predicate).Contains(string.Join(' ', atom.Arguments.Select(term => term.Constant is null ? assignment[term.Variable] : model.Individual(term.Constant)))),
        Not not => !IsTrue(not.Operand, assignment),
        And and => IsTrue(and.Left, assignment) && IsTrue(and.Right, assignment),
        Or or => IsTrue(or.Left, assignment) || IsTrue(or.Right, assignment),
        Quantified quantified => IsTrue(quantified, assignment),
        _ => throw new InvalidOperationException(formula.ToString()),
    };

    private bool IsTrue(Quantified quantified, Dictionary<int, int> assignment)
    {
        var restrictor = Satisfying(quantified.Variable, quantified.Restrictor, assignment);
        var scope = Satisfying(quantified.Variable, quantified.Scope, assignment);
        var both = restrictor.Intersect(scope).Count();
        return quantified.Kind switch
        {
            QuantifierKind.Every => restrictor.IsSubsetOf(scope),
            QuantifierKind.NotEvery => !restrictor.IsSubsetOf(scope),
            QuantifierKind.AtLeast => both >= quantified.Count,
            QuantifierKind.AtMost => both <= quantified.Count,
            QuantifierKind.Exactly => both == quantified.Count,
            _ => throw new InvalidOperationException(quantified.ToString()),
        };
    }

    private HashSet<int> Satisfying(int variable, Formula formula, Dictionary<int, int> assignment) =>
        [.. Enumerable.Range(0, model.Size).Where(individual => IsTrue(formula, new Dictionary<int, int>(assignment) { [variable] = individual }))];
}
