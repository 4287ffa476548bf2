namespace PureSvd.Tokenization;

/// <summary>How special tokens surround a sentence or a pair: <c>[CLS] a [SEP] b [SEP]</c>.</summary>
/// <param name="Single">The parts around one sentence.</param>
/// <param name="Pair">The parts around two.</param>
internal sealed record SpecialTokenTemplate(IReadOnlyList<SpecialTokenTemplate.Part> Single, IReadOnlyList<SpecialTokenTemplate.Part> Pair)
{
    /// <summary>The first sentence, as <see cref="Part.Sentence"/>.</summary>
    internal const int First = 0;

    /// <summary>The second.</summary>
    internal const int Second = 1;

    /// <summary>No special tokens at all.</summary>
    internal static SpecialTokenTemplate None { get; } = new([Part.Of(First, 0)], [Part.Of(First, 0), Part.Of(Second, 1)]);

    /// <summary>BERT's.</summary>
    internal static SpecialTokenTemplate Bert(int cls, int sep) => new(
        [Part.Token(0, cls), Part.Of(First, 0), Part.Token(0, sep)],
        [Part.Token(0, cls), Part.Of(First, 0), Part.Token(0, sep), Part.Of(Second, 1), Part.Token(1, sep)]);

    /// <summary>A decoder's: BOS before and EOS behind each sentence, where there is one.</summary>
    internal static SpecialTokenTemplate Decoder(int? bos, int? eos)
    {
        List<Part> Surround(int sentence)
        {
            var parts = new List<Part>();
            if (bos is { } first)
                parts.Add(Part.Token(sentence, first));
            parts.Add(Part.Of(sentence, sentence));
            if (eos is { } last)
                parts.Add(Part.Token(sentence, last));
            return parts;
        }
        return new SpecialTokenTemplate(Surround(First), [.. Surround(First), .. Surround(Second)]);
    }

    /// <summary>Cuts the sentences to <paramref name="maxLength"/> tokens, special ones included, and puts the special tokens around them.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> has no room for the special tokens.</exception>
    internal TokenEncoding Encode(int[] first, int[]? second, int? maxLength, bool truncateLeft)
    {
        var specialCount = CountSpecial(second is not null);
        if (maxLength < specialCount)
            throw new ArgumentOutOfRangeException(nameof(maxLength), $"{maxLength} tokens are too few: the special tokens alone are {specialCount}.");
        var secondLength = second?.Length ?? 0;
        var (firstKept, secondKept) = Truncation.LongestFirst(first.Length, secondLength, maxLength - specialCount ?? int.MaxValue);

        ReadOnlySpan<int> Keep(int[]? tokens, int count) => truncateLeft ? tokens.AsSpan((tokens?.Length ?? 0) - count) : tokens.AsSpan(0, count);
        return Apply(Keep(first, firstKept), Keep(second, secondKept), second is not null, first.Length + secondLength - firstKept - secondKept);
    }

    /// <summary>The number of special tokens that come with one sentence or with a pair.</summary>
    internal int CountSpecial(bool isPair)
    {
        var count = 0;
        foreach (var part in isPair ? Pair : Single)
            count += part.Ids.Count;
        return count;
    }

    /// <summary>Puts the tokens of the sentences in their places.</summary>
    internal TokenEncoding Apply(ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool isPair, int truncated)
    {
        var length = first.Length + second.Length + CountSpecial(isPair);
        var (ids, types, special) = (new int[length], new int[length], new bool[length]);
        var at = 0;
        foreach (var part in isPair ? Pair : Single)
        {
            var start = at;
            if (part.Sentence is { } sentence)
            {
                var tokens = sentence == First ? first : second;
                tokens.CopyTo(ids.AsSpan(at));
                at += tokens.Length;
            }
            else
                foreach (var id in part.Ids)
                {
                    special[at] = true;
                    ids[at++] = id;
                }
            types.AsSpan(start, at - start).Fill(part.TypeId);
        }
        return new TokenEncoding(ids, types, special, truncated);
    }

    /// <summary>A sentence, or special tokens.</summary>
    /// <param name="Sentence"><see cref="First"/>, <see cref="Second"/>, or null for special tokens.</param>
    /// <param name="TypeId">The type of its tokens.</param>
    /// <param name="Ids">The special tokens.</param>
    internal sealed record Part(int? Sentence, int TypeId, IReadOnlyList<int> Ids)
    {
        internal static Part Of(int sentence, int typeId) => new(sentence, typeId, []);

        internal static Part Token(int typeId, params int[] ids) => new(null, typeId, ids);
    }
}
