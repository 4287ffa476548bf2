using System.Numerics;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>Runs a <see cref="BertModel{T}"/> forward and backward in buffers that it keeps; for one caller at a time.</summary>
public sealed class BertSession<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Runs the encoder and the classifier, if there is one.</summary>
    public void Forward(TokenBatch batch, Parallelism parallelism) => throw new NotImplementedException();

    /// <summary>Hidden state <paramref name="index"/> [tokens×hidden] of the last batch: 0 is the embedding output, <c>LayerCount</c> the last block's.</summary>
    public MatrixView<T> Hidden(int index) => throw new NotImplementedException();

    /// <summary>Classifier logits [sequences×labels] of the last batch.</summary>
    public MatrixView<T> Logits => throw new NotImplementedException();

    /// <summary>Σ over sequences of cross-entropy(logits, label), its gradients added into <paramref name="gradients"/>; without dropout.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="labels">The label of each sequence.</param>
    /// <param name="gradients">Added to.</param>
    /// <param name="parallelism">The threads to use.</param>
    public double LossAndGradients(TokenBatch batch, ReadOnlySpan<int> labels, Gradients<T> gradients, Parallelism parallelism) => throw new NotImplementedException();
}
