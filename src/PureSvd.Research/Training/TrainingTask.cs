using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>A part of a batch: its sequences, and what is to be predicted.</summary>
/// <param name="Batch">The sequences.</param>
/// <param name="Targets">A label a sequence, or an id (or −1) a token.</param>
/// <param name="TargetCount">How many predictions count.</param>
/// <param name="FirstSequence">The number of its first sequence in the whole batch.</param>
internal sealed record TrainingShard(TokenBatch Batch, int[] Targets, int TargetCount, int FirstSequence)
{
    /// <summary>How many times each target counts [tokens]; empty for once. Then <see cref="TargetCount"/> is their sum.</summary>
    internal float[] Weights { get; init; } = [];

    /// <summary>Where the sequences are choices: the number of the right one, an item.</summary>
    internal int[] Gold { get; init; } = [];
}

/// <summary>Examples, and how a batch of them is made.</summary>
internal abstract class TrainingTask(IReadOnlyList<TokenEncoding> sequences)
{
    /// <summary>The encoded sequences.</summary>
    internal IReadOnlyList<TokenEncoding> Sequences { get; } = sequences;

    /// <summary>Sequences that were cut to the model's or the stage's length.</summary>
    internal int Truncated { get; } = sequences.Count(s => s.Truncated > 0);

    /// <summary>Makes a shard of some sequences.</summary>
    /// <param name="indices">Which.</param>
    /// <param name="firstSequence">The number of the first one in the whole batch.</param>
    /// <param name="epoch">What differs from epoch to epoch depends on it, and on nothing else that changes.</param>
    internal abstract TrainingShard MakeShard(ReadOnlySpan<int> indices, int firstSequence, int epoch);

    /// <summary>Cuts a batch into <paramref name="count"/> shards of nearly the same number of tokens; there may be empty ones at the end, which are null.</summary>
    internal TrainingShard?[] MakeShards(ReadOnlySpan<int> indices, int count, int epoch)
    {
        var tokens = 0L;
        foreach (var index in indices)
            tokens += Sequences[index].Ids.Length;
        var shards = new TrainingShard?[count];
        var (start, seen) = (0, 0L);
        for (var s = 0; s < count; s++)
        {
            var end = start;
            while (end < indices.Length && (s == count - 1 || (seen + Sequences[indices[end]].Ids.Length / 2) * count < tokens * (s + 1)))
                seen += Sequences[indices[end++]].Ids.Length;
            shards[s] = end > start ? MakeShard(indices[start..end], start, epoch) : null;
            start = end;
        }
        return shards;
    }

    /// <summary>Packs sequences with their ids.</summary>
    private protected TokenBatch Pack(ReadOnlySpan<int> indices)
    {
        var encodings = new TokenEncoding[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            encodings[i] = Sequences[indices[i]];
        return TokenBatch.Pack(encodings);
    }
}

/// <summary>Sequences with a label each.</summary>
internal class ClassificationTask(IReadOnlyList<TokenEncoding> sequences, int[] labels, Func<int, int> classOfOutput) : TrainingTask(sequences)
{
    internal override TrainingShard MakeShard(ReadOnlySpan<int> indices, int firstSequence, int epoch)
    {
        var targets = new int[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            targets[i] = labels[indices[i]];
        return new TrainingShard(Pack(indices), targets, targets.Length, firstSequence);
    }

    /// <summary>The class that the model's output number <paramref name="output"/> means in this data.</summary>
    internal int ClassOf(int output) => classOfOutput(output);
}

/// <summary>Sentences beside changed copies of them, drawn anew in each epoch; the label is the change.</summary>
internal sealed class MatchingTask(SentenceCopies copies, ulong seed)
    : ClassificationTask([.. Enumerable.Range(0, copies.Count).Select(copies.Unchanged)], [], static output => output)
{
    internal override TrainingShard MakeShard(ReadOnlySpan<int> indices, int firstSequence, int epoch)
    {
        var pairs = new TokenEncoding[indices.Length];
        var targets = new int[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            (pairs[i], var change) = copies.Draw(indices[i], SeededRandom.ForStream(seed + (ulong)epoch, (ulong)indices[i]));
            targets[i] = (int)change;
        }
        return new TrainingShard(TokenBatch.Pack(pairs), targets, targets.Length, firstSequence);
    }
}

/// <summary>Sequences some of whose tokens are hidden: 80 % of the chosen ones become [MASK], 10 % any token, 10 % stay; anew in each epoch.</summary>
/// <remarks>Source: J. Devlin et al. (2019), 3.1; dynamic masking as in Y. Liu et al., <i>RoBERTa</i> (2019).</remarks>
internal sealed class MaskedLmTask(IReadOnlyList<TokenEncoding> sequences, double rate, int maskId, int vocabularySize, ulong seed) : TrainingTask(sequences)
{
    internal override TrainingShard MakeShard(ReadOnlySpan<int> indices, int firstSequence, int epoch)
    {
        var batch = Pack(indices);
        var targets = new int[batch.TokenCount];
        Array.Fill(targets, -1);
        var count = 0;
        for (var s = 0; s < indices.Length; s++)
            count += Mask(Sequences[indices[s]], SeededRandom.ForStream(seed + (ulong)epoch, (ulong)indices[s]), batch.Ids.AsSpan(batch.Start(s), batch.Length(s)), targets.AsSpan(batch.Start(s)));
        return new TrainingShard(batch, targets, count, firstSequence);
    }

    private int Mask(TokenEncoding encoding, SeededRandom random, Span<int> ids, Span<int> targets)
    {
        Span<int> candidates = ids.Length <= 512 ? stackalloc int[ids.Length] : new int[ids.Length];
        var n = 0;
        for (var t = 0; t < ids.Length; t++)
            if (!encoding.Special[t])
                candidates[n++] = t;
        if (n == 0)
            return 0;
        var chosen = Math.Clamp((int)Math.Round(rate * n), 1, n);
        for (var i = 0; i < chosen; i++)
        {
            var pick = i + random.Next(n - i);
            (candidates[i], candidates[pick]) = (candidates[pick], candidates[i]);
            var t = candidates[i];
            targets[t] = ids[t];
            var fate = random.NextDouble();
            if (fate < 0.8)
                ids[t] = maskId;
            else if (fate < 0.9)
                ids[t] = random.Next(vocabularySize);
        }
        return chosen;
    }
}
