using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>Features stored row by row.</summary>
internal sealed class DenseFeatures(MatrixView<float> values) : FeatureMatrix
{
    /// <summary>Up to so many outputs, a row is read once per output while it is in the nearest cache; beyond, packing it for <see cref="Gemm"/> pays.</summary>
    private const int FewOutputs = 2;

    internal MatrixView<float> Values { get; } = values;

    internal override int Rows => Values.Rows;

    internal override int Columns => Values.Columns;

    internal override void Scores(int first, int count, MatrixView<float> weights, MatrixView<float> scores)
    {
        if (weights.Rows > FewOutputs)
        {
            Gemm.Multiply(Values.RowRange(first, count), Operand.AsIs, weights, Operand.Transposed, 1f, 0f, scores, Parallelism.Serial);
            return;
        }
        for (var i = 0; i < count; i++)
            for (var k = 0; k < weights.Rows; k++)
                scores[i, k] = TensorPrimitives.Dot<float>(Values.Row(first + i), weights.Row(k));
    }

    internal override void AddGradient(int first, int count, MatrixView<float> residuals, Span<double> gradient, MatrixView<float> scratch)
    {
        if (residuals.Columns > FewOutputs)
        {
            Gemm.Multiply(residuals, Operand.Transposed, Values.RowRange(first, count), Operand.AsIs, 1f, 0f, scratch, Parallelism.Serial);
        }
        else
        {
            scratch.Fill(0);
            for (var i = 0; i < count; i++)
                for (var k = 0; k < residuals.Columns; k++)
                    TensorPrimitives.MultiplyAdd(Values.Row(first + i), residuals[i, k], scratch.Row(k), scratch.Row(k));
        }
        for (var k = 0; k < scratch.Rows; k++)
        {
            var row = scratch.Row(k);
            var sum = gradient.Slice(k * Columns, Columns);
            for (var j = 0; j < row.Length; j++)
                sum[j] += row[j];
        }
    }
}
