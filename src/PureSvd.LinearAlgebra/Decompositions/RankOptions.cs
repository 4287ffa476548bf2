namespace PureSvd.LinearAlgebra;

/// <summary>Which singular values <see cref="PseudoInverse"/> and <see cref="LeastSquares"/> take for zero, and how they compute them.</summary>
public sealed record RankOptions
{
    /// <summary>A singular value counts where it is above <c>Tolerance</c>·σ₁; null for max(m, n)·ε, below which rounding of A alone could have made it.</summary>
    public double? Tolerance { get; init; }

    /// <summary>
    /// Solve <see cref="LeastSquares"/> by QR with column pivoting, at a tenth of the cost of an SVD, where A has full column rank: where it has not (a diagonal element of R at or below
    /// <c>Tolerance</c>·|r₀₀|, or fewer rows than columns), the SVD decides after all. Without the SVD there are no singular values in the result.
    /// </summary>
    public bool ExpectFullRank { get; init; }

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;

    /// <exception cref="ArgumentException">A value makes no sense.</exception>
    internal void Validate()
    {
        if (Tolerance is { } tolerance && !(tolerance >= 0 && tolerance < 1))
            throw new ArgumentException(FormattableString.Invariant($"A rank tolerance of {tolerance} makes no sense; it is relative to the largest singular value, in [0, 1)."), nameof(Tolerance));
    }

    /// <summary>Whether none of the diagonal elements of <paramref name="r"/> [n×n], from the pivoted QR of an [m×n] matrix, counts as zero.</summary>
    internal bool IsFullRank<T>(Matrix<T> r, int m)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var diagonal = new T[r.Rows];
        for (var i = 0; i < diagonal.Length; i++)
            diagonal[i] = T.Abs(r[i, i]);
        return Rank<T>(diagonal, m, r.Columns) == r.Columns;
    }

    /// <summary>How many of the descending <paramref name="s"/> of an [m×n] matrix count.</summary>
    internal int Rank<T>(ReadOnlySpan<T> s, int m, int n)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var relative = Tolerance ?? Math.Max(m, n) * double.CreateTruncating(Precision<T>.Epsilon);
        var rank = 0;
        while (rank < s.Length && s[rank] > T.Zero && double.CreateTruncating(s[rank]) > relative * double.CreateTruncating(s[0]))
            rank++;
        return rank;
    }
}
