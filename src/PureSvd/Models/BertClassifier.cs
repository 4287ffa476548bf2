using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>logits = W·tanh(W_P·h_[CLS] + b_P) + b, from the first token of each sequence.</summary>
internal sealed class BertClassifier<T>(LinearLayer<T> pooler, LinearLayer<T> classifier)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const ulong DropoutSite = ulong.MaxValue - 1;

    internal LinearLayer<T> Pooler { get; } = pooler;

    internal LinearLayer<T> Classifier { get; } = classifier;

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    internal sealed class Cache
    {
        internal ScratchMatrix<T> Pooled { get; } = new();

        internal ScratchMatrix<T> Dropped { get; } = new();

        internal ScratchMatrix<T> Logits { get; } = new();
    }

    /// <summary>Logits of the first tokens' states [sequences×hidden], into the cache.</summary>
    internal void Forward(MatrixView<T> first, BertDropout dropout, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var sequences = first.Rows;
        var pooled = cache.Pooled.Resize(sequences, Pooler.Outputs);
        Pooler.Forward(first, pooled, workspace, parallelism);
        TensorPrimitives.Tanh<T>(cache.Pooled.Span, cache.Pooled.Span);
        var dropped = cache.Dropped.Resize(sequences, Pooler.Outputs);
        pooled.CopyTo(dropped);
        Drop(dropped, dropout);
        Classifier.Forward(dropped, cache.Logits.Resize(sequences, Classifier.Outputs), workspace, parallelism);
    }

    /// <summary>dFirst [sequences×hidden], overwritten, from <paramref name="dLogits"/>; with u = tanh: du = dy∘(1 − u²).</summary>
    internal void Backward(MatrixView<T> first, MatrixView<T> dLogits, MatrixView<T> dFirst, BertDropout dropout, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var sequences = first.Rows;
        var d = workspace.Get("BertClassifier.dPooled", sequences, Pooler.Outputs);
        Classifier.Backward(cache.Dropped.View, dLogits, d, gradients, workspace, parallelism);
        Drop(d, dropout);
        for (var s = 0; s < sequences; s++)
        {
            var row = d.Row(s);
            var pooled = cache.Pooled.View.Row(s);
            for (var j = 0; j < row.Length; j++)
                row[j] *= T.One - pooled[j] * pooled[j];
        }
        Pooler.Backward(first, d, dFirst, gradients, workspace, parallelism);
    }

    private static void Drop(MatrixView<T> rows, BertDropout dropout)
    {
        var site = dropout.Hidden.At(DropoutSite);
        if (!site.IsActive)
            return;
        for (var s = 0; s < rows.Rows; s++)
            site.At((ulong)(dropout.FirstSequence + s)).Apply(rows.Row(s));
    }
}
