using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Finds the longest piece that a text starts with, in one pass over that piece.</summary>
internal sealed class PieceTrie
{
    private const int None = -1;

    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _ids = [None];

    /// <summary>Adds a piece; the empty one is ignored, since nothing advances by it.</summary>
    internal void Add(ReadOnlySpan<char> piece, int id)
    {
        if (piece.IsEmpty)
            return;
        var node = 0;
        foreach (var c in piece)
        {
            var key = Key(node, c);
            if (!_children.TryGetValue(key, out var child))
            {
                child = _ids.Count;
                _ids.Add(None);
                _children.Add(key, child);
            }
            node = child;
        }
        _ids[node] = id;
    }

    /// <summary>The length of the longest piece at the start of <paramref name="text"/>, and its id; 0 where there is none.</summary>
    internal int LongestMatch(ReadOnlySpan<char> text, out int id)
    {
        id = None;
        var (node, length) = (0, 0);
        for (var i = 0; i < text.Length && _children.TryGetValue(Key(node, text[i]), out node); i++)
            if (_ids[node] != None)
                (id, length) = (_ids[node], i + 1);
        return length;
    }

    /// <summary>Adds a piece as UTF-8; a trie holds either kind, not both.</summary>
    internal void Add(ReadOnlySpan<byte> piece, int id) => Add(Encoding.Latin1.GetString(piece), id);

    /// <summary>The same, of UTF-8.</summary>
    internal int LongestMatch(ReadOnlySpan<byte> text, out int id)
    {
        id = None;
        var (node, length) = (0, 0);
        for (var i = 0; i < text.Length && _children.TryGetValue(Key(node, (char)text[i]), out node); i++)
            if (_ids[node] != None)
                (id, length) = (_ids[node], i + 1);
        return length;
    }

    private static long Key(int node, char c) => ((long)node << 16) | c;
}
