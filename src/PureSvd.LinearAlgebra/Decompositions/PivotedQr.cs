using System.Numerics;
using System.Numerics.Tensors;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition with column pivoting: A·P = Q·R with a diagonal of R that falls, which shows the numerical rank.</summary>
/// <remarks>
/// At each step the column with the largest remaining norm comes next. A reflection never makes a remaining norm larger, so one that is out of date is a bound: only columns that might
/// come next are brought up to date (<see cref="PivotCandidates{T}"/>), and all the others once a panel, by products. The pivots are those of the textbook, with hardly any of its products
/// with one vector, which are half of its 4n³/3 flops and bound by memory. Works on Aᵀ, so that a column is contiguous.
/// Sources: LAPACK xGEQP3; M. Minoux, <i>Accelerated greedy algorithms for maximizing submodular set functions</i> (1978), for bounds in place of values; Z. Drmač and Z. Bujanović,
/// <i>On the failure of rank-revealing QR software</i> (2008), for when a norm may no longer be updated.
/// </remarks>
public static class PivotedQr
{
    /// <summary>A·P = Q·R.</summary>
    /// <param name="a">[m×n], any size from 0; not changed.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops between panels.</param>
    /// <returns>The factors, and the columns of A in the order in which Q·R has them: column j of Q·R is column <c>Permutation[j]</c> of A.</returns>
    /// <exception cref="NonFiniteMatrixException">A has a NaN or an infinity.</exception>
    public static (QrFactors<T> Factors, int[] Permutation) Factorize<T>(MatrixView<T> a, QrOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= new QrOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlockSize, 1, nameof(options));
        using var columns = new PooledMatrix<T>(a.Columns, a.Rows);
        var scale = PowerOfTwoScale.Copy(a, columns.View, transpose: true, options.Parallelism);
        var result = FactorizeColumns(columns.View, options, cancellationToken);
        scale.Restore<T>(result.Factors.R.Span);
        return result;
    }

    /// <summary>The same for a matrix given by its columns, the rows of <paramref name="columns"/> [n×m], which may be overwritten and is known to be finite and scaled.</summary>
    /// <remarks>
    /// With <paramref name="stopAtRounding"/> it stops where all that is left is rounding error, and R [r×n] has as many rows as there were steps. An element counts as that where it is below
    /// max(m, n)·ε times (largest of its row)·(largest of its column)/(largest of all) of A: D₁·X·D₂ has elements of that order, so that no row or column is lost for being small.
    /// </remarks>
    internal static (QrFactors<T> Factors, int[] Permutation) FactorizeColumns<T>(
        MatrixView<T> columns, QrOptions options, CancellationToken cancellationToken, bool stopAtRounding = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rounding = stopAtRounding ? new RoundingLevel<T>(columns) : null;
        var work = new Factorization<T>(columns, options);
        for (var done = 0; done < work.Rank;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            done += work.FactorizePanel(done);
            if (done < work.Rank && rounding is not null && rounding.Covers(columns, done, work.Permutation))
                work.Rank = done;
        }
        return (work.Result(), work.Permutation);
    }

    /// <summary>What rounding can make of each element of a matrix in the course of its factorization.</summary>
    private sealed class RoundingLevel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _rows;
        private readonly T[] _columns;

        internal RoundingLevel(MatrixView<T> columns)
        {
            (_rows, _columns) = (new T[columns.Columns], new T[columns.Rows]);
            for (var j = 0; j < columns.Rows; j++)
            {
                var column = columns.Row(j);
                TensorPrimitives.MaxMagnitude(_rows, column, _rows);
                _columns[j] = T.Abs(TensorPrimitives.MaxMagnitude<T>(column));
            }
            columns.KeepAlive();
            TensorPrimitives.Abs(_rows, _rows);
            var largest = _columns.Max();
            var unit = T.CreateTruncating(Math.Max(columns.Rows, columns.Columns)) * Precision<T>.Epsilon;
            for (var j = 0; j < _columns.Length && largest > T.Zero; j++)
                _columns[j] = _columns[j] / largest * unit;
        }

        /// <summary>Whether all rows and columns from <paramref name="done"/> on are rounding error.</summary>
        internal bool Covers(MatrixView<T> columns, int done, int[] permutation)
        {
            for (var j = done; j < columns.Rows; j++)
            {
                var column = columns.Row(j);
                var level = _columns[permutation[j]];
                for (var i = done; i < column.Length; i++)
                    if (T.Abs(column[i]) > level * _rows[i])
                        return false;
            }
            columns.KeepAlive();
            return true;
        }
    }

    /// <summary>A factorization at work: [n×m] columns, of which the first ones are done.</summary>
    private sealed class Factorization<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly MatrixView<T> _columns;
        private readonly QrOptions _options;
        private readonly Matrix<T> _vt;
        private readonly T[] _tau;
        private readonly PivotCandidates<T> _candidates;
        private readonly BlockReflector<T>.Workspace _work = new();

        internal Factorization(MatrixView<T> columns, QrOptions options)
        {
            (_columns, _options) = (columns, options);
            Rank = Math.Min(columns.Rows, columns.Columns);
            _vt = new Matrix<T>(Rank, columns.Columns);
            _tau = new T[Rank];
            _candidates = new PivotCandidates<T>(columns, _vt, _tau, Math.Clamp(Rank, 1, options.BlockSize), options.Parallelism);
        }

        internal int Rank { get; set; }

        internal int[] Permutation => _candidates.Permutation;

        internal QrFactors<T> Result()
        {
            var r = new Matrix<T>(Rank, _columns.Rows);
            Transposition.Transpose(_columns.ColumnRange(0, Rank), r);
            for (var i = 1; i < Rank; i++)
                r.Row(i)[..i].Clear();
            return new QrFactors<T>(r, new ReflectorSequence<T>(_vt.View.RowRange(0, Rank), _tau.AsSpan(0, Rank), 0, _options.BlockSize, _options.Parallelism));
        }

        /// <summary>Reflects up to a block of columns, fewer where a norm must be recomputed before the next can be chosen; returns how many.</summary>
        internal int FactorizePanel(int first)
        {
            var (n, m) = (_columns.Rows, _columns.Columns);
            var count = _candidates.ReflectPanel(first, Rank);
            var done = first + count;
            if (done < n)
            {
                var block = new BlockReflector<T>(_vt.View.Slice(first, first, count, m - first), _candidates.Factor);
                block.ApplyRight(Operand.AsIs, _columns.Slice(done, first, n - done, m - first), _work, _options.Parallelism);
                _candidates.UpdateBounds(done);
            }
            return count;
        }
    }
}
