using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The gated perceptron y = W_D·(silu(W_G·x) ∘ (W_U·x)), with biases where the layers have them.</summary>
/// <remarks>Source: N. Shazeer, <i>GLU Variants Improve Transformer</i> (2020).</remarks>
public sealed class SwiGluMlp<T>(LinearLayer<T> gate, LinearLayer<T> up, LinearLayer<T> down)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>W_G.</summary>
    public LinearLayer<T> Gate { get; } = gate;

    /// <summary>W_U.</summary>
    public LinearLayer<T> Up { get; } = up;

    /// <summary>W_D.</summary>
    public LinearLayer<T> Down { get; } = down;

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    public sealed class Cache
    {
        /// <summary>silu(W_G·x) [tokens×intermediate].</summary>
        internal ScratchMatrix<T> Gated { get; } = new();

        /// <summary>silu′(W_G·x) [tokens×intermediate], in training only.</summary>
        internal ScratchMatrix<T> Slope { get; } = new();

        /// <summary>W_U·x [tokens×intermediate].</summary>
        internal ScratchMatrix<T> Raised { get; } = new();

        /// <summary>Their product [tokens×intermediate].</summary>
        internal ScratchMatrix<T> Product { get; } = new();
    }

    /// <summary>Y ← mlp(X).</summary>
    /// <param name="x">[tokens×in].</param>
    /// <param name="y">[tokens×out], overwritten.</param>
    /// <param name="forBackward">Keep the slope that <see cref="Backward"/> needs.</param>
    /// <param name="cache">Overwritten.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, MatrixView<T> y, bool forBackward, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var (rows, wide) = (x.Rows, Gate.Outputs);
        cache.Gated.Resize(rows, wide);
        Up.Forward(x, cache.Raised.Resize(rows, wide), workspace, parallelism);
        cache.Product.Resize(rows, wide);
        if (forBackward)
        {
            Gate.Forward(x, cache.Slope.Resize(rows, wide), workspace, parallelism);
            Activations.ForwardWithSlope<T>(Activation.Silu, cache.Slope.Span, cache.Gated.Span, cache.Slope.Span);
            TensorPrimitives.Multiply(cache.Gated.Span, cache.Raised.Span, cache.Product.Span);
        }
        else
        {
            Gate.Forward(x, cache.Gated.View, workspace, parallelism);
            RowBlocks.For(rows, wide, (cache, wide), static (first, count, s) => Activate(s.cache, first * s.wide, count * s.wide), parallelism);
        }
        Down.Forward(cache.Product.View, y, workspace, parallelism);
    }

    private static void Activate(Cache cache, int start, int count)
    {
        var gated = cache.Gated.Span.Slice(start, count);
        Activations.Forward<T>(Activation.Silu, gated, gated);
        TensorPrimitives.Multiply(gated, cache.Raised.Span.Slice(start, count), cache.Product.Span.Slice(start, count));
    }

    /// <summary>dX from dY, and the gradients of the three layers.</summary>
    /// <remarks>With G = X·W_Gᵀ, U = X·W_Uᵀ, A = silu(G)∘U: dA = dY·W_D, dU = dA∘silu(G), dG = dA∘U∘silu′(G), dX = dG·W_G + dU·W_U.</remarks>
    /// <param name="x">[tokens×in], as in the forward pass.</param>
    /// <param name="dy">[tokens×out].</param>
    /// <param name="dx">[tokens×in], overwritten.</param>
    /// <param name="cache">From a forward pass with <c>forBackward</c>.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(workspace);
        var (rows, wide) = (x.Rows, Gate.Outputs);
        var da = workspace.Get("SwiGluMlp.da", rows, wide);
        var part = workspace.Get("SwiGluMlp.part", rows, wide);
        Down.Backward(cache.Product.View, dy, da, gradients, workspace, parallelism);
        var daSpan = da.Span;
        var partSpan = part.Span;

        TensorPrimitives.Multiply(daSpan, cache.Gated.Span, partSpan);
        var fromUp = workspace.Get("SwiGluMlp.dx", rows, x.Columns);
        Up.Backward(x, part, fromUp, gradients, workspace, parallelism);

        TensorPrimitives.Multiply(daSpan, cache.Raised.Span, partSpan);
        TensorPrimitives.Multiply(partSpan, cache.Slope.Span, partSpan);
        Gate.Backward(x, part, dx, gradients, workspace, parallelism);
        RowBlocks.Add(dx, fromUp, parallelism);
    }
}
