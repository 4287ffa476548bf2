using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>An orthonormal basis Q of nearly all that A does, found from random combinations of its columns.</summary>
/// <remarks>
/// <para>Fixed width (algorithm 4.4): Q = orth((A·Aᵀ)^q·A·Ω), orthonormalized after every product.</para>
/// <para>Fixed tolerance (randQB_EI): Q grows by blocks, each sketched from what the blocks before have left, (A − Q·B)·Ω. Since Q is orthonormal and B = QᵀA,
/// ‖A − Q·B‖² = ‖A‖² − ‖B‖², so that the error costs nothing to follow; but as a difference it is rounding alone below about √ε·‖A‖ (2e-7 in float64, 5e-3 in float32
/// with the margin taken here). From there on A − Q·B itself is measured.</para>
/// Sources: N. Halko, P.-G. Martinsson and J. Tropp (2011), algorithm 4.4; W. Yu, Y. Gu and Y. Li, <i>Efficient randomized algorithms for the fixed-precision low-rank matrix
/// approximation</i> (2018), algorithm 2 and theorem 3.
/// </remarks>
internal static class RangeFinder
{
    /// <summary>Q [m×<paramref name="width"/>].</summary>
    public static Matrix<T> FixedWidth<T>(MatrixView<T> a, int width, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var domain = GaussianSketch.Create<T>(a.Columns, width, options.Sketch.Seed, options.Parallelism);
        var range = Orthonormal(a, Operand.AsIs, domain, options, cancellationToken);
        for (var i = 0; i < options.Sketch.PowerIterations; i++)
        {
            domain = Orthonormal(a, Operand.Transposed, range, options, cancellationToken);
            range = Orthonormal(a, Operand.AsIs, domain, options, cancellationToken);
        }
        return range;
    }

    /// <summary>Q [m×l] with ‖A − Q·QᵀA‖_F ≤ tolerance·‖A‖_F or l = <paramref name="widest"/>, QᵀA [l×n], and the error relative to ‖A‖_F.</summary>
    public static (Matrix<T> Basis, Matrix<T> Projected, double Error) FixedTolerance<T>(
        Matrix<T> a, double tolerance, int widest, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (q, b) = (new Matrix<T>(a.Rows, 0), new Matrix<T>(0, a.Columns));
        var total = SumOfSquares(a);
        var left = total;
        var error = total == 0 ? 0.0 : 1.0;
        var reliable = 16 * Math.Sqrt(double.CreateTruncating(Precision<T>.Epsilon));

        // What rounding has left is nothing to sketch.
        var smallest = 2 * Math.Sqrt(Math.Min(a.Rows, a.Columns)) * double.CreateTruncating(Precision<T>.Epsilon);
        while (error > Math.Max(tolerance, smallest) && q.Columns < widest)
        {
            var block = NextBlock(a, q, b, Math.Min(options.Sketch.BlockSize, widest - q.Columns), options, cancellationToken);
            var rows = new Matrix<T>(block.Columns, a.Columns);
            Gemm.Multiply<T>(block, Operand.Transposed, a, Operand.AsIs, T.One, T.Zero, rows, options.Parallelism);
            left -= SumOfSquares(rows);
            (q, b) = (Beside(q, block), Below(b, rows));
            error = Math.Sqrt(Math.Max(0, left) / total);
            if (error < reliable)
                error = Math.Sqrt(SumOfSquares(Remainder(a, q, b, options.Parallelism)) / total);
        }
        return (q, b, error);
    }

    /// <summary>Up to <paramref name="width"/> more columns, orthonormal and orthogonal to <paramref name="q"/>.</summary>
    private static Matrix<T> NextBlock<T>(Matrix<T> a, Matrix<T> q, Matrix<T> b, int width, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var domain = GaussianSketch.Create<T>(a.Columns, width, options.Sketch.Seed + (ulong)q.Columns, options.Parallelism);
        var block = Deflated(domain);
        for (var i = 0; i < options.Sketch.PowerIterations; i++)
        {
            domain = Orthonormal<T>(a, Operand.Transposed, block, options, cancellationToken);
            block = Deflated(domain);
        }
        return block;

        Matrix<T> Deflated(Matrix<T> factor)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var product = new Matrix<T>(a.Rows, factor.Columns);
            Gemm.Multiply<T>(a, Operand.AsIs, factor, Operand.AsIs, T.One, T.Zero, product, options.Parallelism);

            // Twice, for what cancels leaves rounding along Q, and the next product with A would blow that up.
            for (var pass = 0; pass < 2; pass++)
            {
                Project(product);
                CholeskyQr.Orthonormalize<T>(product, options, cancellationToken);
            }
            return product;
        }

        void Project(Matrix<T> x)
        {
            var along = new Matrix<T>(q.Columns, x.Columns);
            Gemm.Multiply<T>(q, Operand.Transposed, x, Operand.AsIs, T.One, T.Zero, along, options.Parallelism);
            Gemm.Multiply<T>(q, Operand.AsIs, along, Operand.AsIs, -T.One, T.One, x, options.Parallelism);
        }
    }

    private static Matrix<T> Orthonormal<T>(MatrixView<T> a, Operand op, Matrix<T> factor, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var product = new Matrix<T>(op == Operand.AsIs ? a.Rows : a.Columns, factor.Columns);
        Gemm.Multiply(a, op, factor, Operand.AsIs, T.One, T.Zero, product, options.Parallelism);
        CholeskyQr.Orthonormalize<T>(product, options, cancellationToken);
        return product;
    }

    private static Matrix<T> Remainder<T>(Matrix<T> a, Matrix<T> q, Matrix<T> b, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var remainder = a.View.ToMatrix();
        Gemm.Multiply<T>(q, Operand.AsIs, b, Operand.AsIs, -T.One, T.One, remainder, parallelism);
        return remainder;
    }

    private static double SumOfSquares<T>(Matrix<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        for (var i = 0; i < matrix.Rows; i++)
            sum += double.CreateTruncating(Reductions.SumOfSquares<T>(matrix.Row(i)));
        return sum;
    }

    private static Matrix<T> Beside<T>(Matrix<T> left, Matrix<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var both = new Matrix<T>(left.Rows, left.Columns + right.Columns);
        left.View.CopyTo(both.View.ColumnRange(0, left.Columns));
        right.View.CopyTo(both.View.ColumnRange(left.Columns, right.Columns));
        return both;
    }

    private static Matrix<T> Below<T>(Matrix<T> upper, Matrix<T> lower)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var both = new Matrix<T>(upper.Rows + lower.Rows, upper.Columns);
        upper.View.CopyTo(both.View.RowRange(0, upper.Rows));
        lower.View.CopyTo(both.View.RowRange(upper.Rows, lower.Rows));
        return both;
    }
}
