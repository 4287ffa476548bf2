using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>LAPACK's test ratios: errors in units of what the arithmetic allows. Computed in double, after an exact scaling, in the 1-norm.</summary>
internal static class Ratios
{
    /// <summary>‖A − U·diag(s)·Vᵀ‖ / (‖A‖·max(m, n)·ε), or the bare ‖U·diag(s)·Vᵀ‖ if A is zero.</summary>
    public static double Reconstruction<T>(Matrix<T> a, Matrix<T> u, T[] s, Matrix<T> vt)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var exponent = Exponent(a);
        return Residual(a, Matrix<double>.Create(u.Rows, s.Length, (i, j) => double.CreateTruncating(u[i, j]) * Scale(s[j], exponent)), ToDouble(vt));
    }

    /// <summary>‖A − Q·R‖ / (‖A‖·max(m, n)·ε), or the bare ‖Q·R‖ if A is zero.</summary>
    public static double Product<T>(Matrix<T> a, Matrix<T> q, Matrix<T> r)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var exponent = Exponent(a);
        return Residual(a, ToDouble(q), Matrix<double>.Create(r.Rows, r.Columns, (i, j) => Scale(r[i, j], exponent)));
    }

    /// <summary>‖A − B·C‖ / (‖A‖·max(m, n)·ε), B·C already divided by the power of two of A's largest element.</summary>
    private static double Residual<T>(Matrix<T> a, Matrix<double> b, Matrix<double> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows == 0 || a.Columns == 0)
            return 0;
        var exponent = Exponent(a);
        var difference = Matrix<double>.Create(a.Rows, a.Columns, (i, j) => Scale(a[i, j], exponent));
        var norm = OneNorm(difference);
        Gemm.Multiply<double>(b, Operand.AsIs, c, Operand.AsIs, -1, 1, difference, Parallelism.Serial);

        // What a denormal result cannot say is not an error: the last place of the type itself.
        var granularity = Scale(T.Epsilon, exponent) * a.Rows;
        var residual = Math.Max(0, OneNorm(difference) - granularity);
        return norm == 0 ? residual : residual / (norm * Math.Max(a.Rows, a.Columns) * TestMatrices.Epsilon<T>());
    }

    /// <summary>‖I − QᵀQ‖ / (m·ε) of Q [m×k].</summary>
    public static double Orthogonality<T>(Matrix<T> q)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (q.Columns == 0)
            return 0;
        var d = ToDouble(q);
        var gram = Matrix<double>.Identity(q.Columns);
        Gemm.Multiply<double>(d, Operand.Transposed, d, Operand.AsIs, -1, 1, gram, Parallelism.Serial);
        return OneNorm(gram) / (Math.Max(1, q.Rows) * TestMatrices.Epsilon<T>());
    }

    /// <summary>max |sᵢ − tᵢ| / (max(s)·max(m, n)·ε).</summary>
    public static double Values<T>(T[] s, T[] t, int largerSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(s.Length, t.Length);
        if (s.Length == 0)
            return 0;
        var largest = double.CreateTruncating(s.Max(T.Abs));
        var difference = s.Zip(t, (x, y) => Math.Abs(double.CreateTruncating(x) - double.CreateTruncating(y))).Max();
        difference = Math.Max(0, difference - double.CreateTruncating(T.Epsilon));
        return difference == 0 ? 0 : difference / largest / (largerSize * TestMatrices.Epsilon<T>());
    }

    /// <summary>
    /// How far the leading subspaces of two bases are apart, in units of what perturbation theory allows: for every split with a gap, ‖(I − U₁U₁ᵀ)·U₂‖ over
    /// ε·max(m, n)·s₁/gap. Signs and the basis inside a cluster do not matter.
    /// </summary>
    public static double Subspaces<T>(Matrix<T> first, Matrix<T> second, T[] s, int largerSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (u, w) = (ToDouble(first), ToDouble(second));
        var worst = 0.0;
        for (var split = 1; split < s.Length; split++)
        {
            var gap = double.CreateTruncating(s[split - 1] - s[split]) / double.CreateTruncating(s[0]);
            if (!(gap > 1e-3))
                continue;
            var (lead, tail) = (u.View.ColumnRange(0, split), w.View.ColumnRange(split, s.Length - split));
            var cross = new Matrix<double>(split, tail.Columns);
            Gemm.Multiply(lead, Operand.Transposed, tail, Operand.AsIs, 1, 0, cross, Parallelism.Serial);
            worst = Math.Max(worst, FrobeniusNorm(cross) / (TestMatrices.Epsilon<T>() * largerSize / gap));
        }
        return worst;
    }

    public static Matrix<double> ToDouble<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Matrix<double>.Create(a.Rows, a.Columns, (i, j) => double.CreateTruncating(a[i, j]));

    public static double FrobeniusNorm<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        foreach (var value in a.Span)
            sum += double.CreateTruncating(value) * double.CreateTruncating(value);
        return Math.Sqrt(sum);
    }

    private static double Scale<T>(T value, int exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Math.ScaleB(double.CreateTruncating(value), -exponent);

    private static double OneNorm(Matrix<double> a)
    {
        var sums = new double[a.Columns];
        for (var i = 0; i < a.Rows; i++)
            for (var j = 0; j < a.Columns; j++)
                sums[j] += Math.Abs(a[i, j]);
        return sums.Any(double.IsNaN) ? double.NaN : sums.DefaultIfEmpty(0).Max();
    }

    private static int Exponent<T>(Matrix<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = 0.0;
        foreach (var value in a.Span)
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(value)));
        return largest == 0 ? 0 : Math.ILogB(largest);
    }
}
