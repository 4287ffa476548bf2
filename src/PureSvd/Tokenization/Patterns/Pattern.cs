namespace PureSvd.Tokenization;

/// <summary>A compiled regular expression over code points, which matches in time linear in the text whatever the text is. Immutable.</summary>
/// <remarks>
/// .NET's own expressions read UTF-16: there a letter beyond U+FFFF is two characters of which neither is a letter, and their engine without backtracking knows no look-ahead.
/// Oniguruma, which Hugging Face's tokenizers use, reads code points, in the Ruby syntax that is followed here.
/// </remarks>
internal sealed class Pattern
{
    private Pattern(PatternProgram program)
    {
        Steps = [.. program.Steps];
        Forks = program.Forks;
        Runs = program.Runs;
    }

    internal PatternStep[] Steps { get; }

    internal int Forks { get; }

    internal int Runs { get; }

    /// <exception cref="FormatException">The expression is at fault, or uses what is not supported; the message says what.</exception>
    internal static Pattern Parse(string expression) => new(PatternProgram.Compile(PatternParser.Parse(expression)));

    /// <summary>The pattern that finds <paramref name="text"/> itself.</summary>
    internal static Pattern Literal(string text)
        => new(PatternProgram.Compile(new PatternNode.Sequence([.. text.EnumerateRunes().Select(c => new PatternNode.Character(CharacterSet.Of(c.Value)))])));

    /// <summary>The pattern that finds each character of <paramref name="set"/>.</summary>
    internal static Pattern OfSet(CharacterSet set) => new(PatternProgram.Compile(new PatternNode.Character(set)));

    /// <summary>The pattern that finds runs of characters of one of <paramref name="sets"/>.</summary>
    internal static Pattern RunsOf(params CharacterSet[] sets)
        => new(PatternProgram.Compile(new PatternNode.Choice([.. sets.Select(set => new PatternNode.Repeat(new PatternNode.Character(set), 1, null, IsLazy: false, IsPossessive: false))])));

    /// <summary>All matches in <paramref name="text"/>, none overlapping, first to last.</summary>
    internal List<Range> Matches(ReadOnlySpan<char> text)
    {
        using var matcher = new PatternMatcher(this, text);
        var matches = new List<Range>();
        var (at, lastEnd) = (0, -1);
        while (at <= text.Length && matcher.Find(at, out var start, out var end))
        {
            // No empty match right behind the last one.
            if (start == end && end == lastEnd)
            {
                at += at < text.Length ? matcher.LengthAt(at) : 1;
                continue;
            }
            at = lastEnd = end;
            matches.Add(start..end);
        }
        return matches;
    }
}
