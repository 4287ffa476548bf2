using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular values of an upper bidiagonal matrix alone, each by bisection.</summary>
/// <remarks>
/// They are the positive eigenvalues of the symmetric tridiagonal matrix of order 2n with a zero diagonal and d₀ e₀ d₁ e₁ … beside it (Golub and Kahan), and
/// <see cref="SturmBisection"/> finds those. About 2n² divisions for each bit that n evenly spaced counts have not found.
/// Sources: K. V. Fernando, <i>Accurately counting singular values of bidiagonal matrices and eigenvalues of skew-symmetric tridiagonal matrices</i> (1998); LAPACK xBDSVDX.
/// </remarks>
internal static class BidiagonalBisection
{
    /// <summary>The values, descending, to about ε times the largest.</summary>
    /// <param name="d">The diagonal, n; of moderate size.</param>
    /// <param name="e">The superdiagonal, n − 1.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between groups of values.</param>
    public static T[] Values<T>(T[] d, T[] e, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = d.Length;
        var bound = T.Zero;
        for (var i = 0; i < n; i++)
        {
            var left = i == 0 ? T.Zero : T.Abs(e[i - 1]);
            var right = i == n - 1 ? T.Zero : T.Abs(e[i]);
            bound = T.Max(bound, T.Abs(d[i]) + T.Max(left, right));
        }
        if (bound == T.Zero)
            return new T[n];

        var exponent = T.ILogB(bound);
        var beside = new T[2 * n - 1];
        for (var i = 0; i < beside.Length; i++)
            beside[i] = i % 2 == 0 ? d[i / 2] : e[i / 2];
        var values = SturmBisection.Ascending(
            new T[2 * n], SturmBisection.Squares<T>(beside, exponent), skip: n, T.Zero, T.ScaleB(bound, -exponent), parallelism, cancellationToken);
        Array.Reverse(values);
        return Array.ConvertAll(values, x => T.ScaleB(x, exponent));
    }
}
