using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>The Cholesky decomposition with diagonal pivoting: for matrices that are only positive semi-definite, as Gram matrices are. It finds the rank and says what it left.</summary>
/// <remarks>
/// <para>The largest diagonal element of what is left comes next; when it is negligible, all of it is, since |aᵢⱼ|² ≤ aᵢᵢ·aⱼⱼ in a semi-definite matrix. That is checked: a matrix that
/// is not semi-definite is an exception, and nothing is ever added to the diagonal. ‖PᵀAP − L·Lᵀ‖ is of the order of the tolerance.</para>
/// <para>Works on rows of U = Lᵀ, which lie along memory. Inside a panel only the pivot's row is brought up to date; the rest waits for one product a panel. n²r − 2r³/3 flops.</para>
/// Sources: LAPACK xPSTRF; N. Higham, <i>Analysis of the Cholesky decomposition of a semi-definite matrix</i> (1990); C. Lucas, <i>LAPACK-style codes for level 2 and 3 pivoted Cholesky
/// factorizations</i> (2004).
/// </remarks>
public static class PivotedCholesky
{
    /// <summary>Rows of the trailing matrix that are updated together.</summary>
    private const int UpdateRows = 192;

    /// <summary>Pᵀ·A·P = L·Lᵀ up to the tolerance.</summary>
    /// <param name="a">[n×n], symmetric; its lower triangle is used; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <exception cref="ArgumentException">A is not square.</exception>
    /// <exception cref="NonFiniteMatrixException">The lower triangle of A has a NaN or an infinity.</exception>
    /// <exception cref="NotPositiveDefiniteException">A is not even semi-definite: what is left has a negative diagonal element, or larger ones beside it.</exception>
    public static PivotedCholeskyFactors<T> Factorize<T>(MatrixView<T> a, CholeskyOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows != a.Columns)
            throw new ArgumentException($"A semi-definite matrix is square; this one is {a.Rows}×{a.Columns}.", nameof(a));
        options ??= new CholeskyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Tolerance ?? 0, nameof(options));

        var n = a.Rows;
        using var work = new PooledMatrix<T>(n, n);
        var scale = PowerOfTwoScale.OfLower(a);
        scale = new PowerOfTwoScale(Math.Abs(scale.Exponent) <= PowerOfTwoScale.HarmlessExponent ? 0 : scale.Exponent & ~1);
        Upper(a, work.View, scale.Exponent);
        return new Factorization<T>(work.View, scale, options).Run(cancellationToken);
    }

    private static void Upper<T>(MatrixView<T> a, MatrixView<T> u, int exponent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 64;
        for (var first = 0; first < a.Rows; first += Block)
        {
            var count = Math.Min(Block, a.Rows - first);
            Transposition.Transpose(a.Slice(first, 0, count, first), u.Slice(0, first, first, count));
            for (var i = first; i < first + count; i++)
                for (var j = first; j <= i; j++)
                    u[j, i] = a[i, j];
        }
        for (var i = 0; i < a.Rows && exponent != 0; i++)
            new PowerOfTwoScale(-exponent).Restore(u.Row(i)[i..]);
    }

    private sealed class Factorization<T>(MatrixView<T> u, PowerOfTwoScale scale, CholeskyOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _n = u.Rows;
        private readonly int[] _permutation = Enumerable.Range(0, u.Rows).ToArray();

        // What is left of the diagonal.
        private readonly T[] _diagonal = new T[u.Rows];
        private readonly T[] _elements = new T[Math.Min(options.BlockSize, Math.Max(1, u.Rows))];

        internal PivotedCholeskyFactors<T> Run(CancellationToken cancellationToken)
        {
            var largest = T.Zero;
            for (var i = 0; i < _n; i++)
                largest = T.Max(largest, u[i, i]);
            var relative = options.Tolerance is { } given ? T.CreateTruncating(given) : T.CreateTruncating(_n) * Precision<T>.Epsilon;
            var tolerance = relative * largest;

            var rank = 0;
            var ended = false;
            while (rank < _n && !ended)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = FactorizePanel(rank, tolerance);
                ended = count < Math.Min(_elements.Length, _n - rank);
                Update(rank, count);
                rank += count;
            }

            var residual = Residual(rank, tolerance + T.CreateTruncating(_n) * Precision<T>.Epsilon * largest);
            return new PivotedCholeskyFactors<T>(L(rank), _permutation, residual);
        }

        /// <summary>Up to a block of rows of U from row <paramref name="first"/> on; fewer when the diagonal has become negligible. Returns how many.</summary>
        private int FactorizePanel(int first, T tolerance)
        {
            for (var i = first; i < _n; i++)
                _diagonal[i] = u[i, i];
            var count = 0;
            for (; count < _elements.Length && first + count < _n; count++)
            {
                var g = first + count;
                var best = g;
                for (var i = g + 1; i < _n; i++)
                    if (_diagonal[i] > _diagonal[best])
                        best = i;
                if (!(_diagonal[best] > tolerance))
                    break;
                Swap(g, best);

                var root = T.Sqrt(_diagonal[g]);
                u[g, g] = root;
                var row = u.Row(g)[(g + 1)..];
                for (var p = 0; p < count; p++)
                    _elements[p] = u[first + p, g];
                Gemv.Multiply<T>(u.Slice(first, g + 1, count, row.Length), Operand.Transposed, _elements.AsSpan(0, count), -T.One, T.One, row, options.Parallelism);
                TensorPrimitives.Divide(row, root, row);
                var rest = _diagonal.AsSpan(g + 1);
                for (var i = 0; i < row.Length; i++)
                    rest[i] -= row[i] * row[i];
            }
            return count;
        }

        /// <summary>Exchanges the symmetric rows and columns g ≤ other of what is left, and the columns of the rows of U that are finished.</summary>
        private void Swap(int g, int other)
        {
            if (g == other)
                return;
            for (var p = 0; p < g; p++)
                (u[p, g], u[p, other]) = (u[p, other], u[p, g]);
            (u[g, g], u[other, other]) = (u[other, other], u[g, g]);
            for (var j = g + 1; j < other; j++)
                (u[g, j], u[j, other]) = (u[j, other], u[g, j]);
            for (var j = other + 1; j < _n; j++)
                (u[g, j], u[other, j]) = (u[other, j], u[g, j]);
            (_diagonal[g], _diagonal[other]) = (_diagonal[other], _diagonal[g]);
            (_permutation[g], _permutation[other]) = (_permutation[other], _permutation[g]);
        }

        /// <summary>Takes the rows of a panel out of the upper triangle of what is left.</summary>
        private void Update(int first, int count)
        {
            var start = first + count;
            if (count == 0)
                return;
            options.Parallelism.For((_n - start + UpdateRows - 1) / UpdateRows, item =>
            {
                var row = start + item * UpdateRows;
                var rows = Math.Min(UpdateRows, _n - row);
                Gemm.Multiply(
                    u.Slice(first, row, count, rows), Operand.Transposed, u.Slice(first, row, count, _n - row), Operand.AsIs,
                    -T.One, T.One, u.Slice(row, row, rows, _n - row), Parallelism.Serial);
            });
        }

        /// <summary>The largest magnitude in what is left after <paramref name="rank"/> rows, which rounding must explain.</summary>
        private T Residual(int rank, T tolerance)
        {
            var residual = T.Zero;
            for (var i = rank; i < _n; i++)
            {
                residual = T.Max(residual, T.Abs(TensorPrimitives.MaxMagnitude<T>(u.Row(i)[i..])));
                if (residual > T.CreateTruncating(10) * tolerance)
                    throw new NotPositiveDefiniteException(FormattableString.Invariant(
                        $"The matrix is not positive semi-definite: after {rank} pivots no diagonal element above {double.CreateTruncating(tolerance):G3} is left, but one of magnitude {double.CreateTruncating(residual):G3} in row {_permutation[i]} is, both relative to 2^{scale.Exponent}."));
            }
            return rank == _n ? T.Zero : T.ScaleB(residual, scale.Exponent);
        }

        private Matrix<T> L(int rank)
        {
            var l = new Matrix<T>(_n, rank);
            Transposition.Transpose(u.RowRange(0, rank), l);
            for (var i = 0; i < rank; i++)
                l.Row(i)[(i + 1)..].Clear();
            new PowerOfTwoScale(scale.Exponent / 2).Restore(l.Span);
            return l;
        }
    }
}
