namespace PureSvd.Tokenization;

/// <summary>Encodings filled up to one length, with the mask that says which tokens are real: the form that other tools exchange.</summary>
/// <remarks>The models of this library take sequences of different lengths as they are, without padding.</remarks>
/// <param name="Count">The number of sequences.</param>
/// <param name="Length">The number of tokens of each.</param>
/// <param name="Ids">Token ids [count×length].</param>
/// <param name="TypeIds">Segments [count×length]; 0 on padding.</param>
/// <param name="Mask">1 for a token, 0 for padding [count×length].</param>
public sealed record PaddedBatch(int Count, int Length, int[] Ids, int[] TypeIds, int[] Mask)
{
    /// <summary>Fills <paramref name="encodings"/> up with <paramref name="padId"/>.</summary>
    /// <param name="encodings">The sequences.</param>
    /// <param name="padId">Id of the padding.</param>
    /// <param name="length">Tokens of each; null for the longest one's.</param>
    /// <param name="multipleOf">Rounds the length up to a multiple of this.</param>
    /// <param name="left">Padding in front, as decoders want it.</param>
    /// <exception cref="ArgumentException">An encoding is longer than <paramref name="length"/>.</exception>
    public static PaddedBatch Create(IReadOnlyList<TokenEncoding> encodings, int padId, int? length = null, int multipleOf = 1, bool left = false)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(multipleOf);
        var longest = encodings.Count == 0 ? 0 : encodings.Max(e => e.Ids.Length);
        if (longest > length)
            throw new ArgumentException($"An encoding has {longest} tokens, and is to be padded to {length}.", nameof(length));
        var padded = ((length ?? longest) + multipleOf - 1) / multipleOf * multipleOf;
        var (ids, types, mask) = (new int[encodings.Count * padded], new int[encodings.Count * padded], new int[encodings.Count * padded]);
        Array.Fill(ids, padId);
        for (var i = 0; i < encodings.Count; i++)
        {
            var count = encodings[i].Ids.Length;
            var start = i * padded + (left ? padded - count : 0);
            encodings[i].Ids.CopyTo(ids, start);
            encodings[i].TypeIds.CopyTo(types, start);
            mask.AsSpan(start, count).Fill(1);
        }
        return new PaddedBatch(encodings.Count, padded, ids, types, mask);
    }
}
