using System.Diagnostics;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>
/// Proves that some formulas cannot hold together, in models of any size: it skolemizes them, instantiates their universal quantifiers with ground terms
/// round by round, and shows the instances to be propositionally contradictory (Herbrand's theorem). It says "yes" only with such a proof.
/// </summary>
internal sealed class HerbrandProver
{
    private const int Rounds = 4;
    private const int LargestUniverse = 14;
    private readonly Theory _theory;
    private readonly Node _root;
    private readonly Dictionary<(int Symbol, int A, int B, int C), int> _terms = [];
    private readonly Dictionary<(int Predicate, int A, int B, int C), int> _atoms = [];
    private readonly Dictionary<(int A, int B), int> _equalities = [];
    private readonly List<int[]> _clauses = [];
    private int[] _binding = [];
    private int _variables;
    private int _propositions;
    private bool _usesEquality;

    private HerbrandProver(IReadOnlyList<Formula> formulas)
    {
        _theory = Theory.Of(formulas);
        _root = new Join(true, [.. formulas.Concat(_theory.Axioms).Select(formula => Normalize(formula, true, []))]);
    }

    /// <summary>Whether a proof was found that no model satisfies all of <paramref name="formulas"/>.</summary>
    internal static bool Refutes(params IReadOnlyList<Formula> formulas) => new HerbrandProver(formulas).Refute();

    // Negation normal form over plain quantifiers. A variable is numbered apart from all others.
    private abstract record Node;

    /// <summary>An atom, or with no predicate an equality. Arguments: variables are negative (−1 − number), constants not.</summary>
    private sealed record Literal(bool Positive, int Predicate, int[] Arguments) : Node;

    private sealed record Join(bool Conjunctive, Node[] Parts) : Node;

    private sealed record Bind(bool Universal, int Variable, Node Body) : Node;

    private const int Equality = -1;

    private Node Normalize(Formula formula, bool positive, int[] scope)
    {
        switch (formula)
        {
            case Truth:
                return new Join(positive, []);
            case Atom atom:
                return new Literal(positive, Index(_theory.Predicates, atom.Predicate), [.. atom.Arguments.Select(t => t.Constant is null ? -1 - scope[t.Variable] : Index(_theory.Constants, t.Constant))]);
            case Not not:
                return Normalize(not.Operand, !positive, scope);
            case And and:
                return new Join(positive, [Normalize(and.Left, positive, scope), Normalize(and.Right, positive, scope)]);
            case Or or:
                return new Join(!positive, [Normalize(or.Left, positive, scope), Normalize(or.Right, positive, scope)]);
            case Quantified q:
                return (q.Kind, positive) switch
                {
                    (QuantifierKind.Every, true) or (QuantifierKind.NotEvery, false) => Quantify(q, true, scope, inner => new Join(false, [Normalize(q.Restrictor, false, inner), Normalize(q.Scope, true, inner)])),
                    (QuantifierKind.Every, false) or (QuantifierKind.NotEvery, true) => Quantify(q, false, scope, inner => new Join(true, [Normalize(q.Restrictor, true, inner), Normalize(q.Scope, false, inner)])),
                    (QuantifierKind.AtLeast, true) => AtLeast(q, q.Count, scope),
                    (QuantifierKind.AtLeast, false) => AtMost(q, q.Count - 1, scope),
                    (QuantifierKind.AtMost, true) => AtMost(q, q.Count, scope),
                    (QuantifierKind.AtMost, false) => AtLeast(q, q.Count + 1, scope),
                    (QuantifierKind.Exactly, true) => new Join(true, [AtLeast(q, q.Count, scope), AtMost(q, q.Count, scope)]),
                    (QuantifierKind.Exactly, false) => new Join(false, [AtLeast(q, q.Count + 1, scope), AtMost(q, q.Count - 1, scope)]),
                    _ => throw new UnreachableException(),
                };
            default:
                throw new InvalidOperationException(formula.ToString());
        }
    }

