using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Probing;

/// <summary>Linear centred kernel alignment: CKA(X, Y) = ‖YᵀX‖²_F / (‖XᵀX‖_F·‖YᵀY‖_F) with the columns of X [n×p] and Y [n×q] centred.</summary>
/// <remarks>
/// 1 if the two differ by a rotation and a factor alone, 0 if no component of one correlates with any of the other. Neither layer needs the other's width.
/// It is dominated by the directions of largest variance, so a high value does not mean that nothing was lost.
/// Source: S. Kornblith et al., <i>Similarity of Neural Network Representations Revisited</i> (ICML 2019), eq. 4. Accumulated in float64.
/// </remarks>
public static class LinearCka
{
    private const int BlockRows = 1024;

    /// <summary>CKA of two sets of vectors of the same n items; NaN if one has no variance or a value is not finite.</summary>
    public static double Compute(MatrixView<float> x, MatrixView<float> y, Parallelism parallelism)
    {
        if (x.Rows != y.Rows)
            throw new ArgumentException($"CKA compares vectors of the same items, and there are {x.Rows} and {y.Rows}.", nameof(y));
        var (meanX, meanY) = (Means(x), Means(y));
        var (xx, yy, yx) = (new Matrix<double>(x.Columns, x.Columns), new Matrix<double>(y.Columns, y.Columns), new Matrix<double>(y.Columns, x.Columns));
        var (blockX, blockY) = (new Matrix<double>(BlockRows, x.Columns), new Matrix<double>(BlockRows, y.Columns));
        for (var first = 0; first < x.Rows; first += BlockRows)
        {
            var count = Math.Min(BlockRows, x.Rows - first);
            var (cx, cy) = (Centre(x, meanX, first, count, blockX), Centre(y, meanY, first, count, blockY));
            Gemm.Multiply(cx, Operand.Transposed, cx, Operand.AsIs, 1.0, 1.0, xx.View, parallelism);
            Gemm.Multiply(cy, Operand.Transposed, cy, Operand.AsIs, 1.0, 1.0, yy.View, parallelism);
            Gemm.Multiply(cy, Operand.Transposed, cx, Operand.AsIs, 1.0, 1.0, yx.View, parallelism);
        }
        var scale = Norm(xx) * Norm(yy);
        return scale > 0 ? Math.Min(1, Norm(yx) / scale * Norm(yx)) : double.NaN;
    }

    private static double[] Means(MatrixView<float> x)
    {
        var means = new double[x.Columns];
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            for (var j = 0; j < means.Length; j++)
                means[j] += row[j];
        }
        for (var j = 0; j < means.Length; j++)
            means[j] /= x.Rows;
        return means;
    }

    private static MatrixView<double> Centre(MatrixView<float> x, double[] means, int first, int count, Matrix<double> block)
    {
        for (var i = 0; i < count; i++)
        {
            var source = x.Row(first + i);
            var destination = block.Row(i);
            for (var j = 0; j < means.Length; j++)
                destination[j] = source[j] - means[j];
        }
        return block.View.RowRange(0, count);
    }

    private static double Norm(Matrix<double> a) => Math.Sqrt(Reductions.SumOfSquares<double>(a.Span));
}
