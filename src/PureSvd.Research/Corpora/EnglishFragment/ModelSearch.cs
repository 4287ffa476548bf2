using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>
/// Finds a model of some formulas by backtracking over facts on which their truth depends, in domains of growing size. A model found is a proof that
/// the formulas can hold together; that none is found proves nothing.
/// </summary>
internal sealed class ModelSearch
{
    private readonly Theory _theory;
    private readonly IReadOnlyList<Formula> _formulas;
    private readonly int[][] _implied;
    private readonly int[][] _implying;
    private readonly int[][] _excluded;
    private readonly List<int> _trail = [];
    private int _budget;

    private ModelSearch(Theory theory, IReadOnlyList<Formula> formulas)
    {
        _theory = theory;
        _formulas = [.. formulas, .. theory.Axioms];
        var predicates = theory.Predicates;
        _implied = Related((p, q) => p.Implies(q));
        _implying = Related((p, q) => q.Implies(p));
        _excluded = Related((p, q) => p.Excludes(q));

        int[][] Related(Func<Predicate, Predicate, bool> holds) =>
            [.. predicates.Select(p => Enumerable.Range(0, predicates.Count).Where(q => predicates[q] != p && holds(p, predicates[q])).ToArray())];
    }

    /// <summary>A model with <paramref name="smallest"/> … <paramref name="largest"/> individuals; null where none was found within <paramref name="budget"/> steps a size.</summary>
    internal static Model? Find(IReadOnlyList<Formula> formulas, int smallest, int largest, int budget)
    {
        var search = new ModelSearch(Theory.Of(formulas), formulas);
        for (var size = smallest; size <= largest; size++)
        {
            search._budget = budget;
            if (search.InDomain(size, out var model))
                return model;
        }
        return null;
    }

    /// <summary>A random model of the theory; null where the draw contradicts it.</summary>
    internal static Model? Random(Theory theory, int size, SeededRandom random)
    {
        var search = new ModelSearch(theory, []);
        var model = new Model(theory, size);
        foreach (var constant in theory.Constants)
            model.Interpret(constant, random.Next(size));
        foreach (var axiom in theory.Axioms)
            if (axiom is Atom { Arguments: [{ Constant: { } constant }] } atom && !search.Assign(model, model.Fact(search.Number(atom.Predicate), model.Individual(constant)), 1))
                return null;
        for (var fact = 0; fact < model.Facts.Length; fact++)
            if (model.Facts[fact] < 0 && !search.Assign(model, fact, (sbyte)random.Next(2)))
                return null;
        return theory.Axioms.All(axiom => model.Evaluate(axiom) == 1) ? model : null;
    }

    private int Number(Predicate predicate)
    {
        for (var p = 0; p < _theory.Predicates.Count; p++)
            if (_theory.Predicates[p].Equals(predicate))
                return p;
        throw new ArgumentException($"{predicate} is not in the theory.", nameof(predicate));
    }

    private bool InDomain(int size, out Model model)
    {
        model = new Model(_theory, size);
        return Constants(model, 0, 0);
    }

    /// <summary>Interprets constants up to renaming of individuals: each is one already used or the next new one, new ones first.</summary>
    private bool Constants(Model model, int next, int used)
    {
        if (next == _theory.Constants.Count)
            return Extend(model);
        for (var individual = Math.Min(used, model.Size - 1); individual >= 0; individual--)
        {
            model.Interpret(_theory.Constants[next], individual);
            if (Constants(model, next + 1, Math.Max(used, individual + 1)))
                return true;
        }
        return false;
    }

    private bool Extend(Model model)
    {
        if (--_budget < 0)
            return false;
        var open = -1;
        foreach (var formula in _formulas)
        {
            var value = model.Evaluate(formula);
            if (value == 0)
                return false;
            if (value < 0 && open < 0)
                open = model.Open;
        }

        if (open < 0)
        {
            // Every formula is decided; the facts still open may all be false, which breaks no postulate.
            for (var fact = 0; fact < model.Facts.Length; fact++)
                if (model.Facts[fact] < 0)
                    model.Facts[fact] = 0;
            return true;
        }

        for (var value = 1; value >= 0; value--)
        {
            var mark = _trail.Count;
            if (Assign(model, open, (sbyte)value) && Extend(model))
                return true;
            while (_trail.Count > mark)
            {
                model.Facts[_trail[^1]] = -1;
                _trail.RemoveAt(_trail.Count - 1);
            }
        }
        return false;
    }

    /// <summary>Sets a fact and what follows from it by the lattice and the exclusions.</summary>
    private bool Assign(Model model, int fact, sbyte value)
    {
        if (model.Facts[fact] >= 0)
            return model.Facts[fact] == value;
        model.Facts[fact] = value;
        _trail.Add(fact);
        var (predicate, tuple) = model.Locate(fact);
        if (value == 0)
            return Array.TrueForAll(_implying[predicate], p => Assign(model, model.Fact(p, tuple), 0));
        return Array.TrueForAll(_implied[predicate], p => Assign(model, model.Fact(p, tuple), 1))
            && Array.TrueForAll(_excluded[predicate], p => Assign(model, model.Fact(p, tuple), 0));
    }
}
