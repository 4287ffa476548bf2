using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenvalues of a symmetric tridiagonal matrix T by bisection, many at a time.</summary>
/// <remarks>
/// <para>By Sylvester's law as many of them are below σ as there are negative pivots in</para>
/// <code>q₀ = a₀ − σ,   qₖ₊₁ = aₖ₊₁ − σ − bₖ²/qₖ</code>
/// <para>with the diagonal a and b beside it. The count is that of a matrix whose elements differ by a few ε. A pivot of +0 gives a negative infinite one and then the diagonal again.</para>
/// <para>QR iteration is a chain of rotations that each wait for the one before; here every value is found by itself, so that vectors of them run side by side, and threads.
/// The bits depend on neither. About n² divisions for each bit that n evenly spaced counts have not found; it cannot fail to converge.</para>
/// Sources: K. V. Fernando, <i>Accurately counting singular values of bidiagonal matrices and eigenvalues of skew-symmetric tridiagonal matrices</i> (1998); LAPACK xSTEBZ.
/// </remarks>
internal static class SturmBisection
{
    /// <summary>Chains of divisions that run side by side in a thread, in vectors.</summary>
    private const int Vectors = 4;

    /// <summary>Bits beyond the last of the largest value.</summary>
    private const int GuardBits = 4;

    /// <summary>The eigenvalues of T, descending, to about ε·‖T‖.</summary>
    /// <param name="d">The diagonal, n.</param>
    /// <param name="e">The elements beside it, n − 1.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between groups of values.</param>
    public static T[] Eigenvalues<T>(T[] d, T[] e, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = d.Length;
        var bound = T.Zero;
        for (var i = 0; i < n; i++)
            bound = T.Max(bound, T.Abs(d[i]) + (i == 0 ? T.Zero : T.Abs(e[i - 1])) + (i == n - 1 ? T.Zero : T.Abs(e[i])));
        if (bound == T.Zero)
            return new T[n];

        var exponent = T.ILogB(bound);

        // + 0, since a pivot of −0 would be neither negative itself nor make the next one negative.
        var diagonal = Array.ConvertAll(d, x => T.ScaleB(x, -exponent) + T.Zero);
        bound = T.ScaleB(bound, -exponent);
        var values = Ascending(diagonal, Squares(e, exponent), 0, -bound, bound, parallelism, cancellationToken);
        Array.Reverse(values);
        return Array.ConvertAll(values, x => T.ScaleB(x, exponent));
    }

    /// <summary>The squares of <paramref name="b"/>·2^−<paramref name="exponent"/>, none of them zero: then 0/0 cannot occur, and what is added is far below ε.</summary>
    public static T[] Squares<T>(ReadOnlySpan<T> b, int exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var squares = new T[b.Length];
        for (var i = 0; i < squares.Length; i++)
        {
            var scaled = T.ScaleB(b[i], -exponent);
            squares[i] = T.Max(scaled * scaled, Precision<T>.SmallestNormal);
        }
        return squares;
    }

    /// <summary>All eigenvalues but the <paramref name="skip"/> smallest, ascending; they lie in [<paramref name="low"/>, <paramref name="high"/>], and the larger of these is of order 1.</summary>
    /// <param name="diagonal">a, n.</param>
    /// <param name="squares">b², n − 1, none of them zero.</param>
    /// <param name="skip">How many to leave out.</param>
    /// <param name="low">A lower bound of what is left.</param>
    /// <param name="high">An upper bound.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between groups of values.</param>
    public static T[] Ascending<T>(T[] diagonal, T[] squares, int skip, T low, T high, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = diagonal.Length - skip;
        var two = T.One + T.One;
        var (smallest, largest) = (low, high);
        var margin = two * two * Precision<T>.Epsilon * T.Max(T.Abs(low), T.Abs(high));
        (low, high) = (low < T.Zero ? low - margin : low, high + margin);
        var width = Vectors * Vector<T>.Count;
        var groups = (n + width - 1) / width;
        var (lows, highs) = Brackets(diagonal, squares, skip, low, high, groups * width, parallelism, cancellationToken);
        var steps = Math.Max(0, GuardBits + (low < T.Zero ? 1 : 0) - T.ILogB(Precision<T>.Epsilon) - int.Log2(groups * width));
        var values = new T[n];
        parallelism.For(groups, group =>
        {
            Span<T> middle = stackalloc T[width];
            Span<T> below = stackalloc T[width];
            var (first, count) = (group * width, Math.Min(width, n - group * width));
            for (var step = 0; step < steps; step++)
            {
                for (var i = 0; i < width; i++)
                    middle[i] = (lows[first + Math.Min(i, count - 1)] + highs[first + Math.Min(i, count - 1)]) / two;
                Count(diagonal, squares, middle, below);
                for (var i = 0; i < count; i++)
                    (below[i] > T.CreateTruncating(skip + first + i) ? highs : lows)[first + i] = middle[i];
            }
            for (var i = first; i < first + count; i++)
                values[i] = lows[i] == T.Zero ? T.Zero : T.Clamp((lows[i] + highs[i]) / two, smallest, largest);
        }, cancellationToken);
        Array.Sort(values);
        return values;
    }

    /// <summary>Bounds for the values from counts at <paramref name="points"/> evenly spaced places.</summary>
    private static (T[] Low, T[] High) Brackets<T>(
        T[] diagonal, T[] squares, int skip, T low, T high, int points, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var place = new T[points];
        var below = new T[points];
        for (var i = 0; i < points; i++)
            place[i] = low + (high - low) * (T.CreateTruncating(i + 1) / T.CreateTruncating(points));
        var width = Vectors * Vector<T>.Count;
        parallelism.For(
            points / width, group => Count<T>(diagonal, squares, place.AsSpan(group * width, width), below.AsSpan(group * width, width)), cancellationToken);

        var n = diagonal.Length - skip;
        var (lows, highs) = (new T[n], new T[n]);
        for (int i = 0, point = 0; i < n; i++)
        {
            while (point < points - 1 && below[point] <= T.CreateTruncating(skip + i))
                point++;
            (lows[i], highs[i]) = (point == 0 ? low : place[point - 1], place[point]);
        }
        return (lows, highs);
    }

    /// <summary>The negative pivots for each of a group of shifts.</summary>
    private static void Count<T>(T[] diagonal, T[] squares, ReadOnlySpan<T> shifts, Span<T> negative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var lanes = Vector<T>.Count;
        var (s0, s1, s2, s3) = (new Vector<T>(shifts), new Vector<T>(shifts[lanes..]), new Vector<T>(shifts[(2 * lanes)..]), new Vector<T>(shifts[(3 * lanes)..]));
        var (zero, one) = (Vector<T>.Zero, Vector<T>.One);
        var a = new Vector<T>(diagonal[0]);
        Vector<T> q0 = a - s0, q1 = a - s1, q2 = a - s2, q3 = a - s3;
        Vector<T> c0 = Vector.LessThan(q0, zero) & one, c1 = Vector.LessThan(q1, zero) & one, c2 = Vector.LessThan(q2, zero) & one, c3 = Vector.LessThan(q3, zero) & one;
        for (var i = 0; i < squares.Length; i++)
        {
            var b = new Vector<T>(squares[i]);
            a = new Vector<T>(diagonal[i + 1]);
            q0 = a - s0 - b / q0;
            q1 = a - s1 - b / q1;
            q2 = a - s2 - b / q2;
            q3 = a - s3 - b / q3;
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
