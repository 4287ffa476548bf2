namespace PureSvd.Tokenization;

/// <summary>A set of code points. Immutable.</summary>
internal sealed class CharacterSet
{
    private const int CodePoints = 0x110000, Direct = 0x10000;

    /// <summary>Where the set begins and ends by turns: [a, b) and [c, d) as a, b, c, d.</summary>
    private readonly int[] _bounds;
    private readonly Lazy<ulong[]> _direct;

    private CharacterSet(int[] bounds)
    {
        _bounds = bounds;
        _direct = new Lazy<ulong[]>(BuildDirect);
    }

    internal static CharacterSet Empty { get; } = new([]);

    internal static CharacterSet All { get; } = new([0, CodePoints]);

    internal bool IsEmpty => _bounds.Length == 0;

    internal static CharacterSet Of(int character) => Range(character, character);

    /// <summary>From <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    internal static CharacterSet Range(int first, int last) => new([first, last + 1]);

    /// <summary>Ranges in hexadecimal, ascending and apart: <c>41-5A 5F</c>.</summary>
    internal static CharacterSet Parse(string ranges)
    {
        var bounds = new List<int>();
        foreach (var (first, last, _, _) in UnicodeCharacters.Items(ranges))
        {
            if (bounds.Count > 0 && bounds[^1] == first)
                bounds.RemoveAt(bounds.Count - 1);
            else
                bounds.Add(first);
            bounds.Add(last + 1);
        }
        return new CharacterSet([.. bounds]);
    }

    /// <summary>All code points that <paramref name="contains"/> accepts.</summary>
    internal static CharacterSet Where(Func<int, bool> contains)
    {
        var bounds = new List<int>();
        for (var c = 0; c < CodePoints; c++)
            if (contains(c) != (bounds.Count % 2 == 1))
                bounds.Add(c);
        if (bounds.Count % 2 == 1)
            bounds.Add(CodePoints);
        return new CharacterSet([.. bounds]);
    }

    internal bool Contains(int character)
        => character < Direct ? (_direct.Value[character >> 6] >> character & 1) != 0 : IsInside(character);

    internal CharacterSet Complement() => Combine(All, (self, all) => all && !self);

    internal CharacterSet Union(CharacterSet other) => Combine(other, (a, b) => a || b);

    internal CharacterSet Intersect(CharacterSet other) => Combine(other, (a, b) => a && b);

    internal bool IsDisjointFrom(CharacterSet other) => Intersect(other).IsEmpty;

    /// <summary>Every code point of the set, while there are at most <paramref name="limit"/>; null where there are more.</summary>
    internal List<int>? Enumerate(int limit)
    {
        var members = new List<int>();
        for (var i = 0; i < _bounds.Length; i += 2)
            for (var c = _bounds[i]; c < _bounds[i + 1]; c++)
            {
                if (members.Count == limit)
                    return null;
                members.Add(c);
            }
        return members;
    }

    private bool IsInside(int character)
    {
        var at = Array.BinarySearch(_bounds, character);
        return at >= 0 ? at % 2 == 0 : ~at % 2 == 1;
    }

    private CharacterSet Combine(CharacterSet other, Func<bool, bool, bool> keep)
    {
        var bounds = new List<int>();
        var (i, j) = (0, 0);
        while (i < _bounds.Length || j < other._bounds.Length)
        {
            var at = Math.Min(i < _bounds.Length ? _bounds[i] : CodePoints, j < other._bounds.Length ? other._bounds[j] : CodePoints);
            if (i < _bounds.Length && _bounds[i] == at)
                i++;
            if (j < other._bounds.Length && other._bounds[j] == at)
                j++;
            if (keep(i % 2 == 1, j % 2 == 1) != (bounds.Count % 2 == 1))
                bounds.Add(at);
        }
        return new CharacterSet([.. bounds]);
    }

    private ulong[] BuildDirect()
    {
        var bits = new ulong[Direct / 64];
        for (var i = 0; i < _bounds.Length; i += 2)
            for (var c = _bounds[i]; c < Math.Min(_bounds[i + 1], Direct); c++)
                bits[c >> 6] |= 1UL << c;
        return bits;
    }
}
