namespace PureSvd.Tokenization;

/// <summary>A regular expression as a tree.</summary>
internal abstract record PatternNode
{
    /// <summary>It can match nothing, whatever follows: in a greedy expression such a part never fails.</summary>
    internal abstract bool NeverFails { get; }

    /// <summary>The characters that a match can begin with; null where it may be empty or looks ahead.</summary>
    internal abstract CharacterSet? First { get; }

    /// <summary>One character.</summary>
    internal sealed record Character(CharacterSet Set) : PatternNode
    {
        internal override bool NeverFails => false;

        internal override CharacterSet? First => Set;
    }

    /// <summary>One part after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        internal override bool NeverFails => Parts.All(part => part.NeverFails);

        internal override CharacterSet? First => FirstOf(Parts, 0);

        /// <summary>What a match of the parts from <paramref name="index"/> on can begin with.</summary>
        internal static CharacterSet? FirstOf(IReadOnlyList<PatternNode> parts, int index)
        {
            var set = CharacterSet.Empty;
            for (; index < parts.Count; index++)
            {
                if (parts[index].First is { } first)
                    return set.Union(first);
                if (parts[index] is not Repeat { Body.First: { } optional })
                    return null;
                set = set.Union(optional);
            }
            return null;
        }
    }

    /// <summary>The first branch that matches.</summary>
    internal sealed record Choice(IReadOnlyList<PatternNode> Branches) : PatternNode
    {
        internal override bool NeverFails => Branches.Any(branch => branch.NeverFails);

        internal override CharacterSet? First
            => Branches.Any(branch => branch.First is null) ? null : Branches.Aggregate(CharacterSet.Empty, (set, branch) => set.Union(branch.First!));
    }

    /// <summary>Several times.</summary>
    /// <param name="Body">What.</param>
    /// <param name="Min">At least so often.</param>
    /// <param name="Max">At most so often; null for no limit.</param>
    /// <param name="IsLazy">As few as possible.</param>
    /// <param name="IsPossessive">As many as possible, and none is given back.</param>
    internal sealed record Repeat(PatternNode Body, int Min, int? Max, bool IsLazy, bool IsPossessive) : PatternNode
    {
        internal override bool NeverFails => Min == 0;

        internal override CharacterSet? First => Min == 0 ? null : Body.First;
    }

    /// <summary>What follows here matches, or does not; nothing is taken.</summary>
    internal sealed record LookAhead(PatternNode Body, bool IsNegative) : PatternNode
    {
        internal override bool NeverFails => false;

        internal override CharacterSet? First => null;
    }

    /// <summary>A place.</summary>
    internal sealed record Anchor(PatternAnchor Place) : PatternNode
    {
        internal override bool NeverFails => false;

        internal override CharacterSet? First => null;
    }
}

/// <summary>Places in a text, as Oniguruma's Ruby syntax has them.</summary>
internal enum PatternAnchor
{
    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\Z</c>: the end, or before a line feed that ends the text.</summary>
    LastLineEnd,

    /// <summary><c>^</c>: behind any line feed, but not at the end of the text.</summary>
    LineStart,

    /// <summary><c>$</c>: before any line feed.</summary>
    LineEnd,

    /// <summary><c>\b</c>.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NoWordBoundary,
}
