using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Learning from a teacher's logits as well as from labels: (1 − w)·−log softmax(z)[label] + w·‖z − t‖²/classes, for rows of logits.</summary>
/// <remarks>Logits rather than probabilities: what a softmax rounds to 0 or 1 still says how a teacher ranks the wrong answers. Source: R. Tang et al., Distilling Task-Specific Knowledge from BERT into Simple Neural Networks (2019), §3.2.</remarks>
public static class LogitDistillation
{
    /// <summary>Σ over rows of the loss, and dZ ← scale·∂loss/∂Z.</summary>
    /// <param name="logits">z [n×classes].</param>
    /// <param name="labels">[n].</param>
    /// <param name="teacher">t [n×classes]; overwritten by z − t.</param>
    /// <param name="weight">w, from 0 (labels alone) to 1 (the teacher alone).</param>
    /// <param name="scale">What the sum of losses is multiplied by before differentiating, such as 1/batch.</param>
    /// <param name="dLogits">[n×classes], overwritten; may be the logits.</param>
    /// <exception cref="ArgumentException">The teacher's logits have another shape.</exception>
    public static double LossAndGradient<T>(MatrixView<T> logits, ReadOnlySpan<int> labels, MatrixView<T> teacher, T weight, T scale, MatrixView<T> dLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (teacher.Rows != logits.Rows || teacher.Columns != logits.Columns)
            throw new ArgumentException($"The teacher's logits are [{teacher.Rows}×{teacher.Columns}] and the student's [{logits.Rows}×{logits.Columns}].", nameof(teacher));
        var squares = 0.0;
        for (var i = 0; i < logits.Rows; i++)
        {
            var difference = teacher.Row(i);
            TensorPrimitives.Subtract(logits.Row(i), difference, difference);
            squares += double.CreateTruncating(Reductions.SumOfSquares<T>(difference));
        }
        var loss = CrossEntropy.LossAndGradient(logits, labels, scale, dLogits);
        var slope = scale * weight * T.CreateTruncating(2) / T.CreateTruncating(logits.Columns);
        for (var i = 0; i < logits.Rows; i++)
        {
            var d = dLogits.Row(i);
            TensorPrimitives.Multiply(d, T.One - weight, d);
            TensorPrimitives.MultiplyAdd(teacher.Row(i), slope, d, d);
        }
        teacher.KeepAlive();
        dLogits.KeepAlive();
        var w = double.CreateTruncating(weight);
        return (1 - w) * loss + w * squares / logits.Columns;
    }
}
