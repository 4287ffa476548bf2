using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The X that makes ‖A·X − B‖ smallest, and of all such X the one of smallest norm.</summary>
/// <remarks>
/// X = V·diag(1/σᵢ)·Uᵀ·B over the singular values that count (<see cref="RankOptions.Tolerance"/>): unique for every shape and rank, and where A is nearly deficient the answer that
/// does not blow up what A cannot tell. The residual is measured, not inferred. One SVD and 2(m + n)·rank·p flops.
/// With <see cref="RankOptions.ExpectFullRank"/> A·P = Q·R instead, and X = P·R⁻¹·(Qᵀ·B): 2n²(m − n/3) flops.
/// Sources: LAPACK xGELSD, xGELSY.
/// </remarks>
public static class LeastSquares
{
    /// <summary>Solves for all columns of B at once.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="b">[m×p]; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an option makes no sense.</exception>
    /// <exception cref="NonFiniteMatrixException">A or B has a NaN or an infinity.</exception>
    /// <exception cref="OverflowException">An element of X or a residual is larger than the largest number of the type.</exception>
    public static LeastSquaresResult<T> Solve<T>(MatrixView<T> a, MatrixView<T> b, RankOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != b.Rows)
            throw new ArgumentException($"A has {a.Rows} rows and B {b.Rows}.", nameof(b));
        options ??= new RankOptions();
        options.Validate();
        var (scaled, scale) = PowerOfTwoScale.Take(a);
        var (right, rightScale) = PowerOfTwoScale.Take(b);
        var (x, rank, s) = (options.ExpectFullRank ? ByQr(scaled, right, options, cancellationToken) : null) ?? BySvd(scaled, right, options, cancellationToken);

        Gemm.Multiply<T>(scaled, Operand.AsIs, x, Operand.AsIs, -T.One, T.One, right, options.Parallelism);
        var rest = right.View.Transpose();
        var residuals = new T[b.Columns];
        for (var j = 0; j < residuals.Length; j++)
            residuals[j] = VectorNorm.Of<T>(rest.Row(j));
        rightScale.Restore<T>(residuals);
        new PowerOfTwoScale(rightScale.Exponent - scale.Exponent).Restore<T>(x.Span);
        scale.Restore<T>(s);
        return new LeastSquaresResult<T>(x, rank, residuals, s);
    }

    private static (Matrix<T> X, int Rank, T[] S) BySvd<T>(Matrix<T> a, Matrix<T> b, RankOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (u, s, vt) = Svd.Compute<T>(a, new SvdOptions { Parallelism = options.Parallelism }, cancellationToken);
        var rank = options.Rank<T>(s, a.Rows, a.Columns);
        var coefficients = new Matrix<T>(rank, b.Columns);
        Gemm.Multiply(u.View.ColumnRange(0, rank), Operand.Transposed, b, Operand.AsIs, T.One, T.Zero, coefficients, options.Parallelism);
        for (var i = 0; i < rank; i++)
            foreach (ref var element in coefficients.Row(i))
                element /= s[i];
        var x = new Matrix<T>(a.Columns, b.Columns);
        Gemm.Multiply<T>(vt.View.RowRange(0, rank), Operand.Transposed, coefficients, Operand.AsIs, T.One, T.Zero, x, options.Parallelism);
        return (x, rank, s);
    }

    /// <summary>Null where A has not full column rank.</summary>
    private static (Matrix<T> X, int Rank, T[] S)? ByQr<T>(Matrix<T> a, Matrix<T> b, RankOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = a.Columns;
        if (a.Rows < n)
            return null;
        var (factors, permutation) = PivotedQr.Factorize<T>(a, new QrOptions { Parallelism = options.Parallelism }, cancellationToken);
        if (!options.IsFullRank(factors.R, a.Rows))
            return null;
        var rotated = b.View.ToMatrix();
        factors.ApplyQTransposed(rotated, cancellationToken);
        var solution = rotated.View.RowRange(0, n);
        Trsm.SolveLeft<T>(factors.R, Triangle.Upper, Operand.AsIs, unitDiagonal: false, solution, options.Parallelism);
        var x = new Matrix<T>(n, b.Columns);
        for (var i = 0; i < n; i++)
            rotated.Row(i).CopyTo(x.Row(permutation[i]));
        return (x, n, []);
    }
}

/// <summary>What <see cref="LeastSquares"/> found.</summary>
/// <param name="X">[n×p], of minimum norm.</param>
/// <param name="Rank">How many singular values of A counted.</param>
/// <param name="Residuals">‖A·xⱼ − bⱼ‖₂ of each column, as measured.</param>
/// <param name="SingularValues">All those of A, descending; none where <see cref="RankOptions.ExpectFullRank"/> made them unnecessary.</param>
public sealed record LeastSquaresResult<T>(Matrix<T> X, int Rank, T[] Residuals, T[] SingularValues)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
