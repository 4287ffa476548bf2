using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The symmetric eigenproblem by plain two-sided Jacobi: what <see cref="SymmetricEigen"/> is tested against.</summary>
/// <remarks>Cyclic sweeps of A ← JᵀAJ until the part off the diagonal is negligible. Source: Golub and Van Loan, <i>Matrix Computations</i>, 4th ed., §8.5.</remarks>
internal static class SymmetricEigenReference
{
    private const int MaxSweeps = 60;

    /// <summary>A = Q·diag(λ)·Qᵀ, λ descending; reads the lower triangle.</summary>
    public static EigenFactors<T> Compute<T>(MatrixView<T> a, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = a.Rows;
        var (x, scale) = PowerOfTwoScale.Take(a);
        for (var i = 0; i < n; i++)
            for (var j = i + 1; j < n; j++)
                x[i, j] = x[j, i];
        var qt = Matrix<T>.Identity(n);
        Diagonalize(x, qt, cancellationToken);

        var order = Enumerable.Range(0, n).OrderByDescending(i => x[i, i]).ToArray();
        var values = Array.ConvertAll(order, i => x[i, i]);
        scale.Restore<T>(values);
        return new EigenFactors<T>(values, Matrix<T>.Create(n, n, (i, j) => qt[order[j], i]));
    }

    private static void Diagonalize<T>(Matrix<T> x, Matrix<T> qt, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = x.Rows;
        var tolerance = Precision<T>.Epsilon * VectorNorm.Of<T>(x.Span);
        var off = T.Zero;
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            off = T.Zero;
            for (var p = 0; p < n - 1; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    off = T.Max(off, T.Abs(x[p, q]));
                    if (T.Abs(x[p, q]) > tolerance / T.CreateTruncating(n))
                        Annihilate(x, qt, p, q);
                }
            }
            if (off <= tolerance / T.CreateTruncating(n))
                return;
        }
        throw new ConvergenceException("Two-sided Jacobi", MaxSweeps, double.CreateTruncating(off));
    }

    private static void Annihilate<T>(Matrix<T> x, Matrix<T> qt, int p, int q)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var zeta = (x[q, q] - x[p, p]) / (x[p, q] + x[p, q]);
        var t = T.CopySign(T.One, zeta) / (T.Abs(zeta) + T.Hypot(T.One, zeta));
        var c = T.One / T.Hypot(T.One, t);
        var s = c * t;
        Rotate(x.Row(p), x.Row(q), c, s);
        for (var i = 0; i < x.Rows; i++)
            (x[i, p], x[i, q]) = (c * x[i, p] - s * x[i, q], s * x[i, p] + c * x[i, q]);
        x[p, q] = x[q, p] = T.Zero;
        Rotate(qt.Row(p), qt.Row(q), c, s);
    }

    private static void Rotate<T>(Span<T> x, Span<T> y, T c, T s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
    }
}
