using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Runs a <see cref="TransformerModel{T}"/> over batches in buffers that it keeps; for one caller at a time.</summary>
public abstract class TransformerSession<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected TransformerSession()
    {
    }

    /// <summary>Runs every token through every block.</summary>
    /// <exception cref="ArgumentException">An id, a segment or a position is out of the model's range, or a sequence is empty.</exception>
    public abstract void Forward(TokenBatch batch, Parallelism parallelism);

    /// <summary>Hidden state <paramref name="index"/> [tokens×hidden] of the last batch of <see cref="Forward"/>: 0 is the embedding output, <see cref="TransformerModel{T}.LayerCount"/> the last one, as <c>transformers</c> gives it.</summary>
    public abstract MatrixView<T> Hidden(int index);

    /// <summary>The embedding output of <paramref name="batch"/> [tokens×hidden]: what the first block reads.</summary>
    /// <exception cref="ArgumentException">An id, a segment or a position is out of the model's range, or a sequence is empty.</exception>
    internal abstract void Embed(TokenBatch batch, MatrixView<T> hidden, Parallelism parallelism);

    /// <summary>Runs block <paramref name="index"/> alone: <paramref name="hidden"/> [tokens×hidden] becomes what the next block reads, with the bits of <see cref="Forward"/>.</summary>
    internal abstract void RunBlock(int index, TokenBatch batch, MatrixView<T> hidden, Parallelism parallelism);
}
