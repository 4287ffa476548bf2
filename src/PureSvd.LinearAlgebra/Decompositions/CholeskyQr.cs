using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>X = Q·R of a tall X by Cholesky: XᵀX = Rᵀ·R, Q = X·R⁻¹. All of it products, several times as fast as reflectors.</summary>
/// <remarks>
/// One pass leaves ‖I − QᵀQ‖ ≈ ε·cond(X)², so the next one starts from a matrix that is all but orthonormal: two passes do while cond(X) is well below ε^−½, three a little
/// beyond. Where a pivot fails, reflectors (<see cref="Qr"/>) take over. 2·m·n² flops a pass.
/// Source: Y. Yamamoto, Y. Nakatsukasa, Y. Yanagisawa and T. Fukaya, <i>Roundoff error analysis of the CholeskyQR2 algorithm</i> (2015).
/// </remarks>
internal static class CholeskyQr
{
    private const int Passes = 4;

    /// <summary>Overwrites <paramref name="x"/> [m×n], m ≥ n, with Q, orthonormal to ε, and returns R [n×n].</summary>
    public static Matrix<T> Orthonormalize<T>(MatrixView<T> x, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T>? r = null;
        for (var pass = 0; pass < Passes; pass++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TryPass(x, out var l, out var nearIdentity, options.Parallelism))
                break;
            r = r is null ? l.View.Transpose() : Multiply(l, Operand.Transposed, r, options.Parallelism);
            if (nearIdentity)
                return r;
        }

        // The passes that there were stay: X is all that is left to factorize.
        var qr = Qr.FactorizeInPlace<T>(x.ToMatrix(), new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken);
        qr.ThinQ(cancellationToken).View.CopyTo(x);
        return r is null ? qr.R : Multiply(qr.R, Operand.AsIs, r, options.Parallelism);
    }

    /// <summary>One pass: X ← X·L⁻ᵀ with XᵀX = L·Lᵀ, and L. False, with X untouched, where X is too ill-conditioned for it.</summary>
    /// <param name="x">[m×n], overwritten.</param>
    /// <param name="l">L [n×n].</param>
    /// <param name="nearIdentity">Whether XᵀX was so close to I that X is orthonormal now.</param>
    /// <param name="parallelism">The threads to use.</param>
    public static bool TryPass<T>(MatrixView<T> x, out Matrix<T> l, out bool nearIdentity, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        l = new Matrix<T>(x.Columns, x.Columns);
        Syrk.MultiplyLower<T>(x, Operand.Transposed, T.One, T.Zero, l, parallelism);
        nearIdentity = IsNearIdentity(l);
        try
        {
            Cholesky.FactorizeInPlace<T>(l, new CholeskyOptions { Parallelism = parallelism });
        }
        catch (NotPositiveDefiniteException)
        {
            return false;
        }
        if (l.Rows == 0)
            return true;
        var (smallest, largest) = (l[0, 0], l[0, 0]);
        for (var i = 1; i < l.Rows; i++)
            (smallest, largest) = (T.Min(smallest, l[i, i]), T.Max(largest, l[i, i]));
        if (!(smallest > largest * T.Sqrt(Precision<T>.Epsilon)))
            return false;
        Trsm.SolveRight<T>(l, Triangle.Lower, Operand.Transposed, unitDiagonal: false, x, parallelism);
        return true;
    }

    /// <summary>op(L)·R.</summary>
    private static Matrix<T> Multiply<T>(Matrix<T> l, Operand opL, Matrix<T> r, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var product = new Matrix<T>(r.Rows, r.Columns);
        Gemm.Multiply<T>(l, opL, r, Operand.AsIs, T.One, T.Zero, product, parallelism);
        return product;
    }

    /// <summary>‖G − I‖_F ≤ ½ of a symmetric G given by its lower triangle; so is the largest eigenvalue of the difference.</summary>
    private static bool IsNearIdentity<T>(Matrix<T> gram)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var square = 0.0;
        for (var i = 0; i < gram.Rows; i++)
        {
            var diagonal = double.CreateTruncating(gram[i, i] - T.One);
            square += 2 * double.CreateTruncating(Reductions.SumOfSquares<T>(gram.Row(i)[..i])) + diagonal * diagonal;
        }
        return square <= 0.25;
    }
}
