using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The X that makes ‖A·X − B‖ smallest, and of all such X the one of smallest norm.</summary>
/// <remarks>
/// X = V·diag(1/σᵢ)·Uᵀ·B over the singular values that count (<see cref="RankOptions.Tolerance"/>): unique for every shape and rank, and where A is nearly deficient the answer that
/// does not blow up what A cannot tell. The residual is measured, not inferred. One SVD and 2(m + n)·rank·p flops. Source: LAPACK xGELSD.
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
        var (u, s, vt) = Svd.Compute<T>(scaled, new SvdOptions { Parallelism = options.Parallelism }, cancellationToken);
        var rank = options.Rank<T>(s, a.Rows, a.Columns);

        var coefficients = new Matrix<T>(rank, b.Columns);
        Gemm.Multiply(u.View.ColumnRange(0, rank), Operand.Transposed, right, Operand.AsIs, T.One, T.Zero, coefficients, options.Parallelism);
        for (var i = 0; i < rank; i++)
            foreach (ref var element in coefficients.Row(i))
                element /= s[i];
        var x = new Matrix<T>(a.Columns, b.Columns);
        Gemm.Multiply<T>(vt.View.RowRange(0, rank), Operand.Transposed, coefficients, Operand.AsIs, T.One, T.Zero, x, options.Parallelism);

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
}

/// <summary>What <see cref="LeastSquares"/> found.</summary>
/// <param name="X">[n×p], of minimum norm.</param>
/// <param name="Rank">How many singular values of A counted.</param>
/// <param name="Residuals">‖A·xⱼ − bⱼ‖₂ of each column, as measured.</param>
/// <param name="SingularValues">All those of A, descending.</param>
public sealed record LeastSquaresResult<T>(Matrix<T> X, int Rank, T[] Residuals, T[] SingularValues)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
