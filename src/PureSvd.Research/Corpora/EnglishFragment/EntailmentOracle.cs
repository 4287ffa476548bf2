using System.Globalization;
using System.Text;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>How a hypothesis relates to a premise.</summary>
internal enum Relation { Entailment, Neutral, Contradiction }

/// <summary>
/// Decides how two sentences relate, with a proof: they are consistent if <see cref="ModelSearch"/> shows a model of both, inconsistent if
/// <see cref="HerbrandProver"/> shows that no model of any size is one. Pairs of one shape are decided once.
/// </summary>
internal sealed class EntailmentOracle
{
    private const int UsualDomain = 4;
    private const int LargestDomain = 6;
    private const int Budget = 20_000;
    private readonly Dictionary<string, Relation?> _decided = [];

    /// <summary>Shapes met so far.</summary>
    internal int Shapes => _decided.Count;

    /// <summary>Shapes met so far for which neither a model nor a proof was found, or whose hypothesis cannot hold or cannot fail.</summary>
    internal int Undecided => _decided.Values.Count(relation => relation is null);

    /// <summary>The relation; null where it is not decided, or where the hypothesis says nothing (it holds, or fails, in every model).</summary>
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
        var denied = new Not(hypothesis);
        if (AreConsistent(premise) != true || AreConsistent(hypothesis) != true || AreConsistent(denied) != true)
            return null;
        return (AreConsistent(premise, hypothesis), AreConsistent(premise, denied)) switch
        {
            (true, true) => Relation.Neutral,
            (true, false) => Relation.Entailment,
            (false, true) => Relation.Contradiction,
            _ => null,
        };
    }

    /// <summary>Whether some model satisfies all; null where neither a model nor a refutation is found.</summary>
    internal static bool? AreConsistent(params IReadOnlyList<Formula> formulas)
    {
        if (ModelSearch.Find(formulas, 1, UsualDomain, Budget) is not null)
            return true;
        if (HerbrandProver.Refutes(formulas))
            return false;
        return ModelSearch.Find(formulas, UsualDomain + 1, LargestDomain, 10 * Budget) is not null ? true : null;
    }

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
