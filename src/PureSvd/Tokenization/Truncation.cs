namespace PureSvd.Tokenization;

/// <summary>How many tokens of each sentence of a pair are kept.</summary>
internal static class Truncation
{
    /// <summary>Hugging Face's <c>longest_first</c>, as its Rust library computes it: only the longer sentence is cut while that is enough, else each gets half of the room, the one that is not shorter the odd token.</summary>
    /// <param name="first">Tokens of the first sentence.</param>
    /// <param name="second">Tokens of the second; 0 for none.</param>
    /// <param name="room">Tokens that fit, special ones not counted.</param>
    internal static (int First, int Second) LongestFirst(int first, int second, int room)
    {
        if ((long)first + second <= room)
            return (first, second);
        var (shorter, longer) = (Math.Min(first, second), 0);
        longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if ((long)shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + room % 2;
        }
        return first > second ? (longer, shorter) : (shorter, longer);
    }
}
