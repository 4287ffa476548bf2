using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>The two-layer perceptron y = W₂·f(W₁·x + b₁) + b₂, with f a <see cref="Activation"/>.</summary>
public sealed class GeluMlp<T>(LinearLayer<T> up, LinearLayer<T> down, Activation activation)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RowsAtATime = 1024;

    private readonly BiasAndActivation<T> _activate = new(up.Bias, activation);

    /// <summary>W₁.</summary>
    public LinearLayer<T> Up { get; } = up;

    /// <summary>W₂.</summary>
    public LinearLayer<T> Down { get; } = down;

    /// <summary>f.</summary>
    public Activation Activation { get; } = activation;

    /// <summary>What the forward pass leaves for the backward pass.</summary>
    public sealed class Cache
    {
        /// <summary>f(W₁·x + b₁) [tokens×intermediate].</summary>
        internal ScratchMatrix<T> Activated { get; } = new();

        /// <summary>f′(W₁·x + b₁) [tokens×intermediate], in training only.</summary>
        internal ScratchMatrix<T> Slope { get; } = new();

        internal NormResidual<T> NormResidual { get; } = new();
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
        var activated = cache.Activated.Resize(x.Rows, Up.Outputs);
        if (forBackward)
        {
            var slope = cache.Slope.Resize(x.Rows, Up.Outputs);
            Up.Forward(x, slope, workspace, parallelism);
            Activations.ForwardWithSlope<T>(Activation, slope.Span, activated.Span, slope.Span);
        }
        else
        {
            Up.Product(x, _activate, activated, workspace, parallelism);
        }
        Down.Forward(activated, y, workspace, parallelism);
    }

    /// <summary>Y ← norm(X + mlp(X)), the way through a block without a backward pass: bias and activation, and bias, residual connection and norm, as epilogues of the two products.</summary>
    /// <remarks>Some rows at a time, so that what lies between the products stays in a cache.</remarks>
    internal void Forward(MatrixView<T> x, LayerNorm<T> norm, MatrixView<T> y, Cache cache, Workspace<T> workspace, Parallelism parallelism)
    {
        for (var first = 0; first < x.Rows; first += RowsAtATime)
        {
            var rows = Math.Min(RowsAtATime, x.Rows - first);
            var (part, activated) = (x.RowRange(first, rows), cache.Activated.ResizeApart(rows, Up.Outputs));
            Up.Product(part, _activate, activated, workspace, parallelism);
            Down.Product(activated, cache.NormResidual.Of(norm, Down.Bias, part), y.RowRange(first, rows), workspace, parallelism);
        }
    }

    /// <summary>dX from dY, and the gradients of both layers: dA = dY·W₂, dX = (dA∘f′)·W₁.</summary>
    /// <param name="x">[tokens×in], as in the forward pass.</param>
    /// <param name="dy">[tokens×out].</param>
    /// <param name="dx">[tokens×in], overwritten.</param>
    /// <param name="cache">From a forward pass with <c>forBackward</c>.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Backward(MatrixView<T> x, MatrixView<T> dy, MatrixView<T> dx, Cache cache, Gradients<T> gradients, Workspace<T> workspace, Parallelism parallelism)
    {
        var d = workspace.Get("GeluMlp.d", x.Rows, Up.Outputs);
        Down.Backward(cache.Activated.View, dy, d, gradients, workspace, parallelism);
        var span = d.Span;
        TensorPrimitives.Multiply(span, cache.Slope.Span, span);
        Up.Backward(x, d, dx, gradients, workspace, parallelism);
    }
}
