namespace PureSvd.Tokenization;

/// <summary>WordPiece: a word becomes the longest piece that it starts with, then the longest continuation piece, and so on; if that fails anywhere, the whole word is unknown.</summary>
/// <remarks>Source: Y. Wu et al., <i>Google's Neural Machine Translation System</i> (2016); the greedy form is that of google-research/bert.</remarks>
internal sealed class WordPieceModel
{
    private readonly PieceTrie _starts = new();
    private readonly PieceTrie _continuations = new();
    private readonly int _unknownId;
    private readonly int _maxWordLength;

    /// <param name="vocabulary">Piece to id.</param>
    /// <param name="unknownId">The id of a word that cannot be made of pieces.</param>
    /// <param name="continuationPrefix">What marks a piece that continues a word: <c>##</c>.</param>
    /// <param name="maxWordLength">Words of more code points are unknown.</param>
    internal WordPieceModel(IEnumerable<KeyValuePair<string, int>> vocabulary, int unknownId, string continuationPrefix = "##", int maxWordLength = 100)
    {
        _unknownId = unknownId;
        _maxWordLength = maxWordLength;
        foreach (var (piece, id) in vocabulary)
        {
            _starts.Add(piece, id);
            if (piece.StartsWith(continuationPrefix, StringComparison.Ordinal))
                _continuations.Add(piece.AsSpan(continuationPrefix.Length), id);
        }
    }

    /// <summary>Appends the ids of <paramref name="word"/>.</summary>
    internal void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > _maxWordLength && CountCodePoints(word) > _maxWordLength)
        {
            ids.Add(_unknownId);
            return;
        }

        var first = ids.Count;
        for (var at = 0; at < word.Length;)
        {
            var length = (at == 0 ? _starts : _continuations).LongestMatch(word[at..], out var id);
            if (length == 0)
            {
                ids.RemoveRange(first, ids.Count - first);
                ids.Add(_unknownId);
                return;
            }
            ids.Add(id);
            at += length;
        }
    }

    private static int CountCodePoints(ReadOnlySpan<char> word)
    {
        var count = 0;
        foreach (var _ in word.EnumerateRunes())
            count++;
        return count;
    }
}
