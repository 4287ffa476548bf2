using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition by bidiagonalization and implicit QR.</summary>
/// <remarks>
/// A tall matrix is first factorized as Q·R, a wide one is taken transposed; then R = Q₁·B·P₁ᵀ with B bidiagonal, B = U₁·S·V₁ᵀ by zero-shift QR, U = Q·Q₁·U₁ and
/// V = P₁·V₁ by blocks of reflectors. Nothing m×m is formed. Backward stable: the error of each singular value is a small multiple of ε·‖A‖₂.
/// Sources: G. Golub and C. Reinsch (1970); T. Chan, <i>An improved algorithm for computing the SVD</i> (1982); LAPACK xGESVD.
/// </remarks>
public static class HouseholderSvd
{
    /// <summary>From this ratio m/n on, QR first costs less than bidiagonalizing all rows (LAPACK's crossover).</summary>
    private const double TallRatio = 1.6;

    /// <summary>A = U·diag(S)·Vᵀ, thin or truncated to <see cref="SvdOptions.Rank"/>.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute; null for the thin decomposition.</param>
    /// <param name="cancellationToken">Stops between panels and sweeps.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The QR iteration did not converge.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        var wide = a.Rows < a.Columns;
        var (tall, scale) = PowerOfTwoScale.Take(a, transpose: wide);
        var k = tall.Columns;
        if (k == 0)
            return new SvdFactors<T>(new Matrix<T>(a.Rows, 0), [], new Matrix<T>(0, a.Columns)) { Algorithm = SvdAlgorithm.Householder };

        var rank = Math.Min(options.Rank ?? k, k);
        QrFactors<T>? qr = null;
        var square = tall;
        if (tall.Rows >= TallRatio * k && tall.Rows > k)
        {
            qr = Qr.FactorizeInPlace<T>(tall, new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken);
            square = qr.R.View.ToMatrix();
        }
        var reduction = Bidiagonalization<T>.Reduce(square, options.BlockSize, options.Parallelism, new ProgressRange(options.Progress, 0, 0.4), cancellationToken);
        var s = reduction.Diagonal;
        var vectors = options.ValuesOnly ? null : new BidiagonalVectors<T>(k, options.Parallelism);
        BidiagonalQr<T>.Diagonalize(s, reduction.Superdiagonal, vectors, new ProgressRange(options.Progress, 0.4, 0.9), cancellationToken);

        var signs = Array.ConvertAll(s, value => T.CopySign(T.One, value));
        var order = Enumerable.Range(0, k).OrderByDescending(i => T.Abs(s[i])).ToArray();
        var sorted = Array.ConvertAll(order[..rank], i => T.Abs(s[i]));
        scale.Restore<T>(sorted);
        if (vectors is null)
        {
            options.Progress?.Report(1);
            return new SvdFactors<T>(new Matrix<T>(a.Rows, 0), sorted, new Matrix<T>(0, a.Columns)) { Algorithm = SvdAlgorithm.Householder };
        }

        var leading = order.AsSpan(0, rank);
        var left = new Matrix<T>(tall.Rows, rank);
        CopyLeft(vectors.Left, leading, left.View.RowRange(0, k));
        reduction.Left(options.BlockSize).ApplyLeft(Operand.AsIs, left.View.RowRange(0, square.Rows), cancellationToken);
        qr?.ApplyQ(left, cancellationToken);

        var right = new Matrix<T>(rank, k);
        for (var i = 0; i < rank; i++)
            vectors.Right.CopyRow(order[i], signs[order[i]], right.Row(i));
        reduction.Right(options.BlockSize).ApplyRight(Operand.Transposed, right, cancellationToken);
        options.Progress?.Report(1);

        return (wide
            ? new SvdFactors<T>(right.View.Transpose(), sorted, left.View.Transpose())
            : new SvdFactors<T>(left, sorted, right)) with
        { Algorithm = SvdAlgorithm.Householder };
    }

    /// <summary>The rows of Uᵀ that were kept, in their order, become the columns of <paramref name="left"/>.</summary>
    private static void CopyLeft<T>(RotationStrips<T> rows, ReadOnlySpan<int> order, MatrixView<T> left)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var row = new T[left.Rows];
        for (var j = 0; j < order.Length; j++)
        {
            rows.CopyRow(order[j], T.One, row);
            for (var i = 0; i < row.Length; i++)
                left[i, j] = row[i];
        }
    }
}
