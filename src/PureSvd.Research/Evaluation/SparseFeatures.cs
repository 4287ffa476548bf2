using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Evaluation;

/// <summary>Features that are mostly zero, as compressed sparse rows.</summary>
internal sealed class SparseFeatures : FeatureMatrix
{
    private readonly int[] _starts;
    private readonly int[] _indices;
    private readonly float[] _values;

    private SparseFeatures(int[] starts, int[] indices, float[] values, int columns)
    {
        (_starts, _indices, _values) = (starts, indices, values);
        Columns = columns;
    }

    internal override int Rows => _starts.Length - 1;

    internal override int Columns { get; }

    /// <summary>Rows of (column, value) pairs.</summary>
    internal static SparseFeatures Create(IReadOnlyList<(int Column, float Value)[]> rows, int columns)
    {
        var starts = new int[rows.Count + 1];
        for (var i = 0; i < rows.Count; i++)
            starts[i + 1] = starts[i] + rows[i].Length;
        var (indices, values) = (new int[starts[^1]], new float[starts[^1]]);
        for (var i = 0; i < rows.Count; i++)
            for (var e = 0; e < rows[i].Length; e++)
                (indices[starts[i] + e], values[starts[i] + e]) = rows[i][e];
        return new SparseFeatures(starts, indices, values, columns);
    }

    internal override void Scores(int first, int count, MatrixView<float> weights, MatrixView<float> scores)
    {
        for (var k = 0; k < weights.Rows; k++)
        {
            var w = weights.Row(k);
            var z = scores.Row(k);
            for (var i = 0; i < count; i++)
            {
                var sum = 0f;
                for (var e = _starts[first + i]; e < _starts[first + i + 1]; e++)
                    sum += w[_indices[e]] * _values[e];
                z[i] = sum;
            }
        }
    }

    internal override void AddGradient(int first, int count, MatrixView<float> residuals, Span<double> gradient, MatrixView<float> scratch)
    {
        for (var k = 0; k < residuals.Rows; k++)
        {
            var sum = gradient.Slice(k * Columns, Columns);
            for (var i = 0; i < count; i++)
            {
                var residual = residuals[k, i];
                for (var e = _starts[first + i]; e < _starts[first + i + 1]; e++)
                    sum[_indices[e]] += residual * _values[e];
            }
        }
    }
}
