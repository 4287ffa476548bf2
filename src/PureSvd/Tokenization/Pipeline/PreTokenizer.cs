namespace PureSvd.Tokenization;

/// <summary>A part of a text.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="IsFirst">It starts where the text does.</param>
internal readonly record struct TextPiece(ReadOnlyMemory<char> Text, bool IsFirst);

/// <summary>Cuts text into words, each of which the model encodes by itself.</summary>
internal abstract record PreTokenizer
{
    /// <summary>Appends the words of <paramref name="piece"/>; empty ones are left out.</summary>
    internal abstract void Split(TextPiece piece, List<TextPiece> words);

    /// <summary>One after the other, each on the words of the last.</summary>
    internal sealed record Sequence(IReadOnlyList<PreTokenizer> Parts) : PreTokenizer
    {
        internal override void Split(TextPiece piece, List<TextPiece> words)
        {
            List<TextPiece> current = [piece];
            foreach (var part in Parts)
            {
                var next = new List<TextPiece>(current.Count);
                foreach (var word in current)
                    part.Split(word, next);
                current = next;
            }
            words.AddRange(current);
        }
    }

    /// <summary>Cuts at the matches of a pattern.</summary>
    /// <param name="Pattern">What separates.</param>
    /// <param name="Behavior">What becomes of it.</param>
    /// <param name="Invert">What does not match separates.</param>
    internal sealed record Delimiter(Pattern Pattern, DelimiterBehavior Behavior, bool Invert = false) : PreTokenizer
    {
        internal static Delimiter OfSet(CharacterSet set, DelimiterBehavior behavior) => new(Pattern.OfSet(set), behavior);

        internal override void Split(TextPiece piece, List<TextPiece> words)
        {
            var text = piece.Text;
            var parts = new List<(int Start, int End, bool IsMatch)>();
            var done = 0;
            foreach (var match in Pattern.Matches(text.Span))
            {
                if (done != match.Start.Value)
                    parts.Add((done, match.Start.Value, Invert));
                parts.Add((match.Start.Value, match.End.Value, !Invert));
                done = match.End.Value;
            }
            if (done != text.Length)
                parts.Add((done, text.Length, Invert));
            foreach (var (start, end) in Behavior.Join(parts))
                if (start < end)
                    words.Add(new TextPiece(text[start..end], piece.IsFirst && start == 0));
        }
    }

    /// <summary>Spaces are written as <paramref name="Replacement"/>, and words start with it.</summary>
    /// <param name="Replacement"><c>▁</c>.</param>
    /// <param name="Prefix">Where one is put in front.</param>
    /// <param name="IsSplit">Whether words are cut apart.</param>
    internal sealed record Metaspace(string Replacement, MetaspacePrefix Prefix, bool IsSplit) : PreTokenizer
    {
        private readonly Delimiter _words = new(Pattern.Literal(Replacement), DelimiterBehavior.MergedWithNext);

        internal override void Split(TextPiece piece, List<TextPiece> words)
        {
            var text = piece.Text.ToString().Replace(" ", Replacement, StringComparison.Ordinal);
            var isPrefixed = Prefix == MetaspacePrefix.Always || (Prefix == MetaspacePrefix.First && piece.IsFirst);
            if (isPrefixed && !text.StartsWith(Replacement, StringComparison.Ordinal))
                text = Replacement + text;
            var written = piece with { Text = text.AsMemory() };
            if (IsSplit)
                _words.Split(written, words);
            else
                words.Add(written);
        }
    }

    /// <summary>GPT-2's: text as UTF-8, each byte as a character of its own.</summary>
    /// <param name="AddSpace">Put a space in front where there is none.</param>
    /// <param name="UsePattern">Cut into words by GPT-2's pattern.</param>
    internal sealed record ByteLevel(bool AddSpace, bool UsePattern) : PreTokenizer
    {
        private static readonly Lazy<Delimiter> Words = new(()
            => new Delimiter(Pattern.Parse(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), DelimiterBehavior.Isolated));

        internal override void Split(TextPiece piece, List<TextPiece> words)
        {
            if (AddSpace && !piece.Text.Span.StartsWith(" "))
                piece = piece with { Text = (" " + piece.Text.ToString()).AsMemory() };
            var start = words.Count;
            if (UsePattern)
                Words.Value.Split(piece, words);
            else
                words.Add(piece);
            for (var i = start; i < words.Count; i++)
                words[i] = words[i] with { Text = ByteAlphabet.Write(words[i].Text.Span).AsMemory() };
        }
    }
}

/// <summary>Where <c>Metaspace</c> puts a space in front.</summary>
internal enum MetaspacePrefix
{
    /// <summary>Nowhere.</summary>
    Never,

    /// <summary>At the start of the text.</summary>
    First,

    /// <summary>At the start of every part between added tokens.</summary>
    Always,
}
