using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition by one reflector after the other: what <see cref="Qr"/> is tested against.</summary>
internal static class QrReference
{
    /// <summary>A = Q·R with Q [m×k], R [k×n], k = min(m, n).</summary>
    public static (Matrix<T> Q, Matrix<T> R) Factorize<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (m, n) = (a.Rows, a.Columns);
        var k = Math.Min(m, n);
        var columns = a.Transpose();
        var reflectors = new T[k][];
        var tau = new T[k];
        for (var i = 0; i < k; i++)
        {
            reflectors[i] = columns.Row(i)[i..].ToArray();
            (_, tau[i]) = HouseholderReflector.Generate<T>(reflectors[i]);
            for (var j = i; j < n; j++)
                HouseholderReflector.Apply<T>(reflectors[i], tau[i], columns.Row(j)[i..]);
        }

        var qt = new Matrix<T>(k, m);
        for (var i = 0; i < k; i++)
            qt[i, i] = T.One;
        for (var i = k - 1; i >= 0; i--)
            for (var j = 0; j < k; j++)
                HouseholderReflector.Apply<T>(reflectors[i], tau[i], qt.Row(j)[i..]);
        return (qt.View.Transpose(), Matrix<T>.Create(k, n, (i, j) => i <= j ? columns[j, i] : T.Zero));
    }
}
