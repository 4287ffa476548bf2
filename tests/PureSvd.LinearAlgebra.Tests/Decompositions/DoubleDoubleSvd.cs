namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>Singular values to some thirty digits: the truth that float64 algorithms are measured against.</summary>
/// <remarks>
/// Rows sorted by size, QR with column pivoting, then one-sided Jacobi on the rows of R, all of it plain loops over <see cref="DoubleDouble"/>.
/// Of D·X and of X·D, X well conditioned, it so has every value, however D is graded: plain Jacobi on columns would lose in D·X as many of its 32 digits as D spans.
/// </remarks>
internal static class DoubleDoubleSvd
{
    private const double Tolerance = 1e-30;
    private const int MaxSweeps = 60;

    /// <summary>The singular values of <paramref name="a"/>, descending.</summary>
    public static DoubleDouble[] Values(Matrix<double> a)
    {
        var columns = a.Rows >= a.Columns ? a.View.Transpose() : a.View.ToMatrix();
        var order = Enumerable.Range(0, columns.Columns).OrderByDescending(i => Enumerable.Range(0, columns.Rows).Max(j => Math.Abs(columns[j, i]))).ToArray();
        var x = Enumerable.Range(0, columns.Rows).Select(j => Array.ConvertAll(order, i => (DoubleDouble)columns[j, i])).ToArray();
        var rows = Triangularize(x);
        Orthogonalize(rows);
        return [.. rows.Select(Norm).OrderByDescending(norm => (double)norm)];
    }

    /// <summary>The rows of R of a pivoted QR decomposition of the matrix with these <paramref name="columns"/>.</summary>
    private static DoubleDouble[][] Triangularize(DoubleDouble[][] columns)
    {
        var n = columns.Length;
        for (var g = 0; g < n; g++)
        {
            var pivot = Enumerable.Range(g, n - g).MaxBy(j => (double)Norm(columns[j][g..]));
            (columns[g], columns[pivot]) = (columns[pivot], columns[g]);
            var v = columns[g][g..];
            var norm = Norm(v);
            if (norm.Hi == 0)
                break;
            v[0] += v[0].Hi < 0 ? -norm : norm;
            var half = Dot(v, v) / 2;
            for (var j = g; j < n; j++)
            {
                var factor = Dot(v, columns[j].AsSpan(g)) / half;
                for (var i = g; i < columns[j].Length; i++)
                    columns[j][i] -= factor * v[i - g];
            }
        }
        return Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => j < i ? (DoubleDouble)0 : columns[j][i]).ToArray()).ToArray();
    }

    private static void Orthogonalize(DoubleDouble[][] rows)
    {
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var worst = 0.0;
            for (var p = 0; p < rows.Length - 1; p++)
                for (var q = p + 1; q < rows.Length; q++)
                    worst = Math.Max(worst, RotatePair(rows, p, q));
            if (worst <= Tolerance)
                return;
        }
        throw new ConvergenceException("Jacobi in double-double", MaxSweeps, double.NaN);
    }

    /// <summary>Makes rows p and q orthogonal, the larger one in p; returns the cosine between them as it was.</summary>
    private static double RotatePair(DoubleDouble[][] rows, int p, int q)
    {
        var (alpha, beta) = (Norm(rows[p]), Norm(rows[q]));
        if (alpha < beta)
        {
            (rows[p], rows[q]) = (rows[q], rows[p]);
            (alpha, beta) = (beta, alpha);
        }
        if (beta.Hi == 0)
            return 0;
        var cosine = Dot(rows[p], rows[q]) / alpha / beta;
        if (Math.Abs(cosine.Hi) <= Tolerance)
            return Math.Abs(cosine.Hi);

        var ratio = beta / alpha;
        var zeta = (ratio - 1 / ratio) / (cosine + cosine);
        var t = 1 / (DoubleDouble.Abs(zeta) + DoubleDouble.Sqrt(1 + zeta * zeta));
        t = zeta.Hi < 0 ? -t : t;
        var c = 1 / DoubleDouble.Sqrt(1 + t * t);
        var s = c * t;
        var (x, y) = (rows[p], rows[q]);
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
        return Math.Abs(cosine.Hi);
    }

    private static DoubleDouble Norm(DoubleDouble[] x) => DoubleDouble.Sqrt(Dot(x, x));

    private static DoubleDouble Dot(ReadOnlySpan<DoubleDouble> x, ReadOnlySpan<DoubleDouble> y)
    {
        DoubleDouble sum = 0;
        for (var i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
