using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular values of an upper bidiagonal matrix alone, each by bisection, many at a time.</summary>
/// <remarks>
/// <para>They are the positive eigenvalues of the symmetric tridiagonal matrix with a zero diagonal and d₀ e₀ d₁ e₁ … beside it (Golub and Kahan). By Sylvester's law as many of them
/// are below σ as there are negative pivots in</para>
/// <code>q₀ = −σ,   qₖ₊₁ = −σ − bₖ²/qₖ,</code>
/// <para>less the n negative ones. The count is that of a matrix whose elements differ by a few ε (Fernando). A pivot of zero gives an infinite one and then −σ again.</para>
/// <para>QR iteration is a chain of rotations that each wait for the one before; here every value is found by itself, so that vectors of them run side by side, and threads.
/// The bits depend on neither. About 2n² divisions for each bit that n evenly spaced counts have not found; it cannot fail to converge.</para>
/// Sources: K. V. Fernando, <i>Accurately counting singular values of bidiagonal matrices and eigenvalues of skew-symmetric tridiagonal matrices</i> (1998); LAPACK xBDSVDX, xSTEBZ.
/// </remarks>
internal static class BidiagonalBisection
{
    /// <summary>Chains of divisions that run side by side in a thread, in vectors.</summary>
    private const int Vectors = 4;

    /// <summary>Bits beyond the last of the largest value.</summary>
    private const int GuardBits = 4;

    /// <summary>The values, descending, to about ε times the largest.</summary>
    /// <param name="d">The diagonal, n; of moderate size.</param>
    /// <param name="e">The superdiagonal, n − 1.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between groups of values.</param>
    public static T[] Values<T>(T[] d, T[] e, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = d.Length;
        var values = new T[n];
        var bound = T.Zero;
        for (var i = 0; i < n; i++)
        {
            var left = i == 0 ? T.Zero : T.Abs(e[i - 1]);
            var right = i == n - 1 ? T.Zero : T.Abs(e[i]);
            bound = T.Max(bound, T.Abs(d[i]) + T.Max(left, right));
        }
        if (bound == T.Zero)
            return values;

        // To order 1, and no square zero: then 0/0 cannot occur, and what is added is far below ε.
        var exponent = T.ILogB(bound);
        var squares = new T[2 * n - 1];
        for (var i = 0; i < squares.Length; i++)
        {
            var b = T.ScaleB(i % 2 == 0 ? d[i / 2] : e[i / 2], -exponent);
            squares[i] = T.Max(b * b, Precision<T>.SmallestNormal);
        }
        bound = T.ScaleB(bound, -exponent) * (T.One + T.CreateTruncating(4) * Precision<T>.Epsilon);

        var width = Vectors * Vector<T>.Count;
        var groups = (n + width - 1) / width;
        var (low, high) = Brackets(squares, n, bound, groups * width, parallelism, cancellationToken);
        var steps = Math.Max(0, GuardBits - T.ILogB(Precision<T>.Epsilon) - int.Log2(groups * width));
        parallelism.For(groups, group =>
        {
            Span<T> middle = stackalloc T[width];
            Span<T> below = stackalloc T[width];
            var (first, count) = (group * width, Math.Min(width, n - group * width));
            for (var step = 0; step < steps; step++)
            {
                for (var i = 0; i < width; i++)
                    middle[i] = (low[first + Math.Min(i, count - 1)] + high[first + Math.Min(i, count - 1)]) / (T.One + T.One);
                Count(squares, middle, below);
                for (var i = 0; i < count; i++)
                    (below[i] > T.CreateTruncating(n + first + i) ? high : low)[first + i] = middle[i];
            }
            for (var i = first; i < first + count; i++)
                values[n - 1 - i] = low[i] == T.Zero ? T.Zero : T.ScaleB((low[i] + high[i]) / (T.One + T.One), exponent);
        }, cancellationToken);
        Array.Sort(values, static (x, y) => y.CompareTo(x));
        return values;
    }

    /// <summary>Bounds for the values, ascending, from counts at <paramref name="points"/> evenly spaced places.</summary>
    private static (T[] Low, T[] High) Brackets<T>(T[] squares, int n, T bound, int points, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var place = new T[points];
        var below = new T[points];
        for (var i = 0; i < points; i++)
            place[i] = bound * (T.CreateTruncating(i + 1) / T.CreateTruncating(points));
        var width = Vectors * Vector<T>.Count;
        parallelism.For(points / width, group => Count<T>(squares, place.AsSpan(group * width, width), below.AsSpan(group * width, width)), cancellationToken);

        var (low, high) = (new T[n], new T[n]);
        for (int i = 0, point = 0; i < n; i++)
        {
            while (point < points - 1 && below[point] <= T.CreateTruncating(n + i))
                point++;
            (low[i], high[i]) = (point == 0 ? T.Zero : place[point - 1], place[point]);
        }
        return (low, high);
    }

    /// <summary>The negative pivots for each of a group of shifts.</summary>
    private static void Count<T>(ReadOnlySpan<T> squares, ReadOnlySpan<T> shifts, Span<T> negative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var lanes = Vector<T>.Count;
        var (s0, s1, s2, s3) = (new Vector<T>(shifts), new Vector<T>(shifts[lanes..]), new Vector<T>(shifts[(2 * lanes)..]), new Vector<T>(shifts[(3 * lanes)..]));
        var (zero, one) = (Vector<T>.Zero, Vector<T>.One);
        Vector<T> q0 = -s0, q1 = -s1, q2 = -s2, q3 = -s3;
        Vector<T> c0 = one, c1 = one, c2 = one, c3 = one;
        foreach (var square in squares)
        {
            var b = new Vector<T>(-square);
            q0 = b / q0 - s0;
            q1 = b / q1 - s1;
            q2 = b / q2 - s2;
            q3 = b / q3 - s3;
            c0 += Vector.LessThan(q0, zero) & one;
            c1 += Vector.LessThan(q1, zero) & one;
            c2 += Vector.LessThan(q2, zero) & one;
            c3 += Vector.LessThan(q3, zero) & one;
        }
        c0.CopyTo(negative);
        c1.CopyTo(negative[lanes..]);
        c2.CopyTo(negative[(2 * lanes)..]);
        c3.CopyTo(negative[(3 * lanes)..]);
    }
}
