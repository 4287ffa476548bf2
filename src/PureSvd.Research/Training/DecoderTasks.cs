using PureSvd.Models;
using PureSvd.Tokenization;

namespace PureSvd.Research.Training;

/// <summary>Sequences in which each token is predicted from those before it, from a position of each on.</summary>
/// <param name="sequences">The sequences.</param>
/// <param name="firstTargets">The first position of each that is predicted; 1 for everything after the first token.</param>
/// <param name="answerStarts">The position of each from which a target counts <paramref name="answerWeight"/> times; past its end for none.</param>
/// <param name="answerWeight">A whole number, so that what all targets count is one too.</param>
internal sealed class CausalLmTask(IReadOnlyList<TokenEncoding> sequences, int[] firstTargets, int[]? answerStarts = null, int answerWeight = 1) : TrainingTask(sequences)
{
    internal override TrainingShard MakeShard(ReadOnlySpan<int> indices, int firstSequence, int epoch)
    {
        var batch = Pack(indices);
        var targets = new int[batch.TokenCount];
        var count = 0;
        for (var s = 0; s < indices.Length; s++)
            count += NextTokens.Fill(batch, s, firstTargets[indices[s]], targets);
        if (answerStarts is null || answerWeight == 1)
            return new TrainingShard(batch, targets, count, firstSequence);
        var weights = new float[targets.Length];
        Array.Fill(weights, 1);
        for (var s = 0; s < indices.Length; s++)
        {
            // Row t predicts position t + 1.
            var answer = Math.Min(answerStarts[indices[s]], batch.Length(s)) - 1;
            var rows = batch.Length(s) - 1 - answer;
            weights.AsSpan(batch.Start(s) + answer, rows).Fill(answerWeight);
            count += rows * (answerWeight - 1);
        }
        return new TrainingShard(batch, targets, count, firstSequence) { Weights = weights };
    }
}

/// <summary>Items of which each continues in one of several ways; the likeliest is the answer.</summary>
/// <param name="sequences">The choices of the first item, then those of the second, and so on.</param>
/// <param name="firstTargets">Where the choice begins, in each sequence.</param>
/// <param name="gold">The number of the right choice of each item.</param>
/// <param name="choiceCount">Choices of an item.</param>
internal sealed class ChoiceTask(IReadOnlyList<TokenEncoding> sequences, int[] firstTargets, int[] gold, int choiceCount)
    : TrainingTask([.. Enumerable.Range(0, gold.Length).Select(item => sequences[item * choiceCount])])
{
    /// <summary>Choices of an item.</summary>
    internal int ChoiceCount => choiceCount;

    internal override TrainingShard MakeShard(ReadOnlySpan<int> indices, int firstSequence, int epoch)
    {
        var all = new TokenEncoding[indices.Length * choiceCount];
        var right = new int[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            right[i] = gold[indices[i]];
            for (var c = 0; c < choiceCount; c++)
                all[i * choiceCount + c] = sequences[indices[i] * choiceCount + c];
        }
        var batch = TokenBatch.Pack(all);
        var targets = new int[batch.TokenCount];
        for (var s = 0; s < all.Length; s++)
            NextTokens.Fill(batch, s, firstTargets[indices[s / choiceCount] * choiceCount + s % choiceCount], targets);
        return new TrainingShard(batch, targets, indices.Length, firstSequence) { Gold = right };
    }
}

/// <summary>What a decoder is to predict at each token.</summary>
internal static class NextTokens
{
    /// <summary>Sets the targets of sequence <paramref name="s"/>: the id that follows, where its position is at least <paramref name="first"/>, and −1 elsewhere; returns how many there are.</summary>
    internal static int Fill(TokenBatch batch, int s, int first, Span<int> targets)
    {
        var (start, length) = (batch.Start(s), batch.Length(s));
        for (var t = 0; t < length; t++)
            targets[start + t] = t + 1 >= first && t + 1 < length ? batch.Ids[start + t + 1] : -1;
        return Math.Max(0, length - Math.Max(1, first));
    }
}
