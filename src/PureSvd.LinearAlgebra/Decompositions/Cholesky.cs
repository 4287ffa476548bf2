using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The Cholesky decomposition of a symmetric positive definite matrix, by halves.</summary>
/// <remarks>
/// <code>
/// [A₁₁    ]   [L₁₁    ] [L₁₁ᵀ L₂₁ᵀ]     A₁₁ = L₁₁·L₁₁ᵀ,   L₂₁ = A₂₁·L₁₁⁻ᵀ,   A₂₂ − L₂₁·L₂₁ᵀ = L₂₂·L₂₂ᵀ
/// [A₂₁ A₂₂] = [L₂₁ L₂₂]·[     L₂₂ᵀ]
/// </code>
/// The halves are the same problem; the other two lines are <see cref="Trsm"/> and <see cref="Syrk"/>, as large as they can be. n³/3 flops. Nothing is ever added to the
/// diagonal: a matrix that is only semi-definite is for <see cref="PivotedCholesky"/>.
/// Sources: LAPACK xPOTRF2; F. Gustavson, <i>Recursion leads to automatic variable blocking for dense linear-algebra algorithms</i> (1997).
/// </remarks>
public static class Cholesky
{
    /// <summary>A = L·Lᵀ.</summary>
    /// <param name="a">[n×n], symmetric; its lower triangle is used; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <returns>L [n×n], lower triangular, zeros above.</returns>
    /// <exception cref="ArgumentException">A is not square.</exception>
    /// <exception cref="NonFiniteMatrixException">The lower triangle of A has a NaN or an infinity.</exception>
    /// <exception cref="NotPositiveDefiniteException">A is not positive definite; says at which pivot.</exception>
    public static Matrix<T> Factorize<T>(MatrixView<T> a, CholeskyOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThrowIfNotSquare(a);
        var l = new Matrix<T>(a.Rows, a.Rows);
        for (var i = 0; i < a.Rows; i++)
            a.Row(i)[..(i + 1)].CopyTo(l.Row(i));
        FactorizeInPlace(l.View, options, cancellationToken);
        return l;
    }

    /// <summary>The same over A itself, without another matrix.</summary>
    /// <param name="a">[n×n]: its lower triangle is A and becomes L; above the diagonal nothing is read or written. Has lost its meaning after an exception.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="ArgumentException">A is not square.</exception>
    /// <exception cref="NonFiniteMatrixException">The lower triangle of A has a NaN or an infinity.</exception>
    /// <exception cref="NotPositiveDefiniteException">A is not positive definite; says at which pivot.</exception>
    public static void FactorizeInPlace<T>(MatrixView<T> a, CholeskyOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThrowIfNotSquare(a);
        options ??= new CholeskyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));

        // Between 2^±(a quarter of the range) no product of two elements leaves it. An even exponent has a root that is a power of two as well.
        var scale = PowerOfTwoScale.OfLower(a);
        scale = new PowerOfTwoScale(Math.Abs(scale.Exponent) <= T.ILogB(Precision<T>.Largest) / 4 ? 0 : scale.Exponent & ~1);
        for (var i = 0; i < a.Rows && scale.Exponent != 0; i++)
            new PowerOfTwoScale(-scale.Exponent).Restore(a.Row(i)[..(i + 1)]);
        Recurse(a, 0, scale.Exponent, options, cancellationToken);
        for (var i = 0; i < a.Rows && scale.Exponent != 0; i++)
            new PowerOfTwoScale(scale.Exponent / 2).Restore(a.Row(i)[..(i + 1)]);
    }

    private static void Recurse<T>(MatrixView<T> a, int firstPivot, int exponent, CholeskyOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = a.Rows;
        var block = Math.Min(options.BlockSize, CholeskyKernel.Order);
        if (n <= block)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (CholeskyKernel.Factorize(a, out var pivot) is >= 0 and var failed)
                throw new NotPositiveDefiniteException(firstPivot + failed, double.CreateTruncating(T.ScaleB(pivot, exponent)));
            return;
        }

        var half = (n / 2 + block - 1) / block * block;
        var (a11, a21, a22) = (a.Slice(0, 0, half, half), a.Slice(half, 0, n - half, half), a.Slice(half, half, n - half, n - half));
        Recurse(a11, firstPivot, exponent, options, cancellationToken);
        Trsm.SolveRight(a11, Triangle.Lower, Operand.Transposed, unitDiagonal: false, a21, options.Parallelism);
        Syrk.MultiplyLower(a21, Operand.AsIs, -T.One, T.One, a22, options.Parallelism);
        Recurse(a22, firstPivot + half, exponent, options, cancellationToken);
    }

    private static void ThrowIfNotSquare<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != a.Columns)
            throw new ArgumentException($"A positive definite matrix is square; this one is {a.Rows}×{a.Columns}.", nameof(a));
    }
}
