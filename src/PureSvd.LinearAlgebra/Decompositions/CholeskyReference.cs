using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The Cholesky decomposition element by element: what <see cref="Cholesky"/> is tested against, and what it does inside a block.</summary>
internal static class CholeskyReference
{
    /// <summary>Overwrites the lower triangle of <paramref name="a"/> [n×n] with L; reads nothing above it.</summary>
    /// <param name="a">[n×n].</param>
    /// <param name="firstPivot">The pivot number of its first diagonal element, for the message.</param>
    /// <param name="exponent">The scale that was taken out of A, for the message.</param>
    /// <exception cref="NotPositiveDefiniteException">A pivot is not positive.</exception>
    public static void FactorizeInPlace<T>(MatrixView<T> a, int firstPivot = 0, int exponent = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var j = 0; j < a.Rows; j++)
        {
            var pivot = a[j, j];
            for (var p = 0; p < j; p++)
                pivot -= a[j, p] * a[j, p];
            if (!(pivot > T.Zero))
                throw new NotPositiveDefiniteException(firstPivot + j, double.CreateTruncating(T.ScaleB(pivot, exponent)));
            var diagonal = T.Sqrt(pivot);
            a[j, j] = diagonal;
            for (var i = j + 1; i < a.Rows; i++)
            {
                var sum = a[i, j];
                for (var p = 0; p < j; p++)
                    sum -= a[i, p] * a[j, p];
                a[i, j] = sum / diagonal;
            }
        }
    }
}
