using System.Text;

namespace PureSvd.Tokenization;

/// <summary>Unicode's four normal forms, those of Unicode 9 as Hugging Face's tokenizers have them.</summary>
/// <remarks>Source: The Unicode Standard, section 3.11. Linear in the text, except that a run of combining characters is sorted.</remarks>
/// <param name="isCompatible">Also replace what is only compatible: <c>ﬁ</c> by <c>fi</c>.</param>
/// <param name="composes">Compose again at the end.</param>
internal sealed class NormalForm(bool isCompatible, bool composes)
{
    private const int FirstHangul = 0xAC00, LeadingJamo = 0x1100, VowelJamo = 0x1161, TrailingJamo = 0x11A7, LeadingCount = 19, VowelCount = 21, TrailingCount = 28;

    private static readonly Lazy<Dictionary<int, int[]>> Canonical = new(() => Table(UnicodeDecompositions.Canonical));
    private static readonly Lazy<Dictionary<int, int[]>> Compatible = new(() => Table(UnicodeDecompositions.Compatible));
    private static readonly Lazy<Dictionary<long, int>> Compositions = new(BuildCompositions);

    internal static NormalForm Composed { get; } = new(isCompatible: false, composes: true);

    internal static NormalForm Decomposed { get; } = new(isCompatible: false, composes: false);

    internal static NormalForm CompatibilityComposed { get; } = new(isCompatible: true, composes: true);

    internal static NormalForm CompatibilityDecomposed { get; } = new(isCompatible: true, composes: false);

    internal string Normalize(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var characters = new List<int>(text.Length);
        foreach (var character in text.EnumerateRunes())
            Decompose(character.Value, characters);
        Order(characters);
        if (composes)
            Compose(characters);
        var result = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var character in characters)
            result.Append(units[..new Rune(character).EncodeToUtf16(units)]);
        return result.ToString();
    }

    private void Decompose(int character, List<int> result)
    {
        Span<int> jamo = stackalloc int[3];
        if (isCompatible && Compatible.Value.TryGetValue(character, out var parts))
            result.AddRange(parts);
        else if (Canonical.Value.TryGetValue(character, out parts))
            foreach (var part in parts)
                Decompose(part, result);
        else if (UnicodeCharacters.DecomposeHangul(character, jamo) is > 0 and var count)
            result.AddRange(jamo[..count]);
        else
            result.Add(character);
    }

    // Combining characters that follow one another, by their class; equal classes stay in order.
    private static void Order(List<int> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            if (UnicodeCharacters.CombiningClass(characters[start]) == 0)
                continue;
            var end = start + 1;
            while (end < characters.Count && UnicodeCharacters.CombiningClass(characters[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var ordered = characters[start..end].OrderBy(UnicodeCharacters.CombiningClass).ToArray();
                for (var i = 0; i < ordered.Length; i++)
                    characters[start + i] = ordered[i];
            }
            start = end;
        }
    }

    // A character is joined to the last one of class 0 before it if nothing between them blocks it.
    private static void Compose(List<int> characters)
    {
        var (starter, count, lastClass) = (-1, 0, 0);
        for (var i = 0; i < characters.Count; i++)
        {
            var character = characters[i];
            var combiningClass = UnicodeCharacters.CombiningClass(character);
            var isAdjacent = starter == count - 1;
            if (starter >= 0 && (isAdjacent || (lastClass != 0 && lastClass < combiningClass)) && Pair(characters[starter], character) is { } composed)
            {
                characters[starter] = composed;
                continue;
            }
            if (combiningClass == 0)
                starter = count;
            lastClass = combiningClass;
            characters[count++] = character;
        }
        characters.RemoveRange(count, characters.Count - count);
    }

    private static int? Pair(int first, int second)
    {
        var (leading, vowel) = (first - LeadingJamo, second - VowelJamo);
        if (leading is >= 0 and < LeadingCount && vowel is >= 0 and < VowelCount)
            return FirstHangul + (leading * VowelCount + vowel) * TrailingCount;
        var (syllable, trailing) = (first - FirstHangul, second - TrailingJamo);
        if (syllable is >= 0 and < LeadingCount * VowelCount * TrailingCount && syllable % TrailingCount == 0 && trailing is > 0 and < TrailingCount)
            return first + trailing;
        return Compositions.Value.TryGetValue(Key(first, second), out var composed) ? composed : null;
    }

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    private static Dictionary<long, int> BuildCompositions()
    {
        var excluded = CharacterSet.Parse(UnicodeDecompositions.NotComposed);
        return Canonical.Value.Where(entry => entry.Value.Length == 2 && !excluded.Contains(entry.Key)).ToDictionary(entry => Key(entry.Value[0], entry.Value[1]), entry => entry.Key);
    }

    private static Dictionary<int, int[]> Table(string table)
    {
        var entries = new Dictionary<int, int[]>();
        foreach (var (first, last, stride, value) in UnicodeCharacters.Items(table))
        {
            var parts = Array.ConvertAll(value.Split('+'), part => Convert.ToInt32(part, 16));
            // A range of characters goes to a range.
            for (var c = first; c <= last; c += stride)
                entries.Add(c, [.. parts[..^1], parts[^1] + (c - first) / stride]);
        }
        return entries;
    }
}
