using System.Globalization;

namespace PureSvd.Tokenization;

/// <summary>Unicode's categories and a few scripts as sets, and which characters are alike but for their case; those of Unicode 16, as the Oniguruma in Hugging Face's tokenizers 0.23 has them.</summary>
/// <remarks>Categories come from the runtime, which knows Unicode 16 or later; what was not yet assigned in 16 is taken back, so that ids do not change with the runtime.</remarks>
internal static class CharacterCategories
{
    private const int CodePoints = 0x110000;

    private static readonly Lazy<CharacterSet[]> Sets = new(BuildSets);
    private static readonly Lazy<Dictionary<string, CharacterSet>> Named = new(BuildNames);
    private static readonly Lazy<Dictionary<int, List<int>>> CaseClasses = new(BuildCaseClasses);

    /// <summary><c>\w</c>.</summary>
    internal static CharacterSet Word => Named.Value["word"];

    /// <summary><c>\w</c> of Rust's regular expressions, which the pre-tokenizer <c>Whitespace</c> uses: as UTS #18 defines it, join controls included.</summary>
    internal static CharacterSet RustWord => Named.Value["rustword"];

    /// <summary>Category N: <c>char::is_numeric</c>.</summary>
    internal static CharacterSet Numeric => Named.Value["n"];

    /// <summary>The set of a property or class such as <c>L</c>, <c>Lu</c>, <c>Han</c> or <c>alpha</c>, without regard to case, spaces, <c>_</c> and <c>-</c>.</summary>
    /// <returns>null for an unknown name.</returns>
    internal static CharacterSet? ByName(string name)
        => Named.Value.GetValueOrDefault(string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant());

    /// <summary><paramref name="set"/> with all characters that differ from one of it in case only.</summary>
    internal static CharacterSet IgnoreCase(CharacterSet set)
    {
        foreach (var alike in CaseClasses.Value.Values)
            if (alike.Exists(set.Contains))
                foreach (var character in alike)
                    if (!set.Contains(character))
                        set = set.Union(CharacterSet.Of(character));
        return set;
    }

    private static CharacterSet[] BuildSets()
    {
        var unassigned = CharacterSet.Parse(UnicodeRanges.Unassigned);
        var categories = new byte[CodePoints];
        for (var c = 0; c < CodePoints; c++)
            categories[c] = (byte)(unassigned.Contains(c) ? UnicodeCategory.OtherNotAssigned : CharUnicodeInfo.GetUnicodeCategory(c));
        return [.. Enumerable.Range(0, (int)UnicodeCategory.OtherNotAssigned + 1).Select(category => CharacterSet.Where(c => categories[c] == category))];
    }

    private static Dictionary<string, CharacterSet> BuildNames()
    {
        // In the order of UnicodeCategory.
        string[] shortNames = ["lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn"];
        var names = new Dictionary<string, CharacterSet>(StringComparer.Ordinal);
        for (var i = 0; i < shortNames.Length; i++)
        {
            var set = Sets.Value[i];
            names[shortNames[i]] = set;
            names[((UnicodeCategory)i).ToString().ToLowerInvariant()] = set;
            var major = shortNames[i][..1];
            names[major] = names.TryGetValue(major, out var others) ? others.Union(set) : set;
        }
        foreach (var (name, major) in new[] { ("letter", "l"), ("mark", "m"), ("number", "n"), ("separator", "z"), ("other", "c"), ("punctuation", "p"), ("symbol", "s"), ("decimalnumber", "nd"), ("nonspacingmark", "mn") })
            names[name] = names[major];
        foreach (var (name, ranges) in UnicodeRanges.Scripts)
            names[name] = CharacterSet.Parse(ranges);
        AddClasses(names);
        return names;
    }

    // POSIX classes as Unicode's regular expressions define them (UTS #18, annex C), with Oniguruma's extras: symbols are punctuation, and six numbers of Latin-1 belong to words.
    private static void AddClasses(Dictionary<string, CharacterSet> names)
    {
        names["any"] = CharacterSet.All;
        names["ascii"] = CharacterSet.Range(0, 0x7F);
        names["space"] = names["whitespace"] = CharacterSet.Parse(UnicodeTables.WhiteSpace);
        names["digit"] = names["nd"];
        names["xdigit"] = CharacterSet.Parse("30-39 41-46 61-66");
        names["alpha"] = names["alphabetic"] = names["l"].Union(names["nl"]).Union(CharacterSet.Parse(UnicodeRanges.OtherAlphabetic));
        names["alnum"] = names["alpha"].Union(names["nd"]);
        var word = names["alpha"].Union(names["m"]).Union(names["nd"]).Union(names["pc"]);
        names["word"] = word.Union(CharacterSet.Parse("B2-B3 B9 BC-BE"));
        names["rustword"] = word.Union(CharacterSet.Parse("200C-200D"));
        names["upper"] = names["uppercase"] = names["lu"].Union(CharacterSet.Parse(UnicodeRanges.OtherUppercase));
        names["lower"] = names["lowercase"] = names["ll"].Union(CharacterSet.Parse(UnicodeRanges.OtherLowercase));
        names["punct"] = names["p"].Union(names["s"]);
        names["cntrl"] = names["cc"];
    }

    private static Dictionary<int, List<int>> BuildCaseClasses()
    {
        var classes = new Dictionary<int, List<int>>();
        void Add(int character, int folded)
        {
            if (!classes.TryGetValue(folded, out var alike))
                classes.Add(folded, alike = [folded]);
            alike.Add(character);
        }

        for (var c = 0; c < CodePoints; c++)
            if ((UnicodeCharacters.Traits(c) & CharacterTraits.HasLowercase) != 0)
                Add(c, UnicodeCharacters.Lowercase(c));
        foreach (var (first, _, _, folded) in UnicodeCharacters.Items(UnicodeRanges.OtherFoldings))
            Add(first, int.Parse(folded, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return classes;
    }
}
