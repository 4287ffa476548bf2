using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Models;

/// <summary>logits = D·norm(f(W·h + b)) + b_D over the vocabulary; D is the word embedding table unless the checkpoint has a decoder of its own.</summary>
internal sealed class BertMaskedLmHead<T>(LinearLayer<T> transform, Activation activation, LayerNorm<T> norm, Linear<T> decoder)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal LinearLayer<T> Transform { get; } = transform;

    internal LayerNorm<T> Norm { get; } = norm;

    internal Linear<T> Decoder { get; } = decoder;

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    internal sealed class Cache
    {
        internal ScratchMatrix<T> Activated { get; } = new();

        internal ScratchMatrix<T> Slope { get; } = new();

        internal ScratchMatrix<T> Statistics { get; } = new();

        internal ScratchMatrix<T> Normalized { get; } = new();

        internal ScratchMatrix<T> Logits { get; } = new();
    }

    /// <summary>Logits [rows×vocabulary] of the states X [rows×hidden], into the cache.</summary>
    internal void Forward(MatrixView<T> x, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        var activated = cache.Activated.Resize(x.Rows, Transform.Outputs);
        Transform.Forward(x, cache.Slope.Resize(x.Rows, Transform.Outputs), workspace, parallelism);
        Activations.ForwardWithSlope<T>(activation, cache.Slope.Span, cache.Activated.Span, cache.Slope.Span);
        var normalized = cache.Normalized.Resize(x.Rows, Transform.Outputs);
        Norm.Forward(activated, normalized, cache.Statistics.Resize(x.Rows, 2), parallelism);
        Decoder.Forward(normalized, cache.Logits.Resize(x.Rows, Decoder.Outputs), workspace, parallelism);
    }

    /// <summary>dX [rows×hidden], overwritten.</summary>
    internal void Backward(MatrixView<T> x, MatrixView<T> dLogits, MatrixView<T> dx, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var d = workspace.Get("BertMaskedLmHead.d", x.Rows, Transform.Outputs);
        Decoder.Backward(cache.Normalized.View, dLogits, d, gradients, workspace, parallelism);
        Norm.Backward(cache.Activated.View, cache.Statistics.View, d, d, gradients, workspace);
        for (var i = 0; i < d.Rows; i++)
            TensorPrimitives.Multiply(d.Row(i), cache.Slope.View.Row(i), d.Row(i));
        Transform.Backward(x, d, dx, gradients, workspace, parallelism);
    }
}
