using System.Numerics;
using System.Runtime.CompilerServices;
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
                (s.statistics[i, 0], s.statistics[i, 1]) = s.Norm.Normalize(s.sum.Row(i), Add(s.x.Row(i), [], s.sum.Row(i)), s.y.Row(i));
            s.sum.KeepAlive();
            s.x.KeepAlive();
        }, parallelism);

    /// <summary>y ← norm(r + (y + b)) for every row y of <paramref name="rows"/> and r of <paramref name="residual"/>; where nothing is to be kept for a backward pass.</summary>
    internal void AddAndNormalize(MatrixView<T> rows, Parameter<T>? bias, MatrixView<T> residual)
    {
        var b = bias is null ? default : bias.Value.Span;
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows.Row(i);
            Normalize(row, Add(residual.Row(i), b, row), row);
        }
        rows.KeepAlive();
        residual.KeepAlive();
    }

    private void ForwardRows(int first, int rows, MatrixView<T> x, MatrixView<T> y, MatrixView<T> statistics)
    {
        for (var i = first; i < first + rows; i++)
            (statistics[i, 0], statistics[i, 1]) = Normalize(x.Row(i), RowSum(x.Row(i)), y.Row(i));
        x.KeepAlive();
        y.KeepAlive();
    }

    /// <summary>y ← norm(x), given Σx; y may be x. Returns μ and 1/σ.</summary>
    private (T Mean, T Inverse) Normalize(ReadOnlySpan<T> x, T sum, Span<T> y)
    {
        var count = T.CreateTruncating(x.Length);
        var mean = sum / count;
        var inverse = T.One / T.Sqrt(SumOfSquares(x, mean) / count + _epsilon);
        ref var x0 = ref MemoryMarshal.GetReference(x);
        ref var y0 = ref MemoryMarshal.GetReference(y);
        ref var gamma0 = ref MemoryMarshal.GetReference(Weight.Value.Span);
        ref var beta0 = ref MemoryMarshal.GetReference(Bias.Value.Span);
        var (means, inverses) = (Vector512.Create(mean), Vector512.Create(inverse));
        nuint j = 0;
        for (; j + (nuint)Vector512<T>.Count <= (nuint)x.Length; j += (nuint)Vector512<T>.Count)
            ((Vector512.LoadUnsafe(ref x0, j) - means) * inverses * Vector512.LoadUnsafe(ref gamma0, j) + Vector512.LoadUnsafe(ref beta0, j)).StoreUnsafe(ref y0, j);
        for (; j < (nuint)x.Length; j++)
            Unsafe.Add(ref y0, j) = (Unsafe.Add(ref x0, j) - mean) * inverse * Unsafe.Add(ref gamma0, j) + Unsafe.Add(ref beta0, j);
        return (mean, inverse);
    }

    /// <summary>y ← r + (y + b), or r + y without b; returns Σy.</summary>
    private static T Add(ReadOnlySpan<T> r, ReadOnlySpan<T> b, Span<T> y)
    {
        ref var r0 = ref MemoryMarshal.GetReference(r);
        ref var b0 = ref MemoryMarshal.GetReference(b);
        ref var y0 = ref MemoryMarshal.GetReference(y);
        Vector512<T> even = default, odd = default;
        nuint j = 0, lanes = (nuint)Vector512<T>.Count;
        for (; j + lanes <= (nuint)y.Length; j += lanes)
        {
            var value = Vector512.LoadUnsafe(ref y0, j);
            if (!b.IsEmpty)
                value += Vector512.LoadUnsafe(ref b0, j);
            value += Vector512.LoadUnsafe(ref r0, j);
            value.StoreUnsafe(ref y0, j);
            (even, odd) = (odd, even + value); // Two sums by turns.
        }
        var sum = Vector512.Sum(even + odd);
        for (; j < (nuint)y.Length; j++)
        {
            ref var value = ref Unsafe.Add(ref y0, j);
            if (!b.IsEmpty)
                value += Unsafe.Add(ref b0, j);
            sum += value += Unsafe.Add(ref r0, j);
        }
        return sum;
    }

    private static T RowSum(ReadOnlySpan<T> x)
    {
        ref var x0 = ref MemoryMarshal.GetReference(x);
        Vector512<T> even = default, odd = default;
        nuint j = 0, lanes = (nuint)Vector512<T>.Count;
        for (; j + lanes <= (nuint)x.Length; j += lanes)
            (even, odd) = (odd, even + Vector512.LoadUnsafe(ref x0, j));
        var sum = Vector512.Sum(even + odd);
        for (; j < (nuint)x.Length; j++)
            sum += Unsafe.Add(ref x0, j);
        return sum;
    }

    /// <summary>Σ (x − mean)².</summary>
    private static T SumOfSquares(ReadOnlySpan<T> x, T mean)
    {
        ref var x0 = ref MemoryMarshal.GetReference(x);
        Vector512<T> even = default, odd = default;
        var means = Vector512.Create(mean);
        nuint j = 0, lanes = (nuint)Vector512<T>.Count;
        for (; j + lanes <= (nuint)x.Length; j += lanes)
        {
            var centred = Vector512.LoadUnsafe(ref x0, j) - means;
            (even, odd) = (odd, even + centred * centred);
        }
        var sum = Vector512.Sum(even + odd);
        for (; j < (nuint)x.Length; j++)
        {
            var centred = Unsafe.Add(ref x0, j) - mean;
            sum += centred * centred;
        }
        return sum;
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
