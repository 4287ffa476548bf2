using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Fills the singular vectors that a zero singular value leaves free, so that all of them are orthonormal.</summary>
internal static class OrthonormalCompletion
{
    /// <summary>Replaces each column of <paramref name="u"/> [m×k], k ≤ m, whose value in <paramref name="s"/> is zero; the others are orthonormal and stay.</summary>
    /// <remarks>Takes the unit vector that is furthest from the columns so far and orthogonalises it against them twice (Kahan and Parlett: twice is enough).</remarks>
    public static void FillZeroColumns<T>(MatrixView<T> u, ReadOnlySpan<T> s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!s.Contains(T.Zero))
            return;
        var covered = new T[u.Rows];
        var done = new List<int>();
        for (var j = 0; j < u.Columns; j++)
            if (s[j] != T.Zero)
                Cover(u, j, covered, done);
        for (var j = 0; j < u.Columns; j++)
        {
            if (s[j] != T.Zero)
                continue;
            var furthest = 0;
            for (var i = 1; i < u.Rows; i++)
                if (covered[i] < covered[furthest])
                    furthest = i;
            for (var i = 0; i < u.Rows; i++)
                u[i, j] = i == furthest ? T.One : T.Zero;
            for (var pass = 0; pass < 2; pass++)
                Orthonormalize(u, j, done);
            Cover(u, j, covered, done);
        }
    }

    /// <summary>Adds column j to the diagonal of the projector U·Uᵀ: what is already covered of each unit vector.</summary>
    private static void Cover<T>(MatrixView<T> u, int j, T[] covered, List<int> done)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < u.Rows; i++)
            covered[i] += u[i, j] * u[i, j];
        done.Add(j);
    }

    private static void Orthonormalize<T>(MatrixView<T> u, int j, List<int> against)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var p in against)
        {
            var dot = T.Zero;
            for (var i = 0; i < u.Rows; i++)
                dot += u[i, p] * u[i, j];
            for (var i = 0; i < u.Rows; i++)
                u[i, j] -= dot * u[i, p];
        }
        var square = T.Zero;
        for (var i = 0; i < u.Rows; i++)
            square += u[i, j] * u[i, j];
        var norm = T.Sqrt(square);
        for (var i = 0; i < u.Rows; i++)
            u[i, j] /= norm;
    }
}
