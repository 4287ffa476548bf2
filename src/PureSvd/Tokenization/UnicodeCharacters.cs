using System.Globalization;

namespace PureSvd.Tokenization;

/// <summary>What <see cref="UnicodeTables"/> says of a character.</summary>
[Flags]
internal enum CharacterTraits : byte
{
    /// <summary>A character that passes through unchanged.</summary>
    None = 0,

    /// <summary>Removed by the clean-up.</summary>
    Control = 1,

    /// <summary>White_Space, which ends a word.</summary>
    WhiteSpace = 2,

    /// <summary>A word of its own.</summary>
    Punctuation = 4,

    /// <summary>An ideograph, which BERT sets off by spaces.</summary>
    Chinese = 8,

    /// <summary>An accent, which is stripped.</summary>
    NonspacingMark = 16,

    /// <summary>The canonical combining class is not 0.</summary>
    Reorders = 32,

    /// <summary>The decomposition without accents is another character, or several.</summary>
    Decomposes = 64,

    /// <summary>There is a lower case.</summary>
    HasLowercase = 128,
}

/// <summary>Looks characters up in <see cref="UnicodeTables"/>.</summary>
internal static class UnicodeCharacters
{
    private const int PageBits = 8;
    private const int FirstHangul = 0xAC00, LastHangul = 0xD7A3;
    private const int LeadingJamo = 0x1100, VowelJamo = 0x1161, TrailingJamo = 0x11A7, VowelCount = 21, TrailingCount = 28;

    private static readonly Dictionary<int, int> LowercaseOf = [];
    private static readonly Dictionary<int, int[]> BasesOf = [];
    private static readonly Dictionary<int, byte> CombiningClassOf = [];
    private static readonly CharacterTraits[][] Pages = BuildPages();

    /// <summary>Everything there is to know of code point <paramref name="c"/> without a further look.</summary>
    internal static CharacterTraits Traits(int c) => Pages[c >> PageBits][c & ((1 << PageBits) - 1)];

    /// <summary>The simple lower case of a character that <see cref="CharacterTraits.HasLowercase"/>.</summary>
    internal static int Lowercase(int c) => LowercaseOf[c];

    /// <summary>The canonical combining class.</summary>
    internal static byte CombiningClass(int c) => CombiningClassOf.GetValueOrDefault(c);

    /// <summary>The decomposition, without accents, of a character that <see cref="CharacterTraits.Decomposes"/>.</summary>
    internal static ReadOnlySpan<int> Bases(int c) => BasesOf[c];

    /// <summary>The jamo of a Hangul syllable: two or three, or none if <paramref name="c"/> is something else.</summary>
    /// <remarks>Source: The Unicode Standard, section 3.12.</remarks>
    internal static int DecomposeHangul(int c, Span<int> jamo)
    {
        if (c is < FirstHangul or > LastHangul)
            return 0;
        var index = c - FirstHangul;
        jamo[0] = LeadingJamo + index / (VowelCount * TrailingCount);
        jamo[1] = VowelJamo + index / TrailingCount % VowelCount;
        jamo[2] = TrailingJamo + index % TrailingCount;
        return jamo[2] == TrailingJamo ? 2 : 3;
    }

    private static CharacterTraits[][] BuildPages()
    {
        var empty = new CharacterTraits[1 << PageBits];
        var pages = new CharacterTraits[0x110000 >> PageBits][];
        Array.Fill(pages, empty);

        void Mark(int first, int last, CharacterTraits trait, int stride = 1)
        {
            for (var c = first; c <= last; c += stride)
            {
                ref var page = ref pages[c >> PageBits];
                if (page == empty)
                    page = new CharacterTraits[1 << PageBits];
                page[c & ((1 << PageBits) - 1)] |= trait;
            }
        }

        foreach (var (text, trait) in new[]
        {
            (UnicodeTables.Controls, CharacterTraits.Control),
            (UnicodeTables.Punctuation, CharacterTraits.Punctuation),
            (UnicodeTables.NonspacingMarks, CharacterTraits.NonspacingMark),
            (UnicodeTables.WhiteSpace, CharacterTraits.WhiteSpace),
            (UnicodeTables.Chinese, CharacterTraits.Chinese),
        })
            foreach (var item in Items(text))
                Mark(item.First, item.Last, trait);
        foreach (var item in Items(UnicodeTables.CombiningClasses))
        {
            Mark(item.First, item.Last, CharacterTraits.Reorders);
            for (var c = item.First; c <= item.Last; c++)
                CombiningClassOf[c] = byte.Parse(item.Value, CultureInfo.InvariantCulture);
        }
        foreach (var item in Items(UnicodeTables.Lowercase))
        {
            Mark(item.First, item.Last, CharacterTraits.HasLowercase, item.Stride);
            var distance = item.Value[0] == '-' ? -Hex(item.Value.AsSpan(1)) : Hex(item.Value);
            for (var c = item.First; c <= item.Last; c += item.Stride)
                LowercaseOf[c] = c + distance;
        }
        foreach (var item in Items(UnicodeTables.BaseCharacters))
        {
            Mark(item.First, item.Last, CharacterTraits.Decomposes);
            var bases = Array.ConvertAll(item.Value.Split('+'), value => Hex(value));
            for (var c = item.First; c <= item.Last; c++)
                BasesOf[c] = bases;
        }
        return pages;
    }

    /// <summary>The items of a table of <see cref="UnicodeTables"/>.</summary>
    // item = first ['-' last] ['/' stride] [':' value]
    internal static IEnumerable<(int First, int Last, int Stride, string Value)> Items(string table)
    {
        foreach (var item in table.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(':');
            var range = parts[0].Split('/');
            var ends = range[0].Split('-');
            yield return (Hex(ends[0]), Hex(ends[^1]), range.Length > 1 ? Hex(range[1]) : 1, parts.Length > 1 ? parts[1] : "");
        }
    }

    private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
