namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>The WordPiece vocabulary: BERT's special tokens, punctuation, letters and digits as whole and as continued pieces, and every word form of the fragment.</summary>
internal static class Vocabulary
{
    private const string FunctionWords = """
        the a an some any every each all no not two three at least most exactly one that who which whom and or but by to of
        is are was were be been do does did it true false something someone nothing there he she they him her them his its
        near beside behind with in on under from for about into over after before when while because then so if
        yesterday today again soon later first next finally also only now never always often sometimes
        what where why how well oh yes please sir madam will would can could may must has have had
        meanwhile perhaps usually once until although tonight early late here
        """;

    /// <summary>The pieces, one a line of <c>vocab.txt</c>.</summary>
    internal static IReadOnlyList<string> Pieces()
    {
        var pieces = new List<string> { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
        var met = new HashSet<string>(pieces);
        for (var c = '!'; c <= '~'; c++)
            if (!char.IsAsciiLetterUpper(c))
                Add(c.ToString());
        for (var c = '0'; c <= '9'; c++)
            Add("##" + c);
        for (var c = 'a'; c <= 'z'; c++)
            Add("##" + c);
        foreach (var word in Words())
            Add(word);
        return pieces;

        void Add(string piece)
        {
            if (met.Add(piece))
                pieces.Add(piece);
        }
    }

    /// <summary>Every word form of the fragment; some more than once.</summary>
    internal static IEnumerable<string> Words()
    {
        foreach (var word in FunctionWords.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            yield return word;
        var lexicon = Lexicon.Default;
        foreach (var noun in lexicon.Nouns)
        {
            yield return noun.Singular;
            yield return noun.Plural;
        }
        foreach (var verb in lexicon.Verbs)
            foreach (var form in new[] { verb.Base, verb.Third, verb.Past, verb.Participle })
                yield return form;
        foreach (var adjective in lexicon.Adjectives)
            yield return adjective.Word;
        foreach (var word in lexicon.Adverbs.Concat(lexicon.Names))
            yield return word;
        foreach (var preposition in lexicon.Prepositions)
            yield return preposition.Word;
    }
}
