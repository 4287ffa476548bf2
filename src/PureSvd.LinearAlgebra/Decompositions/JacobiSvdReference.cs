using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition by plain one-sided Jacobi: what every faster algorithm is tested against.</summary>
/// <remarks>
/// Hestenes: rotate pairs of columns of A until all are orthogonal, A·V = U·Σ. Sweeps over all pairs in order, on the rows of Aᵀ so that a column is contiguous.
/// Slow (about 10 sweeps of 4mn² flops) and of high relative accuracy, down to columns so small that their squares underflow: those count as zero. Source: G. Golub and C. Van Loan, <i>Matrix Computations</i>, 4th ed., §8.6.3.
/// </remarks>
internal static class JacobiSvdReference
{
    private const int MaxSweeps = 60;

    /// <summary>The thin decomposition of <paramref name="a"/> [m×n].</summary>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var wide = a.Rows < a.Columns;
        var (x, scale) = PowerOfTwoScale.Take(a, transpose: !wide, target: SquarableExponent<T>());
        var k = x.Rows;
        var v = Matrix<T>.Identity(k);
        Orthogonalize(x, v, cancellationToken);

        var norms = new T[k];
        for (var i = 0; i < k; i++)
            norms[i] = VectorNorm.Of<T>(x.Row(i));
        var order = Enumerable.Range(0, k).OrderByDescending(i => norms[i]).ToArray();
        var left = new Matrix<T>(x.Columns, k);
        var right = new Matrix<T>(k, k);
        var s = new T[k];
        for (var to = 0; to < k; to++)
        {
            var from = order[to];
            v.Row(from).CopyTo(right.Row(to));
            if (norms[from] < SmallestNorm<T>())
                continue;
            s[to] = norms[from];
            for (var i = 0; i < x.Columns; i++)
                left[i, to] = x[from, i] / norms[from];
        }
        OrthonormalCompletion.FillZeroColumns(left.View, s, Parallelism.Serial, cancellationToken);
        scale.Restore<T>(s);
        return wide
            ? new SvdFactors<T>(right.View.Transpose(), s, left.View.Transpose())
            : new SvdFactors<T>(left, s, right);
    }

    /// <summary>The largest exponent whose squares can be summed without overflow: it leaves the most room for small columns.</summary>
    internal static int SquarableExponent<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => T.ILogB(Precision<T>.Largest) / 2 - 20;

    private static T SmallestNorm<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => T.Sqrt(Precision<T>.SmallestNormal) / Precision<T>.Epsilon;

    private static void Orthogonalize<T>(Matrix<T> x, Matrix<T> v, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tolerance = Precision<T>.Epsilon * T.CreateTruncating(Math.Max(4, Math.Sqrt(x.Columns)));
        var worst = T.Zero;
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            worst = T.Zero;
            for (var p = 0; p < x.Rows - 1; p++)
            {
                for (var q = p + 1; q < x.Rows; q++)
                    worst = T.Max(worst, RotatePair(x.Row(p), x.Row(q), v.Row(p), v.Row(q), tolerance));
            }
            if (worst <= tolerance)
                return;
        }
        throw new ConvergenceException("One-sided Jacobi", MaxSweeps, double.CreateTruncating(worst));
    }

    /// <summary>Makes two columns orthogonal; returns the cosine between them as it was.</summary>
    private static T RotatePair<T>(Span<T> x, Span<T> y, Span<T> vx, Span<T> vy, T tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var alpha = VectorNorm.Of<T>(x);
        var beta = VectorNorm.Of<T>(y);
        if (alpha < SmallestNorm<T>() || beta < SmallestNorm<T>())
            return T.Zero;
        var cosine = Reductions.Dot<T>(x, y) / alpha / beta;
        if (T.Abs(cosine) <= tolerance)
            return T.Abs(cosine);

        // The larger column first (de Rijk): otherwise parallel columns only shift their sum from one to the next, sweep after sweep.
        if (alpha < beta)
        {
            Swap(x, y);
            Swap(vx, vy);
            (alpha, beta) = (beta, alpha);
        }

        // tan 2θ = 2γ/(α² − β²), written with ratios so that nothing is squared that is not of order 1.
        var ratio = beta / alpha;
        var zeta = (ratio - T.One / ratio) / (cosine + cosine);
        var t = T.CopySign(T.One, zeta) / (T.Abs(zeta) + T.Hypot(T.One, zeta));
        var c = T.One / T.Hypot(T.One, t);
        var s = c * t;
        Rotate(x, y, c, s);
        Rotate(vx, vy, c, s);
        return T.Abs(cosine);
    }

    private static void Swap<T>(Span<T> x, Span<T> y)
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (y[i], x[i]);
    }

    private static void Rotate<T>(Span<T> x, Span<T> y, T c, T s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
    }
}
