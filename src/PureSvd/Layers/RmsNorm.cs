using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>y = γ∘x̂ with x̂ = x/σ over the last dimension, σ² = mean(x²) + ε.</summary>
/// <remarks>Source: B. Zhang and R. Sennrich, <i>Root Mean Square Layer Normalization</i> (2019).</remarks>
public sealed class RmsNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon;

    /// <summary>A norm with <paramref name="weight"/> γ [1×n].</summary>
    public RmsNorm(Parameter<T> weight, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Weight = weight;
        _epsilon = T.CreateTruncating(epsilon);
    }

    /// <summary>γ [1×n].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>Y ← norm(X), row by row.</summary>
    /// <param name="x">[tokens×n].</param>
    /// <param name="y">[tokens×n], overwritten; may be X.</param>
    /// <param name="statistics">[tokens×1], overwritten: 1/σ of each row, for <see cref="Backward"/>.</param>
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics, Parallelism parallelism)
        => RowBlocks.For(x.Rows, x.Columns, (Norm: this, x, y, statistics), static (first, count, s) => s.Norm.ForwardRows(first, count, s.x, s.y, s.statistics), parallelism);

    private void ForwardRows(int first, int rows, MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics)
    {
        var count = T.CreateTruncating(x.Columns);
        var gamma = Weight.Value.Span;
        for (var i = first; i < first + rows; i++)
        {
            var row = y.Row(i);
            var inverse = T.One / T.Sqrt(Reductions.SumOfSquares<T>(x.Row(i)) / count + _epsilon);
            TensorPrimitives.Multiply(x.Row(i), inverse, row);
            TensorPrimitives.Multiply(row, gamma, row);
            statistics[i, 0] = inverse;
        }
    }

    /// <summary>dX from dY, and dγ += Σ dY∘x̂.</summary>
    /// <remarks>With g = dY∘γ: dX = (g − x̂·mean(g∘x̂))/σ.</remarks>
    /// <param name="x">[tokens×n], as in the forward pass.</param>
    /// <param name="statistics">[tokens×1], from the forward pass.</param>
    /// <param name="dy">[tokens×n].</param>
    /// <param name="dx">[tokens×n], overwritten; may be dY.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch.</param>
    public void Backward(MatrixView<T> x, MatrixView<T> statistics, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace)
    {
        var scratch = workspace.Get("RmsNorm.scratch", 1, x.Columns).Row(0);
        var count = T.CreateTruncating(x.Columns);
        var dGamma = gradients[Weight] is { } gradient ? gradient.Span : [];
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            var inverse = statistics[i, 0];
            if (!dGamma.IsEmpty)
            {
                TensorPrimitives.Multiply(row, dy.Row(i), scratch);
                TensorPrimitives.MultiplyAdd(scratch, inverse, dGamma, dGamma);
            }
            var g = dx.Row(i);
            TensorPrimitives.Multiply(dy.Row(i), Weight.Value.Span, g);
            // x̂·mean(g∘x̂) = x·mean(g∘x)/σ².
            var factor = -Reductions.Dot<T>(g, row) / count * inverse * inverse;
            TensorPrimitives.MultiplyAdd(row, factor, g, g);
            TensorPrimitives.Multiply(g, inverse, g);
        }
    }
}
