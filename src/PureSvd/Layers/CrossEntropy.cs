using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>−log softmax(z)[label] = log Σ exp(z) − z[label], for rows of logits.</summary>
public static class CrossEntropy
{
    /// <summary>Σ over rows of the loss, in nats.</summary>
    /// <param name="logits">[n×classes].</param>
    /// <param name="labels">[n].</param>
    /// <param name="scratch">[1×classes].</param>
    public static double Loss<T>(MatrixView<T> logits, ReadOnlySpan<int> labels, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = 0.0;
        for (var i = 0; i < logits.Rows; i++)
            loss += Exponentials(logits.Row(i), labels[i], scratch, out _);
        return loss;
    }

    /// <summary>Σ over rows of the loss, in nats, and dZ ← scale·(softmax(Z) − onehot(labels)).</summary>
    /// <param name="logits">[n×classes].</param>
    /// <param name="labels">[n].</param>
    /// <param name="scale">What the sum of losses is multiplied by before differentiating, such as 1/batch.</param>
    /// <param name="dLogits">[n×classes], overwritten; may be the logits.</param>
    public static double LossAndGradient<T>(MatrixView<T> logits, ReadOnlySpan<int> labels, T scale, MatrixView<T> dLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = 0.0;
        for (var i = 0; i < logits.Rows; i++)
        {
            var row = dLogits.Row(i);
            loss += Exponentials(logits.Row(i), labels[i], row, out var sum);
            TensorPrimitives.Multiply(row, scale / sum, row);
            row[labels[i]] -= scale;
        }
        return loss;
    }

    /// <summary>Σ over rows of w·loss, in nats, and dZ ← scale·w·(softmax(Z) − onehot(labels)).</summary>
    /// <param name="logits">[n×classes].</param>
    /// <param name="labels">[n].</param>
    /// <param name="weights">[n]: w of each row; empty for 1.</param>
    /// <param name="scale">What the sum is multiplied by before differentiating, such as 1/n.</param>
    /// <param name="dLogits">[n×classes], overwritten; may be the logits.</param>
    public static double LossAndGradient<T>(MatrixView<T> logits, ReadOnlySpan<int> labels, ReadOnlySpan<T> weights, T scale, MatrixView<T> dLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = 0.0;
        for (var i = 0; i < logits.Rows; i++)
        {
            var weight = weights.IsEmpty ? T.One : weights[i];
            loss += double.CreateTruncating(weight) * LossAndGradient(logits.RowRange(i, 1), labels.Slice(i, 1), scale * weight, dLogits.RowRange(i, 1));
        }
        return loss;
    }

    // exp(z − max z) into a row and their sum; the loss needs no second logarithm of a tiny probability.
    private static double Exponentials<T>(ReadOnlySpan<T> logits, int label, Span<T> exponentials, out T sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var gold = logits[label];
        var max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, exponentials);
        TensorPrimitives.Exp<T>(exponentials, exponentials);
        sum = Reductions.Sum<T>(exponentials);
        return Math.Log(double.CreateTruncating(sum)) - double.CreateTruncating(gold - max);
    }
}
