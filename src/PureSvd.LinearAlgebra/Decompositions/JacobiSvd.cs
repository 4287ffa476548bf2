using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular value decomposition by preconditioned, blocked one-sided Jacobi: the accurate one.</summary>
/// <remarks>
/// <para>Rotations from the left make the rows of a matrix R orthogonal, W·R = Σ·Zᵀ: that is its decomposition. A rotation changes a row by ε times that very row,
/// so rows keep their digits however small they are, and with them the small singular values do. All else here keeps it so, and makes it fast:</para>
/// <para>1. <b>A = Q·R</b>, columns pivoted, the rows sorted by size before: then Householder's QR is stable column by column <i>and</i> row by row, and R is graded
/// by rows. It stops where nothing but rounding error is left, and the values beyond that are zero.
/// Of X·D and of D·X, X well conditioned and D any diagonal matrix, every singular value comes to a relative error of about ε·κ(X);
/// of D₁·X·D₂ to ε times the largest condition of a leading block of X, sorted as D₁ and D₂ are.</para>
/// <para>2. <b>R·V</b>, V from the fast <see cref="HouseholderSvd"/> of R: a product from the right works on each row of R for itself, so it too is harmless, and it leaves
/// columns that are orthogonal up to ε·σ₁/σᵢ. One sweep, seldom two, does the rest: on the columns, so on the rows of (R·V)ᵀ. Where σ₁/σₙ leaves no digit to gain by that,
/// a second QR, <b>Rᵀ = Q₂·R₂</b>, has graded the rows of R₂ and brought them near orthogonality; with κ far beyond 1/ε 4 sweeps do, of which many matches have nothing to rotate.</para>
/// <para>3. <b>Blocks</b> (<see cref="ScaledRows{T}"/>): two blocks of rows meet, their rotations are found from their inner products in cache and applied as one product.
/// A sweep costs 4n³ flops for the rows, 4n³ for the vectors and 3n³ for the inner products, nearly all in <see cref="Gemm"/>. The blocks meet in a round-robin
/// <see cref="Tournament"/> whose matches are independent, so the bits do not depend on the number of threads.</para>
/// <para>Powers of two held apart for every row keep all of it from over- and underflow. A singular value below the normal numbers is rounded to the nearest denormal one.</para>
/// Sources: Z. Drmač and K. Veselić, <i>New fast and accurate Jacobi SVD algorithm</i> I, II (2008), LAPACK xGEJSV; A. Cox and N. Higham, <i>Stability of Householder QR factorization
/// for weighted least squares problems</i> (1998) for the sorting of rows; W. Gao, Y. Ma and M. Shao, <i>A mixed precision Jacobi SVD algorithm</i> (2022) for the preconditioner;
/// R. Brent and F. Luk (1985) for the tournament.
/// </remarks>
public static class JacobiSvd
{
    private const int MaxSweeps = 40;

    /// <summary>Below this order a preconditioner costs more than the sweeps that it saves.</summary>
    private const int SmallestPreconditioned = 32;

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
        if (a.Rows == 0 || a.Columns == 0)
            return SvdFactors<T>.Empty(a.Rows, a.Columns, SvdAlgorithm.Jacobi);
        var wide = a.Rows < a.Columns;
        var (columns, scale) = PowerOfTwoScale.Take(a, transpose: !wide, target: TargetExponent(a));
        var rowOrder = SortRows(columns);
        var (qr, columnOrder) = PivotedQr.FactorizeColumns<T>(columns, new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken, stopAtRounding: true);

        var k = columns.Rows;
        var (u, s, v) = DecomposeTriangle(qr.R, scale, Math.Min(options.Rank ?? k, k), options, cancellationToken);
        if (u is null || v is null)
            return new SvdFactors<T>(new Matrix<T>(a.Rows, 0), s, new Matrix<T>(0, a.Columns)) { Algorithm = SvdAlgorithm.Jacobi };

