using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>y = γ∘x̂ + β with x̂ = (x − μ)/σ over the last dimension, σ² = var(x) + ε.</summary>
/// <remarks>Source: J. L. Ba, J. R. Kiros and G. E. Hinton, <i>Layer Normalization</i> (2016).</remarks>
public sealed class LayerNorm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon;

    /// <summary>A norm with <paramref name="weight"/> γ [1×n] and <paramref name="bias"/> β [1×n].</summary>
    public LayerNorm(Parameter<T> weight, Parameter<T> bias, double epsilon)
    {
        Weight = weight;
        Bias = bias;
        _epsilon = T.CreateTruncating(epsilon);
    }

    /// <summary>γ [1×n].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>β [1×n].</summary>
    public Parameter<T> Bias { get; }

    /// <summary>Y ← norm(X), row by row.</summary>
    /// <param name="x">[tokens×n].</param>
    /// <param name="y">[tokens×n], overwritten; may be X.</param>
    /// <param name="statistics">[tokens×2], overwritten: μ and 1/σ of each row, for <see cref="Backward"/>.</param>
    public void Forward(MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics)
    {
        var count = T.CreateTruncating(x.Columns);
        var gamma = Weight.Value.Span;
        var beta = Bias.Value.Span;
        for (var i = 0; i < x.Rows; i++)
        {
            var row = y.Row(i);
            var mean = TensorPrimitives.Sum<T>(x.Row(i)) / count;
            TensorPrimitives.Subtract(x.Row(i), mean, row);
            var inverse = T.One / T.Sqrt(TensorPrimitives.SumOfSquares<T>(row) / count + _epsilon);
            TensorPrimitives.Multiply(row, inverse, row);
            TensorPrimitives.MultiplyAdd(row, gamma, beta, row);
            statistics[i, 0] = mean;
            statistics[i, 1] = inverse;
        }
    }

    /// <summary>dX from dY, and dγ += Σ dY∘x̂, dβ += Σ dY.</summary>
    /// <remarks>With g = dY∘γ: dX = (g − mean(g) − x̂·mean(g∘x̂))/σ.</remarks>
    /// <param name="x">[tokens×n], as in the forward pass.</param>
    /// <param name="statistics">[tokens×2], from the forward pass.</param>
    /// <param name="dy">[tokens×n].</param>
    /// <param name="dx">[tokens×n], overwritten; may be dY.</param>
    /// <param name="gradients">Added to, for the parameters it holds.</param>
    /// <param name="workspace">Scratch.</param>
    public void Backward(MatrixView<T> x, MatrixView<T> statistics, MatrixView<T> dy, MatrixView<T> dx, Gradients<T> gradients, Workspace<T> workspace)
    {
        var count = T.CreateTruncating(x.Columns);
        var gamma = Weight.Value.Span;
        var dGamma = gradients[Weight] is { } w ? w.Span : [];
        var dBeta = gradients[Bias] is { } b ? b.Span : [];
        var normalized = workspace.Get("LayerNorm.normalized", 1, x.Columns).Row(0);
        for (var i = 0; i < x.Rows; i++)
        {
            var (mean, inverse) = (statistics[i, 0], statistics[i, 1]);
            TensorPrimitives.Subtract(x.Row(i), mean, normalized);
            TensorPrimitives.Multiply(normalized, inverse, normalized);
            var dyRow = dy.Row(i);
            if (!dGamma.IsEmpty)
                TensorPrimitives.MultiplyAdd(dyRow, normalized, dGamma, dGamma);
            if (!dBeta.IsEmpty)
                TensorPrimitives.Add(dBeta, dyRow, dBeta);

            var g = dx.Row(i);
            TensorPrimitives.Multiply(dyRow, gamma, g);
            var meanG = TensorPrimitives.Sum<T>(g) / count;
            var meanGx = TensorPrimitives.Dot<T>(g, normalized) / count;
            TensorPrimitives.Multiply(normalized, -meanGx, normalized);
            TensorPrimitives.Add(g, normalized, g);
            TensorPrimitives.Subtract(g, meanG, g);
            TensorPrimitives.Multiply(g, inverse, g);
        }
    }
}