    private static int Index<T>(IReadOnlyList<T> items, T item)
    {
        for (var i = 0; i < items.Count; i++)
            if (items[i]!.Equals(item))
                return i;
        throw new UnreachableException();
    }

    private Bind Quantify(Quantified q, bool universal, int[] scope, Func<int[], Node> body)
    {
        var variable = _variables++;
        return new Bind(universal, variable, body(With(scope, q.Variable, variable)));
    }

    private static int[] With(int[] scope, int depth, int variable)
    {
        var inner = new int[Math.Max(scope.Length, depth + 1)];
        scope.CopyTo(inner, 0);
        inner[depth] = variable;
        return inner;
    }

    /// <summary><c>∃x₁ … x_k</c>, pairwise different, each in restrictor and scope.</summary>
    private Node AtLeast(Quantified q, int count, int[] scope)
    {
        var variables = Enumerable.Range(0, count).Select(_ => _variables++).ToArray();
        var parts = new List<Node>();
        foreach (var variable in variables)
            parts.Add(new Join(true, [Normalize(q.Restrictor, true, With(scope, q.Variable, variable)), Normalize(q.Scope, true, With(scope, q.Variable, variable))]));
        parts.AddRange(Pairs(variables).Select(pair => new Literal(false, Equality, [-1 - pair.Item1, -1 - pair.Item2])));
        return variables.Reverse().Aggregate((Node)new Join(true, [.. parts]), (body, variable) => new Bind(false, variable, body));
    }

    /// <summary><c>∀x₁ … x_{k+1}</c>: one is outside, or two are the same.</summary>
    private Node AtMost(Quantified q, int count, int[] scope)
    {
        if (count < 0)
            return new Join(false, []);
        _usesEquality |= count > 0;
        var variables = Enumerable.Range(0, count + 1).Select(_ => _variables++).ToArray();
        var parts = new List<Node>();
        foreach (var variable in variables)
            parts.Add(new Join(false, [Normalize(q.Restrictor, false, With(scope, q.Variable, variable)), Normalize(q.Scope, false, With(scope, q.Variable, variable))]));
        parts.AddRange(Pairs(variables).Select(pair => new Literal(true, Equality, [-1 - pair.Item1, -1 - pair.Item2])));
        return variables.Reverse().Aggregate((Node)new Join(false, [.. parts]), (body, variable) => new Bind(true, variable, body));
    }

    private static IEnumerable<(int, int)> Pairs(int[] items) => items.SelectMany((a, i) => items.Skip(i + 1).Select(b => (a, b)));

    private bool Refute()
    {
        _binding = new int[_variables];
        for (var constant = 0; constant < _theory.Constants.Count; constant++)
            TermFor((-1 - constant, -1, -1, -1));
        if (_terms.Count == 0)
            TermFor((int.MinValue, -1, -1, -1));
        for (var round = 0; round < Rounds; round++)
        {
            var universe = Math.Min(_terms.Count, LargestUniverse);
            _clauses.Clear();
            _atoms.Clear();
            _equalities.Clear();
            _propositions = 0;
            _clauses.Add([Expand(_root, universe, [])]);
            AddPostulates();
            if (_usesEquality)
                AddEqualityAxioms();
            if (!new PropositionalSolver(_propositions, _clauses).IsSatisfiable())
                return true;
            if (Math.Min(_terms.Count, LargestUniverse) == universe)
                return false;
        }
        return false;
    }

    private int TermFor((int, int, int, int) key)
    {
        if (!_terms.TryGetValue(key, out var term))
            _terms.Add(key, term = _terms.Count);
        return term;
    }

