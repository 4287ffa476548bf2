using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>Features stored row by row.</summary>
internal sealed class DenseFeatures(MatrixView<float> values) : FeatureMatrix
{
    internal override int Rows => values.Rows;

    internal override int Columns => values.Columns;

    internal override void Scores(int first, int count, MatrixView<float> weights, MatrixView<float> scores)
        => Gemm.Multiply(weights, Operand.AsIs, values.RowRange(first, count), Operand.Transposed, 1f, 0f, scores, Parallelism.Serial);

    internal override void AddGradient(int first, int count, MatrixView<float> residuals, Span<double> gradient, MatrixView<float> scratch)
    {
        Gemm.Multiply(residuals, Operand.AsIs, values.RowRange(first, count), Operand.AsIs, 1f, 0f, scratch, Parallelism.Serial);
        for (var k = 0; k < scratch.Rows; k++)
        {
            var row = scratch.Row(k);
            var sum = gradient.Slice(k * Columns, Columns);
            for (var j = 0; j < row.Length; j++)
                sum[j] += row[j];
        }
    }
}
