using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Probing;

/// <summary>Sentence vectors as a probe takes them: each component with mean 0 and variance 1 over the training sentences, so that one λ means the same for models whose norms differ.</summary>
internal static class StandardizedFeatures
{
    private const int BlockRows = 512;

    /// <summary>The standardized rows, and the mean square of each column over the first <paramref name="trainCount"/>; null if a value is not finite. A component that never varies becomes 0.</summary>
    internal static (Matrix<float>? Features, double[] SecondMoments) Create(Matrix<float> vectors, int[] rows, int trainCount)
    {
        var d = vectors.Columns;
        var (mean, square) = (new double[d], new double[d]);
        for (var i = 0; i < rows.Length; i++)
        {
            var row = vectors.Row(rows[i]);
            if (!TensorPrimitives.IsFiniteAll<float>(row))
                return (null, []);
            for (var j = 0; j < d && i < trainCount; j++)
                mean[j] += row[j];
        }
        TensorPrimitives.Divide(mean, trainCount, mean);
        for (var i = 0; i < trainCount; i++)
        {
            var row = vectors.Row(rows[i]);
            for (var j = 0; j < d; j++)
                square[j] += (row[j] - mean[j]) * (row[j] - mean[j]);
        }

        var (offset, scale, secondMoments) = (new float[d], new float[d], new double[d]);
        for (var j = 0; j < d; j++)
        {
            // Below float32's resolution of the mean, what varies is rounding.
            var deviation = Math.Sqrt(square[j] / trainCount);
            var varies = deviation > 1e-6 * Math.Abs(mean[j]) && deviation > 0;
            (offset[j], scale[j], secondMoments[j]) = ((float)mean[j], varies ? (float)(1 / deviation) : 0, varies ? 1 : 0);
        }
        var features = new Matrix<float>(rows.Length, d);
        for (var i = 0; i < rows.Length; i++)
        {
            TensorPrimitives.Subtract(vectors.Row(rows[i]), offset, features.Row(i));
            TensorPrimitives.Multiply(features.Row(i), scale, features.Row(i));
        }
        return (features, Rotate(features, trainCount));
    }

    /// <summary>Features ← features·Q with Q·Λ·Qᵀ their covariance over the first <paramref name="trainCount"/> rows; returns Λ.</summary>
    private static double[] Rotate(Matrix<float> features, int trainCount)
    {
        var d = features.Columns;
        var train = features.View.RowRange(0, trainCount);
        var covariance = new Matrix<float>(d, d);
        Gemm.Multiply(train, Operand.Transposed, train, Operand.AsIs, 1f / trainCount, 0f, covariance.View, Parallelism.Serial);
        var eigen = SymmetricEigen.Compute(covariance.View);
        var block = new Matrix<float>(BlockRows, d);
        for (var first = 0; first < features.Rows; first += BlockRows)
        {
            var rows = features.View.RowRange(first, Math.Min(BlockRows, features.Rows - first));
            var copy = block.View.RowRange(0, rows.Rows);
            rows.CopyTo(copy);
            Gemm.Multiply(copy, Operand.AsIs, eigen.Vectors, Operand.AsIs, 1f, 0f, rows, Parallelism.Serial);
        }
        return [.. eigen.Values.Select(v => Math.Max(0, (double)v))];
    }
}