        var lifted = Completed(u, columns.Columns, s.Length);
        qr.ApplyQ(lifted, cancellationToken);
        var left = Scatter(lifted, rowOrder);
        var right = Scatter(v, columnOrder);
        options.Progress?.Report(1);
        return (wide
            ? new SvdFactors<T>(right, s, left.View.Transpose())
            : new SvdFactors<T>(left, s, right.View.Transpose())) with
        { Algorithm = SvdAlgorithm.Jacobi };
    }

    /// <summary>The power of two that the largest element is brought to: 1, or where the elements span nearly all numbers, as much as leaves room for the sums.</summary>
    private static int TargetExponent<T>(MatrixView<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (smallest, largest) = (T.PositiveInfinity, T.Zero);
        for (var i = 0; i < a.Rows; i++)
        {
            foreach (var element in a.Row(i))
            {
                var magnitude = T.Abs(element);
                largest = magnitude > largest ? magnitude : largest;
                smallest = magnitude < smallest && magnitude > T.Zero ? magnitude : smallest;
            }
        }
        if (largest == T.Zero || !T.IsFinite(largest))
            return 0;
        var digits = -T.ILogB(Precision<T>.Epsilon);
        return T.ILogB(smallest) - T.ILogB(largest) >= T.ILogB(Precision<T>.SmallestNormal) + digits
            ? 0
            : T.ILogB(Precision<T>.Largest) - 8 - int.Log2(Math.Max(a.Rows, a.Columns));
    }

    /// <summary>
    /// R = U·diag(S)·Vᵀ of a trapezoid [k×n]: U of the first min(k, <paramref name="count"/>) values, <paramref name="count"/> values, those after the kth zero, and as many columns of V;
    /// <paramref name="scale"/> put back onto S; no vectors where only values are asked for.
    /// </summary>
    private static (Matrix<T>? U, T[] S, Matrix<T>? V) DecomposeTriangle<T>(Matrix<T> r, PowerOfTwoScale scale, int count, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = r.Rows;
        var vt = Preconditioner(r, options, cancellationToken);
        Matrix<T> x;
        QrFactors<T>? transposed = null;
        if (vt is not null)
        {
            x = new Matrix<T>(k, k);
            Gemm.Multiply<T>(vt, Operand.AsIs, r, Operand.Transposed, T.One, T.Zero, x, options.Parallelism);
        }
        else
        {
            transposed = Qr.FactorizeInPlace<T>(r.View.Transpose(), new QrOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism }, cancellationToken);
            x = transposed.R;
        }
        var tournament = new Tournament(k, options.BlockSize);
        var rows = new ScaledRows<T>(x, options.ValuesOnly ? null : vt ?? Matrix<T>.Identity(k), tournament.MatchRows);
        Orthogonalize(rows, tournament, options, cancellationToken);

        var norms = Enumerable.Range(0, k).Select(i => VectorNorm.Of<T>(rows.X.Row(i))).ToArray();
        var order = Enumerable.Range(0, k).OrderByDescending(i => T.ScaleB(norms[i], rows.Exponents[i])).Take(count).ToArray();
        var s = Array.ConvertAll(order, i => T.ScaleB(norms[i], rows.Exponents[i] + scale.Exponent));
        if (s.Length > 0 && !T.IsFinite(s[0]))
            throw new OverflowException(FormattableString.Invariant($"A singular value exceeds the largest number, {Precision<T>.Largest}; scale the matrix down by a power of two."));
        Array.Resize(ref s, count);
        if (rows.W is null)
            return (null, s, null);

        // W·Rᵀ = Σ·Zᵀ, where W began as Vᵀ or still lacks the Q of Rᵀ.
        var w = Completed(Select(rows.W, order), r.Columns, count);
        var z = Select(x, order);
        for (var i = 0; i < k; i++)
            for (var j = 0; j < order.Length; j++)
                z[i, j] = norms[order[j]] == T.Zero ? T.Zero : z[i, j] / norms[order[j]];
        OrthonormalCompletion.FillZeroColumns(z.View, Array.ConvertAll(order, i => norms[i]), options.Parallelism, cancellationToken);
        transposed?.ApplyQ(w, cancellationToken);
        return (z, s, w);
    }

    /// <summary>Vᵀ of a decomposition of R to an absolute accuracy, or null where that says too little about the small singular values.</summary>
    private static Matrix<T>? Preconditioner<T>(Matrix<T> r, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Columns of R·V with cosines of order ε·σ₁/σᵢ: scaled to norm 1 they are well conditioned down to here.
        var k = r.Rows;
        var limit = Precision<T>.Epsilon * T.CreateTruncating(16 * Math.Sqrt(k));
        if (k < r.Columns || k < SmallestPreconditioned || T.Abs(r[k - 1, k - 1]) <= limit * T.Abs(r[0, 0]))
            return null;
        var progress = new ProgressRange(options.Progress, 0, 0.6);
        var (_, s, vt) = HouseholderSvd.Compute<T>(r, new SvdOptions { BlockSize = options.BlockSize, Parallelism = options.Parallelism, Progress = progress }, cancellationToken);
        return s[^1] > limit * s[0] ? vt : null;
    }

    /// <summary>Plays sweep after sweep until all cosines are down to rounding.</summary>
    private static void Orthogonalize<T>(ScaledRows<T> rows, Tournament tournament, SvdOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var k = rows.X.Rows;
        var tolerance = Precision<T>.Epsilon * T.CreateTruncating(Math.Clamp(Math.Sqrt(k) / 2, 4, 8));
        var (cosines, shares) = (new T[tournament.Matches], new T[tournament.Matches]);
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            Array.Clear(cosines);
            Array.Clear(shares);
            for (var round = 0; round < tournament.Rounds; round++)
            {
                var current = round;
                options.Parallelism.For(tournament.Matches, match =>
                {
                    var (first, second) = tournament.Match(current, match);
                    var (cosine, share) = rows.Play(first, second, tolerance);
                    (cosines[match], shares[match]) = (T.Max(cosines[match], cosine), T.Max(shares[match], share));
                }, cancellationToken);
            }
            options.Progress?.Report(Math.Min(0.95, 0.6 + (sweep + 1) / 20.0));

            // Later rotations put a share of one cosine into another, k times at most: convergence is quadratic, and no sweep is needed to see that this was the last.
            if (cosines.Max() * T.CreateTruncating(k) * shares.Max() <= tolerance)
                return;
        }
        throw new ConvergenceException("One-sided Jacobi", MaxSweeps, double.CreateTruncating(cosines.Max()));
    }

    /// <summary>Sorts the rows of A, the columns of <paramref name="columns"/>, by their largest element; returns where each came from.</summary>
    private static int[] SortRows<T>(Matrix<T> columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = new T[columns.Columns];
        for (var j = 0; j < columns.Rows; j++)
            TensorPrimitives.MaxMagnitude(largest, columns.Row(j), largest);
        var order = Enumerable.Range(0, largest.Length).OrderByDescending(i => T.Abs(largest[i])).ToArray();
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

    /// <summary>The block in the upper left of [<paramref name="rows"/>×<paramref name="columns"/>]; each column beyond it has a one in the next row below it.</summary>
    private static Matrix<T> Completed<T>(Matrix<T> block, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var completed = new Matrix<T>(rows, columns);
        block.View.CopyTo(completed.View.Slice(0, 0, block.Rows, block.Columns));
        for (var j = block.Columns; j < columns; j++)
            completed[block.Rows + j - block.Columns, j] = T.One;
        return completed;
    }

    /// <summary>Puts row i where row <paramref name="order"/>[i] belongs.</summary>
    private static Matrix<T> Scatter<T>(Matrix<T> rows, int[] order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new Matrix<T>(rows.Rows, rows.Columns);
        for (var i = 0; i < order.Length; i++)
            rows.Row(i).CopyTo(result.Row(order[i]));
        return result;
    }

    /// <summary>The rows of <paramref name="order"/> as columns.</summary>
    private static Matrix<T> Select<T>(Matrix<T> rows, int[] order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var selected = new Matrix<T>(order.Length, rows.Columns);
        for (var j = 0; j < order.Length; j++)
            rows.Row(order[j]).CopyTo(selected.Row(j));
        return selected.View.Transpose();
    }
}
