namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>A finite model: individuals 0 … n−1, an individual for each constant, a relation for each predicate; some facts may still be open.</summary>
internal sealed class Model
{
    private readonly int[] _offsets;
    private readonly Dictionary<Predicate, int> _index = [];
    private readonly Dictionary<string, int> _constants = [];
    private readonly int[] _environment = new int[16];

    /// <summary>Truth of each fact: 1, 0, or −1 while open.</summary>
    internal sbyte[] Facts { get; }
    internal int Size { get; }

    internal Model(Theory theory, int size)
    {
        Size = size;
        _offsets = new int[theory.Predicates.Count + 1];
        for (var p = 0; p < theory.Predicates.Count; p++)
        {
            _index.Add(theory.Predicates[p], p);
            _offsets[p + 1] = _offsets[p] + (int)Math.Pow(size, theory.Predicates[p].Arity);
        }
        Facts = new sbyte[_offsets[^1]];
        Array.Fill(Facts, (sbyte)-1);
        foreach (var constant in theory.Constants)
            _constants.Add(constant, 0);
    }

    internal void Interpret(string constant, int individual) => _constants[constant] = individual;

    internal int Individual(string constant) => _constants[constant];

    /// <summary>The tuples of which a predicate is true, each as its individuals' numbers with a space between.</summary>
    internal IReadOnlySet<string> Extension(Predicate predicate)
    {
        var extension = new HashSet<string>();
        for (var fact = _offsets[_index[predicate]]; fact < _offsets[_index[predicate] + 1]; fact++)
        {
            if (Facts[fact] != 1)
                continue;
            var digits = new int[predicate.Arity];
            for (int place = predicate.Arity - 1, tuple = fact - _offsets[_index[predicate]]; place >= 0; place--, tuple /= Size)
                digits[place] = tuple % Size;
            extension.Add(string.Join(' ', digits));
        }
        return extension;
    }

    /// <summary>Predicate number and tuple number of a fact.</summary>
    internal (int Predicate, int Tuple) Locate(int fact)
    {
        var p = 0;
        while (_offsets[p + 1] <= fact)
            p++;
        return (p, fact - _offsets[p]);
    }

    internal int Fact(int predicate, int tuple) => _offsets[predicate] + tuple;

    /// <summary>The first open fact on which the last formula that was neither true nor false depends.</summary>
    internal int Open { get; private set; } = -1;

    /// <summary>Truth in this model as Kleene has it: 1 true, 0 false, −1 while open facts decide.</summary>
    internal int Evaluate(Formula formula)
    {
        switch (formula)
        {
            case Truth:
                return 1;
            case Atom atom:
                return Evaluate(atom);
            case Not not:
                var operand = Evaluate(not.Operand);
                return operand < 0 ? -1 : 1 - operand;
            case And and:
                var left = Evaluate(and.Left);
                if (left == 0)
                    return 0;
                var leftOpen = Open;
                var right = Evaluate(and.Right);
                if (right == 0)
                    return 0;
                if (left < 0)
                    Open = leftOpen;
                return Math.Min(left, right);
            case Or or:
                var first = Evaluate(or.Left);
                if (first == 1)
                    return 1;
                var firstOpen = Open;
                var second = Evaluate(or.Right);
                if (second == 1)
                    return 1;
                if (first < 0)
                    Open = firstOpen;
                return first < 0 || second < 0 ? -1 : 0;
            case Quantified quantified:
                return Evaluate(quantified);
            default:
                throw new InvalidOperationException(formula.ToString());
        }
    }

    private int Evaluate(Atom atom)
    {
        var tuple = 0;
        foreach (var term in atom.Arguments)
            tuple = tuple * Size + (term.Constant is null ? _environment[term.Variable] : _constants[term.Constant]);
        var fact = _offsets[_index[atom.Predicate]] + tuple;
        if (Facts[fact] < 0)
            Open = fact;
        return Facts[fact];
    }

    private int Evaluate(Quantified quantified)
    {
        // Individuals surely and possibly in restrictor ∩ scope, and in restrictor − scope.
        int inSurely = 0, inPossibly = 0, outSurely = 0, outPossibly = 0, open = -1;
        var saved = _environment[quantified.Variable];
        for (var individual = 0; individual < Size; individual++)
        {
            _environment[quantified.Variable] = individual;
            var restrictor = Evaluate(quantified.Restrictor);
            if (restrictor == 0)
                continue;
            if (restrictor < 0 && open < 0)
                open = Open;
            var scope = Evaluate(quantified.Scope);
            if (scope < 0 && open < 0)
                open = Open;
            if (scope != 0)
                inPossibly++;
            if (scope != 1)
                outPossibly++;
            if (restrictor == 1 && scope == 1)
                inSurely++;
            if (restrictor == 1 && scope == 0)
                outSurely++;
        }
        _environment[quantified.Variable] = saved;
        Open = open;
        return quantified.Kind switch
        {
            QuantifierKind.Every => outSurely > 0 ? 0 : outPossibly == 0 ? 1 : -1,
            QuantifierKind.NotEvery => outSurely > 0 ? 1 : outPossibly == 0 ? 0 : -1,
            QuantifierKind.AtLeast => inSurely >= quantified.Count ? 1 : inPossibly < quantified.Count ? 0 : -1,
            QuantifierKind.AtMost => inSurely > quantified.Count ? 0 : inPossibly <= quantified.Count ? 1 : -1,
            QuantifierKind.Exactly => inSurely > quantified.Count || inPossibly < quantified.Count ? 0
                : inSurely == quantified.Count && inPossibly == quantified.Count ? 1 : -1,
            _ => throw new InvalidOperationException(quantified.ToString()),
        };
    }
}
