namespace PureSvd.Tokenization;

/// <summary>How many tokens of each sentence of a pair are kept.</summary>
internal static class Truncation
{
    /// <summary>Hugging Face's <c>longest_first</c>, as its Rust library computes it: only the longer sentence is cut while that is enough, else each gets half of the room, the one that is not shorter the odd token.</summary>
    /// <remarks>
    /// Source: <c>truncate_encodings</c> of huggingface/tokenizers, the same since 0.10. From 0.23 on that library stops tokenizing a sentence that is too long by itself before it
    /// gets there; where both sentences are, that can hand the odd token to the other one.
    /// </remarks>
    /// <param name="first">Tokens of the first sentence.</param>
    /// <param name="second">Tokens of the second; 0 for none.</param>
    /// <param name="room">Tokens that fit, special ones not counted.</param>
    internal static (int First, int Second) LongestFirst(int first, int second, int room)
    {
        if ((long)first + second <= room)
            return (first, second);
        var shorter = Math.Min(first, second);
        var longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if ((long)shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + room % 2;
        }
        return first > second ? (longer, shorter) : (shorter, longer);
    }
}
