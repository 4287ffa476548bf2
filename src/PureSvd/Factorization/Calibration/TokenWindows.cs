using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>A seeded sample of windows of a long text.</summary>
public static class TokenWindows
{
    /// <summary><paramref name="count"/> windows of <paramref name="length"/> tokens of <paramref name="ids"/>, in the order drawn; all there are where the text is too short for that many.</summary>
    /// <param name="ids">The text's tokens, without special ones.</param>
    /// <param name="length">Tokens of a window, BOS included.</param>
    /// <param name="count">How many, from non-overlapping ones.</param>
    /// <param name="bos">The token that every window begins with; null for none.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <exception cref="ArgumentException">The text has not one window, or a window has no room for a token.</exception>
    public static IReadOnlyList<TokenBatch> Choose(int[] ids, int length, int count, int? bos, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = length - (bos is null ? 0 : 1);
        if (text < 2)
            throw new ArgumentException($"A window of {length} tokens has no next token to predict.", nameof(length));
        var available = ids.Length / text;
        if (available == 0)
            throw new ArgumentException($"The text has {ids.Length} tokens, and a window takes {text}.", nameof(ids));
        return [.. CalibrationSample.Choose(available, count, seed).Select(w =>
        {
            var window = ids.AsSpan(w * text, text);
            return TokenBatch.FromIds(bos is { } first ? [first, .. window] : window.ToArray());
        })];
    }
}
