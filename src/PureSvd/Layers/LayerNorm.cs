using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    /// <param name="parallelism">The threads to use.</param>
    public void Forward(MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics, Parallelism parallelism)
        => RowBlocks.For(x.Rows, x.Columns, (Norm: this, x, y, statistics), static (first, count, s) => s.Norm.ForwardRows(first, count, s.x, s.y, s.statistics), parallelism);

    /// <summary>sum ← sum + X and Y ← norm(sum), a row at a time: the residual connection and its norm in one pass.</summary>
    /// <param name="sum">[tokens×n], added to.</param>
    /// <param name="x">[tokens×n].</param>
    /// <param name="y">[tokens×n], overwritten.</param>
    /// <param name="statistics">[tokens×2], overwritten.</param>
    /// <param name="parallelism">The threads to use.</param>
    internal void ForwardSum(MatrixView<T> sum, MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics, Parallelism parallelism)
        => RowBlocks.For(x.Rows, x.Columns, (Norm: this, sum, x, y, statistics), static (first, count, s) =>
        {
            for (var i = first; i < first + count; i++)
            {
                TensorPrimitives.Add(s.sum.Row(i), s.x.Row(i), s.sum.Row(i));
                s.Norm.ForwardRows(i, 1, s.sum, s.y, s.statistics);
            }
            s.sum.KeepAlive();
            s.x.KeepAlive();
        }, parallelism);

    private void ForwardRows(int first, int rows, MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics)
    {
        var count = T.CreateTruncating(x.Columns);
        var gamma = Weight.Value.Span;
        var beta = Bias.Value.Span;
        for (var i = first; i < first + rows; i++)
        {
            var row = y.Row(i);
            var mean = Reductions.Sum<T>(x.Row(i)) / count;
            TensorPrimitives.Subtract(x.Row(i), mean, row);
            var inverse = T.One / T.Sqrt(Reductions.SumOfSquares<T>(row) / count + _epsilon);
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
        var n = x.Columns;
        var scratch = workspace.Get("LayerNorm.unwanted", 2, n);
        var dGamma = gradients[Weight] is { } w ? w.Span : scratch.Row(0);
        var dBeta = gradients[Bias] is { } b ? b.Span : scratch.Row(1);
        for (var i = 0; i < x.Rows; i++)
            BackwardRow(x.Row(i), dy.Row(i), dx.Row(i), Weight.Value.Span, dGamma, dBeta, statistics[i, 0], statistics[i, 1]);
    }

    // Two passes over a row that stays in the first-level cache: sums first, then dX. The scalar loops take what is left over by the vectors.
    private static void BackwardRow(ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx, ReadOnlySpan<T> gamma, Span<T> dGamma, Span<T> dBeta, T mean, T inverse)
    {
        var n = x.Length;
        var vectorized = n - n % Vector512<T>.Count;
        ref var x0 = ref MemoryMarshal.GetReference(x);
        ref var dy0 = ref MemoryMarshal.GetReference(dy);
        ref var dx0 = ref MemoryMarshal.GetReference(dx);
        ref var gamma0 = ref MemoryMarshal.GetReference(gamma);
        ref var dGamma0 = ref MemoryMarshal.GetReference(dGamma);
        ref var dBeta0 = ref MemoryMarshal.GetReference(dBeta);
        var (means, inverses) = (Vector512.Create(mean), Vector512.Create(inverse));
        var (sumG, sumGx) = (Vector512<T>.Zero, Vector512<T>.Zero);
        for (nuint j = 0; j < (nuint)vectorized; j += (nuint)Vector512<T>.Count)
        {
            var normalized = (Vector512.LoadUnsafe(ref x0, j) - means) * inverses;
            var d = Vector512.LoadUnsafe(ref dy0, j);
            (Vector512.LoadUnsafe(ref dGamma0, j) + d * normalized).StoreUnsafe(ref dGamma0, j);
            (Vector512.LoadUnsafe(ref dBeta0, j) + d).StoreUnsafe(ref dBeta0, j);
            var g = d * Vector512.LoadUnsafe(ref gamma0, j);
            sumG += g;
            sumGx += g * normalized;
        }
        var (meanG, meanGx) = (Vector512.Sum(sumG), Vector512.Sum(sumGx));
        for (var j = vectorized; j < n; j++)
        {
            var normalized = (x[j] - mean) * inverse;
            dGamma[j] += dy[j] * normalized;
            dBeta[j] += dy[j];
            meanG += dy[j] * gamma[j];
            meanGx += dy[j] * gamma[j] * normalized;
        }
        meanG /= T.CreateTruncating(n);
        meanGx /= T.CreateTruncating(n);

        var (meansG, meansGx) = (Vector512.Create(meanG), Vector512.Create(meanGx));
        for (nuint j = 0; j < (nuint)vectorized; j += (nuint)Vector512<T>.Count)
        {
            var normalized = (Vector512.LoadUnsafe(ref x0, j) - means) * inverses;
            var g = Vector512.LoadUnsafe(ref dy0, j) * Vector512.LoadUnsafe(ref gamma0, j);
            ((g - meansG - normalized * meansGx) * inverses).StoreUnsafe(ref dx0, j);
        }
        for (var j = vectorized; j < n; j++)
            dx[j] = (dy[j] * gamma[j] - meanG - (x[j] - mean) * inverse * meanGx) * inverse;
    }
}
