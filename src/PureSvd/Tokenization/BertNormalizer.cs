using System.Globalization;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>BERT's clean-up of raw text: control characters go, white space becomes a space, Chinese characters stand alone, accents and case go.</summary>
/// <param name="CleanText">Remove control characters and turn white space into spaces.</param>
/// <param name="IsolateChinese">Put spaces around Chinese characters.</param>
/// <param name="StripAccents">Decompose (NFD) and drop nonspacing marks.</param>
/// <param name="Lowercase">Lower-case character by character.</param>
internal sealed record BertNormalizer(bool CleanText = true, bool IsolateChinese = true, bool StripAccents = true, bool Lowercase = true)
{
    /// <summary>Appends the normal form of <paramref name="text"/> to <paramref name="result"/>.</summary>
    internal void Normalize(ReadOnlySpan<char> text, StringBuilder result)
    {
        Span<char> utf16 = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune;
            if (CleanText)
            {
                if (c.Value is 0 or 0xFFFD || IsControl(c))
                    continue;
                if (Rune.IsWhiteSpace(c))
                    c = new Rune(' ');
            }
            if (Lowercase)
                c = Rune.ToLowerInvariant(c);
            var isolate = IsolateChinese && IsChinese(c.Value);
            if (isolate)
                result.Append(' ');
            result.Append(utf16[..c.EncodeToUtf16(utf16)]);
            if (isolate)
                result.Append(' ');
        }
    }

    private static bool IsControl(Rune c) => c.Value is not ('\t' or '\n' or '\r') && Rune.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static bool IsChinese(int c) => c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
