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
    private const int RowsPerBlock = 256;

    /// <summary>‖E‖_F/‖A‖_F; 0 for A = 0.</summary>
    public double Relative => Total == 0 ? 0 : Math.Sqrt(Squared / Total);

    /// <summary>The error of the factors [m×k], [k], [k×n] of <paramref name="a"/> [m×n].</summary>
    public static TruncationError<T> Of(Matrix<T> a, Matrix<T> u, T[] s, Matrix<T> vt, int samples, SvdOptions options, CancellationToken cancellationToken)
    {
        var weighted = new Matrix<T>(s.Length, a.Columns);
        for (var i = 0; i < s.Length; i++)
            TensorPrimitives.Multiply(vt.Row(i), s[i], weighted.Row(i));
        var probes = GaussianSketch.Create<T>(a.Columns, samples, options.Sketch.Seed + 1, options.Parallelism);

        // A block is one thread's; what the blocks have found is added up in their order.
        var parts = new TruncationError<T>[(a.Rows + RowsPerBlock - 1) / RowsPerBlock];
        options.Parallelism.For(
            parts.Length,
            block =>
            {
                var (first, rows) = (block * RowsPerBlock, Math.Min(RowsPerBlock, a.Rows - (block * RowsPerBlock)));
                var difference = a.View.RowRange(first, rows).ToMatrix();
                var total = SumOfSquares(difference);
                var leading = u.View.RowRange(first, rows);
                Gemm.Multiply(leading, Operand.AsIs, weighted, Operand.AsIs, -T.One, T.One, difference, Parallelism.Serial);
                var (probed, seen) = (new Matrix<T>(rows, samples), new Matrix<T>(s.Length, samples));
                Gemm.Multiply<T>(difference, Operand.AsIs, probes, Operand.AsIs, T.One, T.Zero, probed, Parallelism.Serial);
                Gemm.Multiply<T>(leading, Operand.Transposed, probed, Operand.AsIs, T.One, T.Zero, seen, Parallelism.Serial);
                parts[block] = new TruncationError<T>(SumOfSquares(difference), total, seen);
            },
            cancellationToken);
        var sum = new TruncationError<T>(0, 0, new Matrix<T>(s.Length, samples));
        foreach (var part in parts)
        {
            TensorPrimitives.Add(sum.Seen.Span, part.Seen.Span, sum.Seen.Span);
            sum = sum with { Squared = sum.Squared + part.Squared, Total = sum.Total + part.Total };
        }
        return sum;
    }

    private static double SumOfSquares(Matrix<T> matrix)
    {
        var sum = 0.0;
        for (var i = 0; i < matrix.Rows; i++)
            sum += double.CreateTruncating(Reductions.SumOfSquares<T>(matrix.Row(i)));
        return sum;
    }
}
