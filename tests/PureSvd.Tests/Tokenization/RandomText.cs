using System.Text;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Tokenization;

/// <summary>Random text that mixes words, scripts, marks, controls, special tokens and lone surrogates.</summary>
internal static class RandomText
{
    private static readonly string[] Words = ["the", "Working", "ÉCOLE", "한국", "中文", "[MASK]", "[SEP]", "[mask]", "naïve", "x.y", "don't", "İ", "ß", "ǅ", "👩‍👩‍👧", "\uD800", "\uDFFF", "\u0000", "\u00AD", "\u0301"];
    private static readonly string[] Spaces = [" ", "", "  ", "\t", "\n", "\u00A0", "\u3000", "\u200B", "\u2028"];

    internal static string Next(SeededRandom random)
    {
        var text = new StringBuilder();
        for (var n = random.Next(12); n > 0; n--)
        {
            if (random.Next(3) == 0)
                for (var c = random.Next(6); c > 0; c--)
                    text.Append((char)random.Next(random.Next(2) == 0 ? 0x3000 : 0x10000));
            else
                text.Append(Words[random.Next(Words.Length)]);
            text.Append(Spaces[random.Next(Spaces.Length)]);
        }
        return text.ToString();
    }
}
