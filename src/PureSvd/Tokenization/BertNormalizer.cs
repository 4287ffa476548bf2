using System.Buffers;
using System.Text;

namespace PureSvd.Tokenization;

/// <summary>BERT's clean-up of raw text, step by step as <c>BertNormalizer</c> of Hugging Face's tokenizers.</summary>
/// <remarks>A surrogate without its partner reads as U+FFFD, as it would in UTF-8. Linear in the text, except that a run of combining characters is sorted.</remarks>
/// <param name="CleanText">Remove control characters and turn white space into spaces.</param>
/// <param name="IsolateChinese">Put spaces around Chinese characters.</param>
/// <param name="StripAccents">Decompose (NFD) and drop nonspacing marks.</param>
/// <param name="Lowercase">Lower-case character by character, without regard to the context.</param>
internal sealed record BertNormalizer(bool CleanText = true, bool IsolateChinese = true, bool StripAccents = true, bool Lowercase = true)
{
    /// <summary>Appends the normal form of <paramref name="text"/> to <paramref name="result"/>.</summary>
    internal void Normalize(ReadOnlySpan<char> text, ArrayBufferWriter<char> result)
    {
        var output = new Output(result, Lowercase);
        Span<int> jamo = stackalloc int[3];
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.Value;
            var traits = UnicodeCharacters.Traits(c);
            if (CleanText)
            {
                if ((traits & CharacterTraits.Control) != 0)
                    continue;
                if ((traits & CharacterTraits.WhiteSpace) != 0)
                    (c, traits) = (' ', CharacterTraits.WhiteSpace);
            }

            var isolate = IsolateChinese && (traits & CharacterTraits.Chinese) != 0;
            if (isolate)
                output.Append(' ', CharacterTraits.WhiteSpace);
            if (!StripAccents)
                output.Append(c, traits & ~CharacterTraits.Reorders);
            else if ((traits & CharacterTraits.Decomposes) != 0)
                foreach (var part in UnicodeCharacters.Bases(c))
                    output.AppendStripped(part, UnicodeCharacters.Traits(part));
            else if (UnicodeCharacters.DecomposeHangul(c, jamo) is > 0 and var count)
                foreach (var part in jamo[..count])
                    output.Append(part, CharacterTraits.None);
            else
                output.AppendStripped(c, traits);
            if (isolate)
                output.Append(' ', CharacterTraits.WhiteSpace);
        }
        output.Flush();
    }

    /// <summary>Puts combining characters into canonical order and the rest into lower case.</summary>
    private ref struct Output(ArrayBufferWriter<char> result, bool lowercase)
    {
        // Combining characters that are kept, up to the next character of class 0. Rare: nearly all of them are stripped.
        private List<int>? _combining;

        internal void AppendStripped(int c, CharacterTraits traits)
        {
            if ((traits & CharacterTraits.NonspacingMark) == 0)
                Append(c, traits);
            else if ((traits & CharacterTraits.Reorders) == 0)
                Flush();
        }

        internal void Append(int c, CharacterTraits traits)
        {
            if ((traits & CharacterTraits.Reorders) != 0)
            {
                (_combining ??= []).Add(c);
                return;
            }
            Flush();
            Write(c, traits);
        }

        internal void Flush()
        {
            if (_combining is null or [])
                return;
            foreach (var c in _combining.OrderBy(UnicodeCharacters.CombiningClass))
                Write(c, UnicodeCharacters.Traits(c));
            _combining.Clear();
        }

        private readonly void Write(int c, CharacterTraits traits)
        {
            const int CapitalIWithDot = 0x130;
            if (lowercase && (traits & CharacterTraits.HasLowercase) != 0)
                c = UnicodeCharacters.Lowercase(c);
            else if (lowercase && c == CapitalIWithDot)
            {
                // The one character whose lower case is two.
                result.Write("i\u0307");
                return;
            }
            var span = result.GetSpan(2);
            result.Advance(new Rune(c).EncodeToUtf16(span));
        }
    }
}
