using PureSvd.Tokenization;

namespace PureSvd.Models;

/// <summary>Sequences laid end to end without padding: token t of sequence s is row <c>Start(s) + t</c> of every hidden state [tokens×hidden].</summary>
/// <remarks>A padded batch with an attention mask becomes one by leaving out what the mask hides, so that padding costs nothing and cannot change a result.</remarks>
public sealed class TokenBatch
{
    private readonly int[] _starts;
    private int[]? _oneEach;

    /// <summary>A batch of <paramref name="starts"/>.Length − 1 sequences.</summary>
    /// <param name="ids">Token ids of all sequences.</param>
    /// <param name="typeIds">Segment of each token.</param>
    /// <param name="positions">Position of each token in its sequence, counted with what a mask hid.</param>
    /// <param name="starts">First row of each sequence, and the number of tokens at the end.</param>
    public TokenBatch(int[] ids, int[] typeIds, int[] positions, int[] starts)
    {
        if (ids.Length != typeIds.Length || ids.Length != positions.Length || starts.Length == 0 || starts[0] != 0 || starts[^1] != ids.Length)
            throw new ArgumentException($"A batch has {ids.Length} ids, {typeIds.Length} types, {positions.Length} positions, and sequences that end at {(starts.Length == 0 ? 0 : starts[^1])}.");
        Ids = ids;
        TypeIds = typeIds;
        Positions = positions;
        _starts = starts;
    }

    /// <summary>Token ids [tokens].</summary>
    public int[] Ids { get; }

    /// <summary>Segments [tokens].</summary>
    public int[] TypeIds { get; }

    /// <summary>Positions [tokens].</summary>
    public int[] Positions { get; }

    /// <summary>The number of sequences.</summary>
    public int SequenceCount => _starts.Length - 1;

    /// <summary>The number of tokens in all sequences.</summary>
    public int TokenCount => Ids.Length;

    /// <summary>The first row of sequence <paramref name="sequence"/>.</summary>
    public int Start(int sequence) => _starts[sequence];

    /// <summary>The number of tokens of sequence <paramref name="sequence"/>.</summary>
    public int Length(int sequence) => _starts[sequence + 1] - _starts[sequence];

    /// <summary>First row of each sequence, and the number of tokens at the end.</summary>
    internal ReadOnlyMemory<int> Starts => _starts;

    /// <summary>0, 1, 2 … up to the number of sequences: the starts of one row a sequence.</summary>
    internal ReadOnlyMemory<int> OneEach => _oneEach ??= [.. Enumerable.Range(0, _starts.Length)];

    /// <summary>A padded batch [sequences×columns] without what its mask hides; positions are counted by column, as Hugging Face does.</summary>
    /// <param name="ids">Token ids, row by row.</param>
    /// <param name="typeIds">Segments; null for all 0.</param>
    /// <param name="mask">1 for a token, 0 for padding; null for all 1.</param>
    public static TokenBatch FromPadded(int[,] ids, int[,]? typeIds = null, int[,]? mask = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var (sequences, columns) = (ids.GetLength(0), ids.GetLength(1));
        foreach (var other in new[] { typeIds, mask })
            if (other is not null && (other.GetLength(0) != sequences || other.GetLength(1) != columns))
                throw new ArgumentException($"The ids are {sequences}×{columns}, but their types or mask {other.GetLength(0)}×{other.GetLength(1)}.");
        var (kept, types, positions, starts) = (new List<int>(), new List<int>(), new List<int>(), new int[sequences + 1]);
        for (var s = 0; s < sequences; s++)
        {
            for (var c = 0; c < columns; c++)
            {
                var visible = mask is null ? 1 : mask[s, c];
                if (visible is not (0 or 1))
                    throw new ArgumentException($"A mask has 0 and 1 only, and at ({s}, {c}) {visible}.", nameof(mask));
                if (visible == 0)
                    continue;
                kept.Add(ids[s, c]);
                types.Add(typeIds is null ? 0 : typeIds[s, c]);
                positions.Add(c);
            }
            starts[s + 1] = kept.Count;
        }
        return new TokenBatch([.. kept], [.. types], [.. positions], starts);
    }

    /// <summary>Lays sequences of ids end to end, all of segment 0, each from position 0.</summary>
    public static TokenBatch FromIds(params IReadOnlyList<int[]> sequences)
        => Pack([.. sequences.Select(ids => new TokenEncoding(ids, new int[ids.Length], new bool[ids.Length], 0))]);

    /// <summary>[tokens]: the id after each token in its sequence, −1 after the last: the targets of a causal language model.</summary>
    public int[] NextIds()
    {
        var next = new int[TokenCount];
        for (var s = 0; s < SequenceCount; s++)
        {
            var (first, last) = (Start(s), Start(s) + Length(s) - 1);
            for (var t = first; t < last; t++)
                next[t] = Ids[t + 1];
            if (last >= first)
                next[last] = -1;
        }
        return next;
    }

    /// <summary>Lays the sequences of batches end to end.</summary>
    public static TokenBatch Concatenate(params IReadOnlyList<TokenBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        var starts = new List<int> { 0 };
        foreach (var batch in batches)
            for (var s = 0; s < batch.SequenceCount; s++)
                starts.Add(starts[^1] + batch.Length(s));
        return new TokenBatch([.. batches.SelectMany(b => b.Ids)], [.. batches.SelectMany(b => b.TypeIds)], [.. batches.SelectMany(b => b.Positions)], [.. starts]);
    }

    /// <summary>Lays encodings end to end.</summary>
    public static TokenBatch Pack(IReadOnlyList<TokenEncoding> encodings)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        var starts = new int[encodings.Count + 1];
        for (var s = 0; s < encodings.Count; s++)
            starts[s + 1] = starts[s] + encodings[s].Ids.Length;
        var ids = new int[starts[^1]];
        var types = new int[starts[^1]];
        var positions = new int[starts[^1]];
        for (var s = 0; s < encodings.Count; s++)
        {
            encodings[s].Ids.CopyTo(ids, starts[s]);
            encodings[s].TypeIds.CopyTo(types, starts[s]);
            for (var t = starts[s]; t < starts[s + 1]; t++)
                positions[t] = t - starts[s];
        }
        return new TokenBatch(ids, types, positions, starts);
    }
}
