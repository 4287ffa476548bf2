using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenvalues and eigenvectors of a real symmetric matrix, by tridiagonalization and divide and conquer.</summary>
/// <remarks>
/// A = Q₁·T·Q₁ᵀ with T tridiagonal (4n³/3 flops), T = Q₂·diag(λ)·Q₂ᵀ by divide and conquer (up to 4n³/3; implicit QL for small orders; values alone by bisection, O(n²)), and Q = Q₁·Q₂
/// by blocks of reflectors (2n³; of k wanted vectors 2n²k). Values alone of a large matrix take the way over a band (<see cref="SymmetricBandReduction"/>), whose 2n³ are products. Backward stable: the error of each eigenvalue is a small multiple of ε·‖A‖₂. Needs 5n² elements of memory.
/// Sources: G. Golub and C. Van Loan, <i>Matrix Computations</i>, 4th ed., §8.3–8.5; LAPACK xSYEVD.
/// </remarks>
public static class SymmetricEigen
{
    /// <summary>Reflectors applied to the vectors as one: more than a panel reduces, since nothing there is bound by them.</summary>
    private const int LiftBlock = 96;

    /// <summary>Rows that are copied as one item.</summary>
    private const int CopyRows = 64;

    /// <summary>A = Q·diag(λ)·Qᵀ, λ descending.</summary>
    /// <param name="a">[n×n], symmetric; its lower triangle is used; not changed.</param>
    /// <param name="options">What to compute; null for values and vectors.</param>
    /// <param name="cancellationToken">Stops between panels and sweeps.</param>
    /// <exception cref="ArgumentException">A is not square.</exception>
    /// <exception cref="NonFiniteMatrixException">The lower triangle of A has a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">An eigenvalue took too many sweeps.</exception>
    /// <exception cref="OverflowException">An eigenvalue is larger than the largest number of the type.</exception>
    public static EigenFactors<T> Compute<T>(MatrixView<T> a, SymmetricEigenOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != a.Columns)
            throw new ArgumentException($"A symmetric matrix is square; this one is {a.Rows}×{a.Columns}.", nameof(a));
        options ??= new SymmetricEigenOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Count ?? 0, nameof(options));

        var n = a.Rows;
        var count = Math.Min(options.Count ?? n, n);
        var scale = PowerOfTwoScale.OfLower(a);
        if (Math.Abs(scale.Exponent) <= PowerOfTwoScale.HarmlessExponent)
            scale = default;
        if (options.ValuesOnly && n >= (options.TwoStageOrder ?? TwoStageOrder<T>()))
        {
            var (diagonal, offdiagonal) = ReduceInTwoStages(a, scale, options, cancellationToken);
            var values = SturmBisection.Eigenvalues(diagonal, offdiagonal, options.Parallelism, cancellationToken);
            return new EigenFactors<T>(Values(values, LargestFirst(values, count), scale), new Matrix<T>(n, 0));
        }

        using var reduction = Tridiagonalization<T>.Reduce(a, scale.Exponent, options.BlockSize, options.Parallelism, cancellationToken);
        var d = reduction.Diagonal;
        if (options.ValuesOnly || count == 0)
        {
            if (n > LeafSize(options))
                d = SturmBisection.Eigenvalues(d, reduction.Offdiagonal, options.Parallelism, cancellationToken);
            else
                TridiagonalQl<T>.Diagonalize(d, reduction.Offdiagonal, null, options.Parallelism, cancellationToken);
            return new EigenFactors<T>(Values(d, LargestFirst(d, count), scale), new Matrix<T>(n, 0));
        }

        using var tree = TridiagonalDivideAndConquer<T>.Decompose(d, reduction.Offdiagonal, count, LeafSize(options), options.Parallelism, cancellationToken);
        var order = LargestFirst(d, count);
        var rows = tree.Ordered(order);
        reduction.Q(Math.Max(options.BlockSize, LiftBlock)).ApplyRight(Operand.Transposed, rows, cancellationToken);
        return new EigenFactors<T>(Values(d, order, scale), Columns(rows, options.Parallelism));
    }

    /// <summary>From this order on the matrix is so far beyond the caches that reading it n/b times saves more than the chase costs.</summary>
    private static int TwoStageOrder<T>() => Unsafe.SizeOf<T>() == sizeof(double) ? 2560 : 3584;

    /// <summary>T by way of a band: <paramref name="a"/> is read a few times for each block of columns and not for every column.</summary>
    private static (T[] Diagonal, T[] Offdiagonal) ReduceInTwoStages<T>(MatrixView<T> a, PowerOfTwoScale scale, SymmetricEigenOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var n = a.Rows;
        using var copy = new PooledMatrix<T>(n, n);
        var full = copy.View;
        options.Parallelism.For((n + CopyRows - 1) / CopyRows, block =>
        {
            var first = block * CopyRows;
            for (var i = first; i < Math.Min(n, first + CopyRows); i++)
            {
                var row = full.Row(i)[..(i + 1)];
                a.Row(i)[..(i + 1)].CopyTo(row);
                if (scale.Exponent != 0)
                    new PowerOfTwoScale(-scale.Exponent).Restore(row);
            }
        }, cancellationToken);
        options.Parallelism.For((n + CopyRows - 1) / CopyRows, block =>
        {
            // The lower triangle's columns become rows of the upper one; the square on the diagonal is its own mirror.
            var first = block * CopyRows;
            var count = Math.Min(CopyRows, n - first);
            Transposition.Transpose(full.Slice(first + count, first, n - first - count, count), full.Slice(first, first + count, count, n - first - count));
            for (var i = first; i < first + count; i++)
                for (var j = first; j < i; j++)
                    full[j, i] = full[i, j];
        }, cancellationToken);
        var band = SymmetricBandReduction.Reduce(full, 2 * Math.Clamp(options.BlockSize, 1, Math.Max(1, n / 2)), options.Parallelism, cancellationToken);
        return SymmetricBulgeChase<T>.Run(band, options.Parallelism, cancellationToken);
    }

    /// <summary>Up to this order QL does it; smaller with small blocks, so that tests reach the merges.</summary>
    private static int LeafSize(SymmetricEigenOptions options) => Math.Clamp(options.BlockSize, 2, 32);

    private static int[] LargestFirst<T>(T[] d, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Enumerable.Range(0, d.Length).OrderByDescending(i => d[i]).Take(count).ToArray();

    private static T[] Values<T>(T[] d, int[] order, PowerOfTwoScale scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = Array.ConvertAll(order, i => d[i]);
        scale.Restore<T>(values);
        return values;
    }

    private static Matrix<T> Columns<T>(MatrixView<T> rows, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 64;
        var columns = new Matrix<T>(rows.Columns, rows.Rows);
        parallelism.For((rows.Columns + Block - 1) / Block, block =>
        {
            var (first, width) = (block * Block, Math.Min(Block, rows.Columns - block * Block));
            Transposition.Transpose(rows.ColumnRange(first, width), columns.View.RowRange(first, width));
        });
        return columns;
    }
}
