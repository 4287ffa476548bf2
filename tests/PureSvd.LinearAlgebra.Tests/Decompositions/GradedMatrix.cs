using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>A well-conditioned X between diagonal matrices that are graded over many orders of magnitude in random order: what one-sided Jacobi exists for.</summary>
internal static class GradedMatrix
{
    /// <summary>X·D: <paramref name="orders"/> orders of magnitude over the columns.</summary>
    public static Matrix<T> Columns<T>(int m, int n, double orders, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Make<T>(m, n, 0, orders, seed);

    /// <summary>D·X: <paramref name="orders"/> orders of magnitude over the rows.</summary>
    public static Matrix<T> Rows<T>(int m, int n, double orders, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Make<T>(m, n, orders, 0, seed);

    /// <summary>D₁·X·D₂, X [m×n] with singular values from 1 down to 1/10.</summary>
    public static Matrix<T> Make<T>(int m, int n, double rowOrders, double columnOrders, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(seed);
        var k = Math.Min(m, n);
        var x = TestMatrices.WithSpectrum<double>(m, n, i => 1 - 0.9 * i / Math.Max(1, k - 1), seed + 1);
        var (d1, d2) = (Grades(m, rowOrders, random), Grades(n, columnOrders, random));
        return Matrix<T>.Create(m, n, (i, j) => T.CreateTruncating(d1[i] * x[i, j] * d2[j]));
    }

    private static double[] Grades(int count, double orders, SeededRandom random)
    {
        var exponents = Enumerable.Range(0, count).Select(i => -orders * i / Math.Max(1, count - 1)).ToArray();
        random.Shuffle<double>(exponents);
        return Array.ConvertAll(exponents, exponent => Math.Pow(10, exponent));
    }
}
