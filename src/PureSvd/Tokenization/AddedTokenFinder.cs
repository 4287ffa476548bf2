using System.Buffers;
using System.Globalization;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Cuts a text where added tokens occur: at the leftmost place the longest of them, as <c>AddedVocabulary</c> of Hugging Face's tokenizers.</summary>
internal sealed class AddedTokenFinder
{
    private readonly PieceTrie _contents = new();
    private readonly List<AddedToken> _tokens = [];
    private readonly SearchValues<char> _firstCharacters;

    /// <param name="tokens">The tokens, each with the text that it is found by.</param>
    internal AddedTokenFinder(IEnumerable<(AddedToken Token, string Content)> tokens)
    {
        var first = new HashSet<char>();
        foreach (var (token, content) in tokens)
        {
            if (content.Length == 0)
                continue;
            _contents.Add(content, _tokens.Count);
            _tokens.Add(token);
            first.Add(content[0]);
        }
        _firstCharacters = SearchValues.Create([.. first]);
    }

    /// <summary>The parts of <paramref name="text"/>, in order: those between tokens with null, the others with their token.</summary>
    internal List<(Range Part, AddedToken? Token)> Split(ReadOnlySpan<char> text)
    {
        var parts = new List<(Range, AddedToken?)>();
        var done = 0;
        for (var at = 0; Find(text, ref at, out var token, out var length);)
        {
            var (start, end) = (at, at + length);
            at = end;
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
                continue;
            if (token.StripLeft)
                start = Math.Max(done, text[..start].TrimEnd().Length);
            if (token.StripRight)
                end = text.Length - text[end..].TrimStart().Length;
            if (done < start)
                parts.Add((done..start, null));
            parts.Add((start..end, token));
            done = end;
        }
        if (done < text.Length)
            parts.Add((done.., null));
        return parts;
    }

    private bool Find(ReadOnlySpan<char> text, ref int at, out AddedToken token, out int length)
    {
        while (at < text.Length)
        {
            var skip = text[at..].IndexOfAny(_firstCharacters);
            if (skip < 0)
                break;
            at += skip;
            length = _contents.LongestMatch(text[at..], out var index);
            if (length > 0)
            {
                token = _tokens[index];
                return true;
            }
            at++;
        }
        (token, length) = (null!, 0);
        return false;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) => Rune.DecodeLastFromUtf16(text, out var last, out _) == OperationStatus.Done && IsWord(last);

    private static bool StartsWithWord(ReadOnlySpan<char> text) => Rune.DecodeFromUtf16(text, out var first, out _) == OperationStatus.Done && IsWord(first);

    // \w of Unicode regular expressions (UTS #18): alphabetic, marks, decimal digits, connector punctuation, join controls.
    private static bool IsWord(Rune c) => Rune.GetUnicodeCategory(c) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.LetterNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => c.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        UnicodeCategory.Format => c.Value is 0x200C or 0x200D,
        _ => false,
    };
}
