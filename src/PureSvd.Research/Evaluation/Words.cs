namespace PureSvd.Research.Evaluation;

/// <summary>Words for counting: lower case, runs of letters, digits and apostrophes; any other character that is not a space is one word.</summary>
internal static class Words
{
    internal static List<string> Of(string sentence)
    {
        var words = new List<string>();
        var text = sentence.ToLowerInvariant();
        for (var i = 0; i < text.Length;)
        {
            var start = i++;
            if (char.IsWhiteSpace(text[start]))
                continue;
            if (IsInner(text[start]))
                while (i < text.Length && IsInner(text[i]))
                    i++;
            words.Add(text[start..i]);
        }
        return words;
    }

    private static bool IsInner(char c) => char.IsLetterOrDigit(c) || c is '\'' or '’';
}
