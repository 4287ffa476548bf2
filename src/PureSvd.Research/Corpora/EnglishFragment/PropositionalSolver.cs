namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Davis–Putnam–Logemann–Loveland with two watched literals. A literal is ±n for proposition n ≥ 1.</summary>
internal sealed class PropositionalSolver
{
    private const int Budget = 20_000;
    private readonly List<int[]> _clauses;
    private readonly List<int>[] _watches;
    private readonly sbyte[] _value;
    private readonly List<int> _trail = [];
    private int _decisions;

    internal PropositionalSolver(int propositions, IReadOnlyList<int[]> clauses)
    {
        _clauses = [.. clauses.Select(clause => clause.Distinct().ToArray())];
        _value = new sbyte[propositions + 1];
        _watches = new List<int>[2 * propositions + 2];
        for (var i = 0; i < _watches.Length; i++)
            _watches[i] = [];
    }

    /// <summary>False only with a proof; true also where the budget of decisions ran out.</summary>
    internal bool IsSatisfiable()
    {
        for (var c = 0; c < _clauses.Count; c++)
        {
            var clause = _clauses[c];
            if (clause.Length == 0)
                return false;
            if (clause.Length == 1)
                continue;
            _watches[Slot(clause[0])].Add(c);
            _watches[Slot(clause[1])].Add(c);
        }
        foreach (var clause in _clauses)
            if (clause.Length == 1 && !Assign(clause[0]))
                return false;
        return Solve(0);
    }

    private bool Solve(int firstClause)
    {
        while (firstClause < _clauses.Count && Array.Exists(_clauses[firstClause], literal => ValueOf(literal) > 0))
            firstClause++;
        if (firstClause == _clauses.Count || ++_decisions > Budget)
            return true;
        var mark = _trail.Count;
        foreach (var literal in _clauses[firstClause])
        {
            if (ValueOf(literal) != 0)
                continue;
            if (Assign(literal) && Solve(firstClause))
                return true;
            Undo(mark);
            // The literal failed: its negation holds in what is left of this branch.
            if (!Assign(-literal))
                break;
        }
        Undo(mark);
        return false;
    }

    private int ValueOf(int literal) => literal > 0 ? _value[literal] : -_value[-literal];

    private static int Slot(int literal) => literal > 0 ? 2 * literal : -2 * literal + 1;

    private void Undo(int mark)
    {
        while (_trail.Count > mark)
        {
            _value[Math.Abs(_trail[^1])] = 0;
            _trail.RemoveAt(_trail.Count - 1);
        }
    }

    /// <summary>Makes a literal true and all that follows by unit clauses; false on a conflict.</summary>
    private bool Assign(int literal)
    {
        if (ValueOf(literal) != 0)
            return ValueOf(literal) > 0;
        var next = _trail.Count;
        Set(literal);
        for (; next < _trail.Count; next++)
            if (!Propagate(-_trail[next]))
                return false;
        return true;
    }

    private void Set(int literal)
    {
        _value[Math.Abs(literal)] = (sbyte)Math.Sign(literal);
        _trail.Add(literal);
    }

    private bool Propagate(int falsified)
    {
        var watching = _watches[Slot(falsified)];
        for (var i = 0; i < watching.Count; i++)
        {
            var clause = _clauses[watching[i]];
            if (clause[0] == falsified)
                (clause[0], clause[1]) = (clause[1], clause[0]);
            if (ValueOf(clause[0]) > 0)
                continue;
            var moved = false;
            for (var k = 2; k < clause.Length && !moved; k++)
                if (ValueOf(clause[k]) >= 0)
                {
                    (clause[1], clause[k]) = (clause[k], clause[1]);
                    _watches[Slot(clause[1])].Add(watching[i]);
                    watching[i] = watching[^1];
                    watching.RemoveAt(watching.Count - 1);
                    i--;
                    moved = true;
                }
            if (moved)
                continue;
            if (ValueOf(clause[0]) < 0)
                return false;
            Set(clause[0]);
        }
        return true;
    }
}