    /// <summary>Adds clauses by which the returned literal implies <paramref name="node"/>, its universals ranging over the first <paramref name="universe"/> terms.</summary>
    private int Expand(Node node, int universe, IReadOnlyList<int> universals)
    {
        switch (node)
        {
            case Literal literal:
                return literal.Positive ? Proposition(literal) : -Proposition(literal);
            case Join join:
                return Combine(join.Conjunctive, [.. join.Parts.Select(part => Expand(part, universe, universals))]);
            case Bind { Universal: false } bind:
                Debug.Assert(universals.Count <= 3, "Skolem functions take at most three arguments.");
                _binding[bind.Variable] = TermFor((bind.Variable, Argument(0), Argument(1), Argument(2)));
                return Expand(bind.Body, universe, universals);
            case Bind bind:
                var instances = new int[universe];
                for (var term = 0; term < universe; term++)
                {
                    _binding[bind.Variable] = term;
                    instances[term] = Expand(bind.Body, universe, [.. universals, bind.Variable]);
                }
                return Combine(true, instances);
            default:
                throw new UnreachableException();
        }

        int Argument(int i) => i < universals.Count ? _binding[universals[i]] : -1;
    }

    private int Combine(bool conjunctive, int[] parts)
    {
        if (parts.Length == 1)
            return parts[0];
        var name = ++_propositions;
        if (conjunctive)
            foreach (var part in parts)
                _clauses.Add([-name, part]);
        else
            _clauses.Add([-name, .. parts]);
        return name;
    }

    private int Proposition(Literal literal)
    {
        var arguments = literal.Arguments.Select(a => a < 0 ? _binding[-1 - a] : a).ToArray();
        if (literal.Predicate == Equality)
            return EqualityOf(arguments[0], arguments[1]);
        var key = (literal.Predicate, arguments[0], arguments.Length > 1 ? arguments[1] : -1, arguments.Length > 2 ? arguments[2] : -1);
        if (!_atoms.TryGetValue(key, out var proposition))
            _atoms.Add(key, proposition = ++_propositions);
        return proposition;
    }

    private int EqualityOf(int a, int b)
    {
        var key = a < b ? (a, b) : (b, a);
        if (!_equalities.TryGetValue(key, out var proposition))
        {
            _equalities.Add(key, proposition = ++_propositions);
            if (a == b)
                _clauses.Add([proposition]);
        }
        return proposition;
    }

    /// <summary>The lattice and the exclusions, for the ground atoms met.</summary>
    private void AddPostulates()
    {
        foreach (var (p, premise) in _atoms)
            foreach (var (q, conclusion) in _atoms)
            {
                if (p.Predicate == q.Predicate || (p.A, p.B, p.C) != (q.A, q.B, q.C))
                    continue;
                if (_theory.Predicates[p.Predicate].Implies(_theory.Predicates[q.Predicate]))
                    _clauses.Add([-premise, conclusion]);
                else if (_theory.Predicates[p.Predicate].Excludes(_theory.Predicates[q.Predicate]))
                    _clauses.Add([-premise, -conclusion]);
            }
    }

    /// <summary>Transitivity, and that equals may replace equals in the ground atoms met.</summary>
    private void AddEqualityAxioms()
    {
        var terms = Math.Min(_terms.Count, LargestUniverse);
        for (var a = 0; a < terms; a++)
            for (var b = 0; b < terms; b++)
                for (var c = a + 1; c < terms; c++)
                    if (a != b && b != c)
                        _clauses.Add([-EqualityOf(a, b), -EqualityOf(b, c), EqualityOf(a, c)]);
        var atoms = _atoms.ToList();
        foreach (var (p, first) in atoms)
            foreach (var (q, second) in atoms)
            {
                if (p.Predicate != q.Predicate || p == q)
                    continue;
                var clause = new List<int> { -first, second };
                if (p.A != q.A)
                    clause.Add(-EqualityOf(p.A, q.A));
                if (p.B != q.B)
                    clause.Add(-EqualityOf(p.B, q.B));
                if (p.C != q.C)
                    clause.Add(-EqualityOf(p.C, q.C));
                _clauses.Add([.. clause]);
            }
    }
}
