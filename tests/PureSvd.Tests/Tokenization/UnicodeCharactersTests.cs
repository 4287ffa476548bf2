using System.Globalization;
using System.Text;
using PureSvd.Tokenization;

namespace PureSvd.Tests.Tokenization;

/// <summary>The tables against the runtime's own, which know later versions of Unicode: what an older version says must hold there too, up to the few characters that changed.</summary>
public class UnicodeCharactersTests
{
    [Fact]
    public void White_space_is_the_runtimes()
        => AssertSame(CharacterTraits.WhiteSpace, Rune.IsWhiteSpace, missing: 0);

    [Fact]
    public void Every_nonspacing_mark_is_one_for_the_runtime()
        // U+1734 and U+1171E became spacing marks later; the runtime knows 560 later marks.
        => AssertSame(CharacterTraits.NonspacingMark, c => Rune.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark || c.Value is 0x1734 or 0x1171E, missing: 700);

    [Fact]
    public void Every_punctuation_character_is_one_for_the_runtime_or_an_ASCII_symbol()
        // U+166D and U+111C9 became a symbol and a mark.
        => AssertSame(CharacterTraits.Punctuation, c => Rune.IsPunctuation(c) || (c.IsAscii && Rune.IsSymbol(c)) || c.Value is 0x166D or 0x111C9, missing: 200);

    [Fact]
    public void Every_removed_character_is_a_control_format_or_private_one_or_stands_for_no_character()
        => AssertSame(CharacterTraits.Control, c => c.Value == 0xFFFD || (c.Value is not ('\t' or '\n' or '\r') && Rune.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse), missing: 20);

    [Fact]
    public void Lower_case_is_the_runtimes_wherever_it_has_one()
    {
        for (var c = 0; c < 0x110000; c++)
            if (Rune.IsValid(c) && Rune.ToLowerInvariant(new Rune(c)).Value is var lower && lower != c)
            {
                Assert.True((UnicodeCharacters.Traits(c) & CharacterTraits.HasLowercase) != 0, $"U+{c:X4}");
                Assert.Equal(lower, UnicodeCharacters.Lowercase(c));
            }
    }

    [Fact]
    public void A_character_decomposes_into_characters_that_do_not_and_that_are_no_accents()
    {
        var count = 0;
        for (var c = 0; c < 0x110000; c++)
        {
            if ((UnicodeCharacters.Traits(c) & CharacterTraits.Decomposes) == 0)
                continue;
            count++;
            Assert.Equal((CharacterTraits)0, UnicodeCharacters.Traits(c) & CharacterTraits.NonspacingMark);
            foreach (var part in UnicodeCharacters.Bases(c))
                Assert.Equal((CharacterTraits)0, UnicodeCharacters.Traits(part) & (CharacterTraits.Decomposes | CharacterTraits.NonspacingMark));
        }
        Assert.InRange(count, 2000, 2060);
    }

    [Fact]
    public void A_Hangul_syllable_composes_again_from_its_jamo()
    {
        Span<int> jamo = stackalloc int[3];
        for (var c = 0xAC00; c <= 0xD7A3; c++)
        {
            var count = UnicodeCharacters.DecomposeHangul(c, jamo);
            Assert.Equal(c, 0xAC00 + ((jamo[0] - 0x1100) * 21 + (jamo[1] - 0x1161)) * 28 + (count == 3 ? jamo[2] - 0x11A7 : 0));
        }
        Assert.Equal(0, UnicodeCharacters.DecomposeHangul(0xABFF, jamo));
        Assert.Equal(0, UnicodeCharacters.DecomposeHangul(0xD7A4, jamo));
    }

    private static void AssertSame(CharacterTraits trait, Func<Rune, bool> runtime, int missing)
    {
        var unknown = 0;
        for (var c = 0; c < 0x110000; c++)
        {
            if (!Rune.IsValid(c))
                continue;
            var has = (UnicodeCharacters.Traits(c) & trait) != 0;
            if (has)
                Assert.True(runtime(new Rune(c)), $"U+{c:X4}");
            else if (runtime(new Rune(c)))
                unknown++;
        }
        Assert.InRange(unknown, 0, missing);
    }
}
