using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition with column pivoting as it is defined, all columns and norms brought up to date at every step: what <see cref="PivotedQr"/> is tested against.</summary>
internal static class PivotedQrReference
{
    /// <summary>A·P = Q·R: the order of the columns, and R [k×n], k = min(m, n).</summary>
    public static (int[] Permutation, Matrix<T> R) Factorize<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (a.Rows, a.Columns);
        var permutation = Enumerable.Range(0, n).ToArray();
        var transposed = a.Transpose();
        var columns = Enumerable.Range(0, n).Select(j => transposed.Row(j).ToArray()).ToArray();
        for (var i = 0; i < Math.Min(m, n); i++)
        {
            var pivot = Enumerable.Range(i, n - i).MaxBy(j => VectorNorm.Of<T>(columns[j].AsSpan(i)));
            (columns[i], columns[pivot]) = (columns[pivot], columns[i]);
            (permutation[i], permutation[pivot]) = (permutation[pivot], permutation[i]);

            var v = columns[i][i..];
            (columns[i][i], var tau) = HouseholderReflector.Generate<T>(v);
            for (var j = i + 1; j < n; j++)
                HouseholderReflector.Apply<T>(v, tau, columns[j].AsSpan(i));
        }
        return (permutation, Matrix<T>.Create(Math.Min(m, n), n, (i, j) => i <= j ? columns[j][i] : T.Zero));
    }
}
