using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>E = A − U·diag(s)·Vᵀ: its size, from E itself and not from a difference of squares, and what it does to a few random vectors.</summary>
/// <remarks>‖A‖² − ‖s‖² would lose half of the digits: of a residual of 1e-4·‖A‖ in float32 nothing would be left. 2·m·n·k flops, a block of rows at a time.</remarks>
/// <param name="Squared">‖E‖_F².</param>
/// <param name="Total">‖A‖_F².</param>
/// <param name="Seen">Uᵀ·E·Ω [k×samples], Ω Gaussian: the squares of row i average to ‖Eᵀuᵢ‖².</param>
internal sealed record TruncationError<T>(double Squared, double Total, Matrix<T> Seen)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows of E that exist at a time.</summary>
    private const int RowsPerBlock = 1024;

    /// <summary>‖E‖_F/‖A‖_F; 0 for A = 0.</summary>
    public double Relative => Total == 0 ? 0 : Math.Sqrt(Squared / Total);

    /// <summary>The error of the factors [m×k], [k], [k×n] of <paramref name="a"/> [m×n].</summary>
    public static TruncationError<T> Of(MatrixView<T> a, Matrix<T> u, T[] s, Matrix<T> vt, int samples, SvdOptions options, CancellationToken cancellationToken)
    {
        using var weighted = new PooledMatrix<T>(s.Length, a.Columns);
        using var block = new PooledMatrix<T>(Math.Min(RowsPerBlock, a.Rows), a.Columns);
        var right = weighted.View;
        options.Parallelism.For(s.Length, i => TensorPrimitives.Multiply(vt.Row(i), s[i], right.Row(i)), cancellationToken);
        var probes = GaussianSketch.Create<T>(a.Columns, samples, options.Sketch.Seed + 1, options.Parallelism);

        var (squared, total) = (0.0, 0.0);
        var seen = new Matrix<T>(s.Length, samples);
        for (var first = 0; first < a.Rows; first += RowsPerBlock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = a.RowRange(first, Math.Min(RowsPerBlock, a.Rows - first));
            var difference = block.View.RowRange(0, rows.Rows);
            options.Parallelism.For(rows.Rows, i => rows.Row(i).CopyTo(difference.Row(i)), cancellationToken);
            total += SumOfSquares(difference, options.Parallelism);
            var leading = u.View.RowRange(first, rows.Rows);
            Gemm.Multiply(leading, Operand.AsIs, right, Operand.AsIs, -T.One, T.One, difference, options.Parallelism);
            squared += SumOfSquares(difference, options.Parallelism);
            var probed = new Matrix<T>(rows.Rows, samples);
            Gemm.Multiply<T>(difference, Operand.AsIs, probes, Operand.AsIs, T.One, T.Zero, probed, options.Parallelism);
            Gemm.Multiply<T>(leading, Operand.Transposed, probed, Operand.AsIs, T.One, T.One, seen, options.Parallelism);
        }
        a.KeepAlive();
        return new TruncationError<T>(squared, total, seen);
    }

    private static double SumOfSquares(MatrixView<T> matrix, Parallelism parallelism)
    {
        var rows = new double[matrix.Rows];
        parallelism.For(rows.Length, i => rows[i] = double.CreateTruncating(Reductions.SumOfSquares<T>(matrix.Row(i))));
        return rows.Sum();
    }
}
