namespace PureSvd.Tokenization;

/// <summary>Pieces to text: continuation pieces are joined to the word before them, and the spaces that tokenizing put before punctuation go.</summary>
/// <param name="Prefix">What marks a continuation: <c>##</c>.</param>
/// <param name="Cleanup">Remove those spaces.</param>
internal sealed record WordPieceDecoder(string Prefix = "##", bool Cleanup = true)
{
    private static readonly (string From, string To)[] Contractions =
        [(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")];

    /// <summary>What <paramref name="piece"/> adds to the text.</summary>
    internal string Text(string piece, bool isFirst)
    {
        if (!isFirst)
            piece = piece.StartsWith(Prefix, StringComparison.Ordinal) ? piece[Prefix.Length..] : " " + piece;
        if (Cleanup)
            foreach (var (from, to) in Contractions)
                piece = piece.Replace(from, to, StringComparison.Ordinal);
        return piece;
    }
}
