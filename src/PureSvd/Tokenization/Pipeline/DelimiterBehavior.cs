namespace PureSvd.Tokenization;

/// <summary>What becomes of what separates words.</summary>
internal enum DelimiterBehavior
{
    /// <summary>It goes.</summary>
    Removed,

    /// <summary>It is a word.</summary>
    Isolated,

    /// <summary>It belongs to the word before it.</summary>
    MergedWithPrevious,

    /// <summary>It belongs to the word after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring ones are one word.</summary>
    Contiguous,
}

/// <summary>Source: <c>NormalizedString::split</c> of huggingface/tokenizers.</summary>
internal static class DelimiterBehaviors
{
    /// <summary>Joins the parts of a text as the behavior says; the first of two separators in a row is joined, the second stands by itself.</summary>
    internal static List<(int Start, int End)> Join(this DelimiterBehavior behavior, List<(int Start, int End, bool IsMatch)> parts)
    {
        var words = new List<(int Start, int End)>(parts.Count);
        var previous = false;
        switch (behavior)
        {
            case DelimiterBehavior.Removed:
                words.AddRange(parts.Where(part => !part.IsMatch).Select(part => (part.Start, part.End)));
                break;
            case DelimiterBehavior.Isolated:
                words.AddRange(parts.Select(part => (part.Start, part.End)));
                break;
            case DelimiterBehavior.MergedWithNext:
                for (var i = parts.Count - 1; i >= 0; i--)
                {
                    var (start, end, isMatch) = parts[i];
                    if (isMatch && !previous && words.Count > 0)
                        words[^1] = (start, words[^1].End);
                    else
                        words.Add((start, end));
                    previous = isMatch;
                }
                words.Reverse();
                break;
            default:
                foreach (var (start, end, isMatch) in parts)
                {
                    var joins = behavior == DelimiterBehavior.Contiguous ? isMatch == previous : isMatch && !previous;
                    if (joins && words.Count > 0)
                        words[^1] = (words[^1].Start, end);
                    else
                        words.Add((start, end));
                    previous = isMatch;
                }
                break;
        }
        return words;
    }
}
