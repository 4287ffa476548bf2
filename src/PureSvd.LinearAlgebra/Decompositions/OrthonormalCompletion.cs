using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Fills the singular vectors that a zero singular value leaves free, so that all of them are orthonormal.</summary>
internal static class OrthonormalCompletion
{
    /// <summary>Replaces each column of <paramref name="u"/> [m×k], k ≤ m, whose value in <paramref name="s"/> is zero; the others are orthonormal and stay.</summary>
    /// <remarks>The p columns that stay are Q·R; the columns of Q after the first p are orthogonal to them, by products and to rounding.</remarks>
    public static void FillZeroColumns<T>(MatrixView<T> u, ReadOnlySpan<T> s, Parallelism parallelism, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var free = new List<int>();
        var kept = new List<int>();
        for (var j = 0; j < s.Length; j++)
            (s[j] == T.Zero ? free : kept).Add(j);
        if (free.Count == 0)
            return;

        var view = u;
        var basis = Matrix<T>.Create(u.Rows, kept.Count, (i, j) => view[i, kept[j]]);
        var qr = Qr.FactorizeInPlace<T>(basis, new QrOptions { Parallelism = parallelism }, cancellationToken);
        var complement = new Matrix<T>(u.Rows, free.Count);
        for (var j = 0; j < free.Count; j++)
            complement[kept.Count + j, j] = T.One;
        qr.ApplyQ(complement, cancellationToken);
        for (var i = 0; i < u.Rows; i++)
            for (var j = 0; j < free.Count; j++)
                u[i, free[j]] = complement[i, j];
    }
}
