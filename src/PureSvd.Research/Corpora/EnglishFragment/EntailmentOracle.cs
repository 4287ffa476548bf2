using System.Globalization;
using System.Text;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>How a hypothesis relates to a premise.</summary>
internal enum Relation { Entailment, Neutral, Contradiction }

/// <summary>Decides how two sentences relate. Pairs of the same shape are decided once.</summary>
internal sealed class EntailmentOracle
{
    private const int LargestDomain = 4;
    private const int Budget = 20_000;
    private readonly Dictionary<string, Relation?> _decided = [];

    /// <summary>Shapes met so far.</summary>
    internal int Shapes => _decided.Count;

    /// <summary>The relation; null where it is not decided, or where the premise or the hypothesis cannot hold or cannot fail.</summary>
    internal Relation? Decide(Sentence premise, Sentence hypothesis)
    {
        var p = Denotation.Of(premise);
        var h = Denotation.Of(hypothesis);
        var shape = Shape(p, h);
        if (!_decided.TryGetValue(shape, out var relation))
            _decided.Add(shape, relation = Decide(p, h));
        return relation;
    }

    private static Relation? Decide(Formula premise, Formula hypothesis)
    {
        var with = Search(premise, hypothesis);
        var without = Search(premise, new Not(hypothesis));
        if (with == Satisfiability.Undecided || without == Satisfiability.Undecided)
            return null;
        var canHold = with == Satisfiability.Satisfiable;
        var canFail = without == Satisfiability.Satisfiable;
        if (canHold && canFail)
            return Relation.Neutral;
        if (!canHold && !canFail)
            return null;
        // A hypothesis that holds or fails in every model says nothing about the premise.
        var alone = Search(canHold ? new Not(hypothesis) : hypothesis);
        return alone != Satisfiability.Satisfiable ? null : canHold ? Relation.Entailment : Relation.Contradiction;
    }

    private static Satisfiability Search(params IReadOnlyList<Formula> formulas) => ModelSearch.Find(formulas, LargestDomain, Budget, out _);

    /// <summary>The pair with its symbols numbered in order of occurrence, and the postulates between them.</summary>
    internal static string Shape(Formula premise, Formula hypothesis)
    {
        var theory = Theory.Of(premise, hypothesis);
        var predicates = new Dictionary<Predicate, string>();
        foreach (var predicate in theory.Predicates)
            predicates.Add(predicate, "p" + predicates.Count.ToString(CultureInfo.InvariantCulture));
        var constants = new Dictionary<string, string>();
        foreach (var constant in theory.Constants)
            constants.Add(constant, "c" + constants.Count.ToString(CultureInfo.InvariantCulture));

        var text = new StringBuilder();
        foreach (var formula in theory.Axioms.Append(premise).Append(hypothesis))
            text.Append(formula.Describe(p => predicates[p], c => constants[c])).Append('⊢');
        foreach (var p in theory.Predicates)
            foreach (var q in theory.Predicates)
                if (p != q && (p.Implies(q) || p.Excludes(q)))
                    text.Append(predicates[p]).Append(p.Implies(q) ? '<' : '#').Append(predicates[q]).Append(';');
        return text.ToString();
    }
}
