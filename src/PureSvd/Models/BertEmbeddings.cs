using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>h₀ = norm(word[id] + position[p] + type[t]).</summary>
internal sealed class BertEmbeddings<T>(Embedding<T> word, Embedding<T> position, Embedding<T> type, LayerNorm<T> norm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const ulong DropoutSite = 0;

    internal Embedding<T> Word { get; } = word;

    internal Embedding<T> Position { get; } = position;

    internal Embedding<T> Type { get; } = type;

    internal LayerNorm<T> Norm { get; } = norm;

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    internal sealed class Cache
    {
        internal ScratchMatrix<T> Sum { get; } = new();

        internal ScratchMatrix<T> Statistics { get; } = new();
    }

    internal void Forward(TokenBatch batch, MatrixView<T> y, BertDropout dropout, Cache cache, Parallelism parallelism)
    {
        var sum = cache.Sum.Resize(y.Rows, y.Columns);
        Word.Forward(batch.Ids, sum);
        Position.Forward(batch.Positions, sum, add: true);
        Type.Forward(batch.TypeIds, sum, add: true);
        Norm.Forward(sum, y, cache.Statistics.Resize(y.Rows, 2), parallelism);
        SequenceDropout.Apply(y, batch.Starts.Span, dropout.Hidden.At(DropoutSite), dropout.FirstSequence);
    }

    /// <summary>Overwrites <paramref name="dy"/>.</summary>
    internal void Backward(TokenBatch batch, MatrixView<T> dy, BertDropout dropout, Cache cache, Gradients<T> gradients, Workspace<T> workspace)
    {
        SequenceDropout.Apply(dy, batch.Starts.Span, dropout.Hidden.At(DropoutSite), dropout.FirstSequence);
        Norm.Backward(cache.Sum.View, cache.Statistics.View, dy, dy, gradients, workspace);
        Word.Backward(batch.Ids, dy, gradients);
        Position.Backward(batch.Positions, dy, gradients);
        Type.Backward(batch.TypeIds, dy, gradients);
    }
}
