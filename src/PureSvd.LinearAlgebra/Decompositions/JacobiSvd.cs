using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition by one-sided Jacobi after a pivoted QR: the accurate one.</summary>
/// <remarks>
/// <para>A·P = Q·R; rotations from the left make the rows of R orthogonal, W·R = Σ·Zᵀ; so U = Q·Wᵀ and V = P·Z. Pivoting leaves R graded and its rows nearly
/// orthogonal already, so that 5 to 8 sweeps do.</para>
/// <para>Of A = X·D with D diagonal, every singular value comes to a relative error of about ε·κ(X), however small it is and however D is graded
/// (for D·X pass the transpose). Each row carries a scale of its own, so that nothing under- or overflows on the way.</para>
/// <para>Blocks of rows meet in a round-robin tournament; the pairs of a round are independent, so the bits do not depend on the number of threads.</para>
/// Sources: Z. Drmač and K. Veselić, <i>New fast and accurate Jacobi SVD algorithm</i> (2008); R. Brent and F. Luk (1985) for the tournament; LAPACK xGEJSV, xGESVJ.
/// </remarks>
public static class JacobiSvd
{
    private const int MaxSweeps = 40;

    /// <summary>A = U·diag(S)·Vᵀ, thin or truncated to <see cref="SvdOptions.Rank"/>.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">What to compute; null for the thin decomposition.</param>
    /// <param name="cancellationToken">Stops between panels and sweeps.</param>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The sweeps did not converge.</exception>
    /// <exception cref="OverflowException">A singular value is larger than the largest number of the type.</exception>
    public static SvdFactors<T> Compute<T>(MatrixView<T> a, SvdOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new SvdOptions();
        options.Validate();
        var wide = a.Rows < a.Columns;
        var (columns, scale) = PowerOfTwoScale.Take(a, transpose: !wide);
        var (m, k) = (columns.Columns, columns.Rows);
        var rowOrder = SortRows(columns);
        var (qr, permutation) = PivotedQr.FactorizeColumns(columns, new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken);

        var rows = new ScaledRows<T>(qr.R, options.ValuesOnly ? null : Matrix<T>.Identity(k));
        Orthogonalize(rows, options, cancellationToken);

        var norms = Enumerable.Range(0, k).Select(i => (Norm: VectorNorm.Of<T>(rows.X.Row(i)), Exponent: rows.Exponents[i])).ToArray();
        var values = Array.ConvertAll(norms, x => T.ScaleB(x.Norm, x.Exponent));
        var order = Enumerable.Range(0, k).OrderByDescending(i => values[i]).Take(options.Rank ?? k).ToArray();
        var s = Array.ConvertAll(order, i => T.ScaleB(norms[i].Norm, norms[i].Exponent + scale.Exponent));
        if (s.Length > 0 && !T.IsFinite(s[0]))
            throw new OverflowException(FormattableString.Invariant($"A singular value exceeds the largest number, {Precision<T>.Largest}; scale the matrix down by a power of two."));
        if (rows.W is not { } w)
            return new SvdFactors<T>(new Matrix<T>(a.Rows, 0), s, new Matrix<T>(0, a.Columns)) { Algorithm = SvdAlgorithm.Jacobi };

        var left = new Matrix<T>(m, order.Length);
        var right = new Matrix<T>(k, order.Length);
        for (var j = 0; j < order.Length; j++)
        {
            for (var i = 0; i < k; i++)
                left[i, j] = w[order[j], i];
            if (norms[order[j]].Norm != T.Zero)
                for (var i = 0; i < k; i++)
                    right[permutation[i], j] = rows.X[order[j], i] / norms[order[j]].Norm;
        }
        qr.ApplyQ(left, cancellationToken);
        left = UnsortRows(left, rowOrder);
        options.Progress?.Report(1);
        OrthonormalCompletion.FillZeroColumns(right.View, Array.ConvertAll(order, i => norms[i].Norm));
        return (wide
            ? new SvdFactors<T>(right, s, left.View.Transpose())
            : new SvdFactors<T>(left, s, right.View.Transpose())) with
        { Algorithm = SvdAlgorithm.Jacobi };
    }

    /// <summary>Sorts the rows of A, the columns of <paramref name="columns"/>, by their largest element; returns where each came from.</summary>
    /// <remarks>With the pivoting of columns it makes Householder's QR stable row by row: small rows keep their digits beside large ones (Powell and Reid; Cox and Higham).</remarks>
    private static int[] SortRows<T>(Matrix<T> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = new T[columns.Columns];
        for (var j = 0; j < columns.Rows; j++)
            TensorPrimitives.MaxMagnitude(largest, columns.Row(j), largest);
        for (var i = 0; i < largest.Length; i++)
            largest[i] = -T.Abs(largest[i]);
        var order = Enumerable.Range(0, largest.Length).ToArray();
        Array.Sort(largest, order);
        var sorted = new T[order.Length];
        for (var j = 0; j < columns.Rows; j++)
        {
            var column = columns.Row(j);
            for (var i = 0; i < order.Length; i++)
                sorted[i] = column[order[i]];
            sorted.CopyTo(column);
        }
        return order;
    }

    private static Matrix<T> UnsortRows<T>(Matrix<T> sorted, int[] order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var u = new Matrix<T>(sorted.Rows, sorted.Columns);
        for (var i = 0; i < order.Length; i++)
            sorted.Row(i).CopyTo(u.Row(order[i]));
        return u;
    }

    private static void Orthogonalize<T>(ScaledRows<T> rows, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = rows.X.Rows;
        var tournament = new Tournament(k);
        var tolerance = Precision<T>.Epsilon * T.CreateTruncating(Math.Clamp(Math.Sqrt(k) / 2, 4, 8));
        var worst = new T[tournament.Matches];
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            Array.Clear(worst);
            for (var round = 0; round < tournament.Rounds; round++)
            {
                var current = round;
                options.Parallelism.For(tournament.Matches, match =>
                {
                    var (first, second) = tournament.Match(current, match);
                    worst[match] = T.Max(worst[match], rows.Play(first, second, withinBlocks: current == 0, tolerance));
                }, cancellationToken);
            }
            rows.Normalize();
            options.Progress?.Report(Math.Min(0.95, (sweep + 1) / 8.0));
            if (worst.All(x => x <= tolerance))
                return;
        }
        throw new ConvergenceException("One-sided Jacobi", MaxSweeps, double.CreateTruncating(worst.Max()));
    }
}
