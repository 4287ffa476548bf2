using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>X ← T_d(2G/a − I)·X: a polynomial of G that stays within ±1 on [0, a], which is to be damped, and grows the fastest that a polynomial can above.</summary>
/// <remarks>
/// X₀ = X, X₁ = (2/a)·G·X − X, Xⱼ₊₁ = 2·((2/a)·G·Xⱼ − Xⱼ) − Xⱼ₋₁. Every step is linear in the pair (Xⱼ₋₁, Xⱼ), so both may be multiplied by the same R⁻¹ from the right at any time:
/// wherever the columns threaten to become dependent, Xⱼ is orthonormalized by one Cholesky pass and Xⱼ₋₁ follows. 2n²l flops a degree.
/// Source: Y. Zhou, Y. Saad, M. Tiago and J. Chelikowsky, <i>Self-consistent-field calculations using Chebyshev-filtered subspace iteration</i> (2006).
/// </remarks>
internal static class ChebyshevFilter
{
    /// <summary>Applies degree d ≥ 1 to <paramref name="x"/> [n×l], orthonormal, and returns the result, all but orthonormal, and the other of the two, whose content is spent; <paramref name="image"/> = G·X.</summary>
    public static (MatrixView<T> Filtered, MatrixView<T> Spare) Apply<T>(GramOperator<T> g, MatrixView<T> x, MatrixView<T> image, T a, int degree, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var two = T.CreateTruncating(2);
        var (previous, current) = (x, image);
        Combine(current, two / a, previous, -T.One, options.Parallelism);

        // What Cholesky can undo: √ε of the largest column left for the smallest.
        var limit = 0.1 / Math.Sqrt(double.CreateTruncating(Precision<T>.Epsilon));
        var argument = Math.Max(1, double.CreateTruncating(two * g.Largest / a) - 1);
        var spread = argument;
        for (var j = 1; j < degree; j++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (spread * 2 * argument > limit && spread > 10)
            {
                Normalize(current, previous, options, cancellationToken);
                spread = 1;
            }
            g.Apply(current, two * two / a, -T.One, previous);
            Combine(previous, T.One, current, -two, options.Parallelism);
            (previous, current) = (current, previous);
            spread *= 2 * argument;
        }
        if (!CholeskyQr.TryPass(current, out _, out _, options.Parallelism))
            CholeskyQr.Orthonormalize(current, options, cancellationToken);
        return (current, previous);
    }

    /// <summary>Both times the R⁻¹ that makes the columns of <paramref name="current"/> orthonormal.</summary>
    private static void Normalize<T>(MatrixView<T> current, MatrixView<T> previous, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (CholeskyQr.TryPass(current, out var l, out _, options.Parallelism))
        {
            Trsm.SolveRight<T>(l, Triangle.Lower, Operand.Transposed, unitDiagonal: false, previous, options.Parallelism);
            return;
        }
        var r = CholeskyQr.Orthonormalize(current, options, cancellationToken);
        for (var i = 0; i < r.Rows; i++)
            if (T.Abs(r[i, i]) <= Precision<T>.Epsilon * T.Abs(r[0, 0]))
                r[i, i] = T.CopySign(Precision<T>.Epsilon * T.Abs(r[0, 0]), r[i, i]);
        Trsm.SolveRight<T>(r, Triangle.Upper, Operand.AsIs, unitDiagonal: false, previous, options.Parallelism);
    }

    /// <summary>y ← α·y + β·x, element by element.</summary>
    private static void Combine<T>(MatrixView<T> y, T alpha, MatrixView<T> x, T beta, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        parallelism.For(y.Rows, i =>
        {
            var row = y.Row(i);
            if (alpha != T.One)
                TensorPrimitives.Multiply(row, alpha, row);
            TensorPrimitives.MultiplyAdd(x.Row(i), beta, row, row);
        });
        x.KeepAlive();
        y.KeepAlive();
    }
}
