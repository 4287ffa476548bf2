using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The best singular triplets that a subspace offers, and how good they are.</summary>
/// <remarks>
/// From Q [n×l] with orthonormal columns: A·Q = P·R, R = W·S·Zᵀ, U = P·W, V = Q·Z. Then A·V = U·S exactly, so that what is missing shows in Uᵀ·A − S·Vᵀ = Uᵀ·E
/// alone, with E = A − U·S·Vᵀ. Beside vᵢ, the direction of Eᵀuᵢ has at most μ, the largest eigenvalue of AᵀA outside, which the smallest Ritz value inside estimates; together they are
/// the 2×2 problem [σ² σρ; σρ μ], ρ = ‖Eᵀuᵢ‖, and what its larger eigenvalue exceeds σ² by is the energy that uᵢ has lost to directions outside the span of Q: σ²ρ²/(σ² − μ) where the
/// gap is wide, and never more than σρ. ρ is sampled by a few Gaussian vectors while E is at hand for its norm.
/// Sources: N. Halko, P.-G. Martinsson and J. Tropp (2011), section 5.1; G. Stewart and J. Sun, <i>Matrix Perturbation Theory</i> (1990), chapter V.
/// </remarks>
internal static class RitzTriplets
{
    private const int Samples = 8;

    /// <summary>The eigenvalues outside reach a little beyond the smallest inside: without it the estimate was 0.73 to 1.0 of the truth.</summary>
    private const double Caution = 1.5;

    /// <summary>The leading <paramref name="rank"/> triplets from the columns of <paramref name="basis"/> [n×l], with their measures; <paramref name="a"/> [m×n], m ≥ l.</summary>
    public static SvdFactors<T> FromRight<T>(MatrixView<T> a, MatrixView<T> basis, int rank, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var memory = new PooledMatrix<T>(a.Rows, basis.Columns);
        var image = memory.View;
        Gemm.Multiply(a, Operand.AsIs, basis, Operand.AsIs, T.One, T.Zero, image, options.Parallelism);
        var r = CholeskyQr.Orthonormalize(image, options, cancellationToken);
        var small = HouseholderSvd.Compute<T>(r, new SvdOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken);
        var u = new Matrix<T>(a.Rows, rank);
        Gemm.Multiply<T>(image, Operand.AsIs, small.U.View.ColumnRange(0, rank), Operand.AsIs, T.One, T.Zero, u, options.Parallelism);
        var vt = new Matrix<T>(rank, a.Columns);
        Gemm.Multiply<T>(small.Vt.View.RowRange(0, rank), Operand.AsIs, basis, Operand.Transposed, T.One, T.Zero, vt, options.Parallelism);
        var error = TruncationError<T>.Of(a, u, small.S[..rank], vt, Samples, options, cancellationToken);
        return new SvdFactors<T>(u, small.S[..rank], vt) { Residual = error.Relative, Suboptimality = Suboptimality(small.S, error, Math.Min(a.Rows, a.Columns)) };
    }

    /// <summary>Residual over optimum less 1, from all Ritz values; +∞ where the estimate of what was missed exceeds the residual itself.</summary>
    private static double Suboptimality<T>(T[] values, TruncationError<T> error, int size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (values.Length >= size || error.Relative <= Math.Sqrt(size) * double.CreateTruncating(Precision<T>.Epsilon))
            return 0;
        var outside = double.CreateTruncating(values[^1]);
        var missed = 0.0;
        for (var i = 0; i < error.Seen.Rows; i++)
        {
            var sigma = double.CreateTruncating(values[i]);
            var gap = (sigma - outside) * (sigma + outside);
            var seen = double.CreateTruncating(Reductions.SumOfSquares<T>(error.Seen.Row(i))) / Samples;
            var coupling = sigma * sigma * seen;
            missed += coupling == 0 ? 0 : Caution * coupling / ((gap / 2) + Math.Sqrt((gap * gap / 4) + coupling));
        }
        return missed < error.Squared ? Math.Sqrt(error.Squared / (error.Squared - missed)) - 1 : double.PositiveInfinity;
    }
}
