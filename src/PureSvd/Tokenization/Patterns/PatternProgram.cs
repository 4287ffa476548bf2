namespace PureSvd.Tokenization;

/// <summary>What one step of a <see cref="PatternProgram"/> does.</summary>
internal enum PatternStepKind
{
    /// <summary>Takes one character of the set.</summary>
    Character,

    /// <summary>Takes as many characters of the set as there are, from <c>X</c> to <c>Y</c>; never fewer.</summary>
    Run,

    /// <summary>Goes on at <c>X</c>, and if that fails at <c>Y</c>.</summary>
    Fork,

    /// <summary>Goes on at <c>X</c>.</summary>
    Jump,

    /// <summary>Goes on where the steps from here to <c>X</c> match, or do not if <c>Y</c> is 1; at <c>X</c>.</summary>
    LookAhead,

    /// <summary>Goes on at the place <c>X</c>.</summary>
    Anchor,

    /// <summary>A match.</summary>
    Accept,
}

/// <summary>A step.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="X">Its first operand.</param>
/// <param name="Y">Its second.</param>
/// <param name="Set">Its characters.</param>
/// <param name="Number">The number of a <see cref="PatternStepKind.Fork"/>, or of a <see cref="PatternStepKind.Run"/> without limit, among them.</param>
internal readonly record struct PatternStep(PatternStepKind Kind, int X = 0, int Y = 0, CharacterSet? Set = null, int Number = 0);

/// <summary>A regular expression as steps.</summary>
/// <remarks>
/// Repetitions of one character become a single step where giving characters back could not help: where nothing that follows can fail, or where what follows cannot begin with such a character.
/// With that the patterns of GPT-2 and Llama 3 fork hardly anywhere but between their alternatives.
/// </remarks>
internal sealed class PatternProgram
{
    /// <summary>The number of a run with a limit.</summary>
    internal const int NoNumber = -1;

    // Repetitions of repetitions multiply.
    private const int MaxSteps = 50_000;

    private readonly List<PatternStep> _steps = [];

    private PatternProgram()
    {
    }

    internal IReadOnlyList<PatternStep> Steps => _steps;

    /// <summary>The number of runs without limit.</summary>
    internal int Runs { get; private set; }

    /// <summary>The number of forks.</summary>
    internal int Forks { get; private set; }

    /// <exception cref="FormatException">The pattern has too many steps.</exception>
    internal static PatternProgram Compile(PatternNode pattern)
    {
        var program = new PatternProgram();
        program.Emit(pattern, new Rest(NeverFails: true, First: null));
        program.Add(new PatternStep(PatternStepKind.Accept));
        return program;
    }

    private void Emit(PatternNode node, Rest rest)
    {
        switch (node)
        {
            case PatternNode.Character character:
                Add(new PatternStep(PatternStepKind.Character, Set: character.Set));
                break;
            case PatternNode.Sequence sequence:
                for (var i = 0; i < sequence.Parts.Count; i++)
                    Emit(sequence.Parts[i], RestAfter(sequence.Parts, i, rest));
                break;
            case PatternNode.Choice choice:
                EmitChoice(choice, rest);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat, rest);
                break;
            case PatternNode.LookAhead look:
                var at = Add(default);
                Emit(look.Body, new Rest(NeverFails: true, First: null));
                Add(new PatternStep(PatternStepKind.Accept));
                _steps[at] = new PatternStep(PatternStepKind.LookAhead, _steps.Count, look.IsNegative ? 1 : 0);
                break;
            case PatternNode.Anchor anchor:
                Add(new PatternStep(PatternStepKind.Anchor, (int)anchor.Place));
                break;
        }
    }

    private static Rest RestAfter(IReadOnlyList<PatternNode> parts, int index, Rest rest)
    {
        var neverFails = rest.NeverFails;
        for (var i = index + 1; i < parts.Count; i++)
            neverFails &= parts[i].NeverFails;
        return new Rest(neverFails, index + 1 < parts.Count ? PatternNode.Sequence.FirstOf(parts, index + 1) : rest.First);
    }

    private void EmitChoice(PatternNode.Choice choice, Rest rest)
    {
        var jumps = new List<int>();
        for (var i = 0; i < choice.Branches.Count; i++)
        {
            var isLast = i == choice.Branches.Count - 1;
            var fork = isLast ? -1 : AddFork();
            Emit(choice.Branches[i], rest);
            if (isLast)
                continue;
            jumps.Add(Add(default));
            _steps[fork] = _steps[fork] with { X = fork + 1, Y = _steps.Count };
        }
        foreach (var jump in jumps)
            _steps[jump] = new PatternStep(PatternStepKind.Jump, _steps.Count);
    }

    private void EmitRepeat(PatternNode.Repeat repeat, Rest rest)
    {
        if (repeat.Body is PatternNode.Character { Set: var set } && !repeat.IsLazy && (repeat.IsPossessive || rest.NeverFails || rest.First?.IsDisjointFrom(set) == true))
        {
            // At least one and no limit, so that where a run ends does not depend on where it was met.
            if (repeat.Max is null)
                for (var i = 1; i < repeat.Min; i++)
                    Emit(repeat.Body, rest);
            Add(repeat.Max is { } max ? new PatternStep(PatternStepKind.Run, repeat.Min, max, set, NoNumber) : new PatternStep(PatternStepKind.Run, Math.Min(repeat.Min, 1), int.MaxValue, set, Runs++));
            return;
        }
        // Repetitions of a group are never certain of what follows: it may be the group again.
        var inside = new Rest(NeverFails: false, First: null);
        for (var i = 0; i < repeat.Min; i++)
            Emit(repeat.Body, inside);
        if (repeat.Max is null)
        {
            var fork = AddFork();
            Emit(repeat.Body, inside);
            Add(new PatternStep(PatternStepKind.Jump, fork));
            SetFork(fork, _steps.Count, repeat.IsLazy);
            return;
        }
        var forks = new List<int>();
        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            forks.Add(AddFork());
            Emit(repeat.Body, inside);
        }
        foreach (var fork in forks)
            SetFork(fork, _steps.Count, repeat.IsLazy);
    }

    private void SetFork(int fork, int exit, bool isLazy)
        => _steps[fork] = isLazy ? _steps[fork] with { X = exit, Y = fork + 1 } : _steps[fork] with { X = fork + 1, Y = exit };

    private int AddFork() => Add(new PatternStep(PatternStepKind.Fork, Number: Forks++));

    private int Add(PatternStep step)
    {
        if (_steps.Count == MaxSteps)
            throw new FormatException($"becomes more than {MaxSteps} steps.");
        _steps.Add(step);
        return _steps.Count - 1;
    }

    /// <summary>What is known of all that follows a part.</summary>
    /// <param name="NeverFails">It matches whatever comes.</param>
    /// <param name="First">What it must begin with; null where that is not known.</param>
    private readonly record struct Rest(bool NeverFails, CharacterSet? First);
}
