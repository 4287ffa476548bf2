using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition with column pivoting: A·P = Q·R with a diagonal of R that falls, which shows the numerical rank.</summary>
/// <remarks>
/// At each step the column with the largest remaining norm comes next; the norms are updated, not recomputed, until that would lose accuracy.
/// The trailing matrix is brought up to date once a panel, by one product; the other half of the 4n³/3 flops is a product with each reflector, bound by memory, for which the threads
/// stay together for a panel. In the same pass over a column its next element of R is found, while its line is at hand. Works on Aᵀ, so that a column is contiguous.
/// Sources: LAPACK xGEQP3, xLAQPS; Z. Drmač and Z. Bujanović, <i>On the failure of rank-revealing QR software</i> (2008), for the norms.
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

    private sealed class Factorization<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Columns that a thread takes at a time.</summary>
        private const int Chunk = 32;

        /// <summary>Elements of the rest of A below which one thread is faster alone.</summary>
        private const int SerialElements = 1 << 15;

        private static readonly T RecomputeBelow = T.Sqrt(Precision<T>.Epsilon);

        private readonly MatrixView<T> _columns;
        private readonly QrOptions _options;
        private readonly Matrix<T> _vt;
        private readonly T[] _tau;
        private readonly T[] _norms;
        private readonly T[] _normsWhenComputed;

        // Row i: what reflector i of the panel does to each column; Aᵀ = old Aᵀ − updatesᵀ·vt.
        private readonly Matrix<T> _updates;

        // Of the column at work: its products with the reflectors before it (times τ), their elements in its row, that row of R; and a column that is swapped.
        private readonly T[] _weights;
        private readonly T[] _elements;
        private readonly T[] _row;
        private readonly T[] _kept;
        private int _first;
        private int _place;
        private int _stale;

        internal Factorization(MatrixView<T> columns, QrOptions options)
        {
            (_columns, _options) = (columns, options);
            Rank = Math.Min(columns.Rows, columns.Columns);
            Permutation = Enumerable.Range(0, columns.Rows).ToArray();
            _vt = new Matrix<T>(Rank, columns.Columns);
            _tau = new T[Rank];
            _norms = new T[columns.Rows];
            options.Parallelism.For((columns.Rows + Chunk - 1) / Chunk, chunk =>
            {
                for (var j = chunk * Chunk; j < Math.Min(columns.Rows, (chunk + 1) * Chunk); j++)
                    _norms[j] = VectorNorm.Of<T>(columns.Row(j));
            });
            _normsWhenComputed = (T[])_norms.Clone();
            _updates = new Matrix<T>(Math.Min(options.BlockSize, Math.Max(1, Rank)), columns.Rows);
            _weights = new T[_updates.Rows];
            _elements = new T[_updates.Rows];
            _row = new T[columns.Rows];
            _kept = new T[columns.Columns];
        }

        internal int Rank { get; set; }

        internal int[] Permutation { get; }

        internal QrFactors<T> Result()
        {
            var r = new Matrix<T>(Rank, _columns.Rows);
            Transposition.Transpose(_columns.ColumnRange(0, Rank), r);
            for (var i = 1; i < Rank; i++)
                r.Row(i)[..i].Clear();
            return new QrFactors<T>(r, new ReflectorSequence<T>(_vt.View.RowRange(0, Rank), _tau.AsSpan(0, Rank), 0, _options.BlockSize, _options.Parallelism));
        }

        /// <summary>Reflects up to a block of columns; fewer if the norms must be recomputed first. Returns how many.</summary>
        internal int FactorizePanel(int first)
        {
            var (n, m) = (_columns.Rows, _columns.Columns);
            var count = 0;
            (_first, _stale) = (first, 0);
            var team = new PhaseTeam((long)(n - first) * (m - first) < SerialElements ? 1 : _options.Parallelism.Threads, Share);
            team.Run(() =>
            {
                while (count < _updates.Rows && first + count < Rank && _stale == 0)
                {
                    Pivot(first + count, count);
                    ReflectColumn(first, count);
                    _place = count;
                    team.Phase();
                    count++;
                }
            });

            var done = first + count;
            if (done < n && done < m)
            {
                Gemm.Multiply(
                    _updates.View.Slice(0, done, count, n - done), Operand.Transposed,
                    _vt.View.Slice(first, done, count, m - done), Operand.AsIs,
                    -T.One, T.One, _columns.Slice(done, done, n - done, m - done), _options.Parallelism);
            }
            for (var j = done; j < n; j++)
                if (T.IsNaN(_norms[j]))
                    _norms[j] = _normsWhenComputed[j] = done < m ? VectorNorm.Of<T>(_columns.Row(j)[done..]) : T.Zero;
            return count;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Pivot(int g, int updates)
        {
            var best = g + TensorPrimitives.IndexOfMax<T>(_norms.AsSpan(g));
            if (best == g)
                return;
            _columns.Row(g).CopyTo(_kept);
            _columns.Row(best).CopyTo(_columns.Row(g));
            _kept.CopyTo(_columns.Row(best));
            for (var p = 0; p < updates; p++)
                (_updates[p, g], _updates[p, best]) = (_updates[p, best], _updates[p, g]);
            (Permutation[g], Permutation[best]) = (Permutation[best], Permutation[g]);
            _norms[best] = _norms[g];
            _normsWhenComputed[best] = _normsWhenComputed[g];
        }

        /// <summary>Brings column first + i up to date and reflects it; what the columns after it need of the panel.</summary>
        private void ReflectColumn(int first, int i)
        {
            var (m, g) = (_columns.Columns, first + i);
            var column = _columns.Row(g)[g..];
            var before = _vt.View.Slice(first, g, i, m - g);
            for (var p = 0; p < i; p++)
                _elements[p] = _updates[p, g];
            Gemv.Multiply<T>(before, Operand.Transposed, _elements.AsSpan(0, i), -T.One, T.One, column, Parallelism.Serial);
            var v = _vt.Row(g)[g..];
            column.CopyTo(v);
            (column[0], _tau[g]) = HouseholderReflector.Generate(v);

            Gemv.Multiply<T>(before, Operand.AsIs, v, _tau[g], T.Zero, _weights.AsSpan(0, i), Parallelism.Serial);
            for (var p = 0; p <= i; p++)
                _elements[p] = _vt[first + p, g];
        }

        private void Share(int member, int members)
        {
            var next = _first + _place + 1;
            for (var first = next + member * Chunk; first < _columns.Rows; first += members * Chunk)
                UpdateChunk(_first + _place, _place, first, Math.Min(Chunk, _columns.Rows - first));
        }

        /// <summary>What reflector g does to some of the columns after it, their row g of R, and their norms without it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void UpdateChunk(int g, int i, int first, int count)
        {
            var update = _updates.Row(i).Slice(first, count);
            Gemv.Multiply<T>(_columns.Slice(first, g, count, _columns.Columns - g), Operand.AsIs, _vt.Row(g)[g..], _tau[g], T.Zero, update, Parallelism.Serial);
            var row = _row.AsSpan(first, count);
            for (var j = 0; j < count; j++)
                row[j] = _columns[first + j, g];
            PivotedQrKernel.Finish<T>(_updates, _weights, _elements, _row, first, count, i);
            for (var j = 0; j < count; j++)
                _columns[first + j, g] = row[j];
            if (DowndateNorms(row, first))
                Volatile.Write(ref _stale, 1);
        }

        /// <summary>Takes a row of R out of the norms; marks those by NaN that have cancelled too far, and says whether there are any.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private bool DowndateNorms(ReadOnlySpan<T> row, int first)
        {
            var norms = _norms.AsSpan(first, row.Length);
            var computed = _normsWhenComputed.AsSpan(first, row.Length);
            var stale = false;
            var j = 0;
            for (; Vector<T>.IsSupported && j + Vector<T>.Count <= row.Length; j += Vector<T>.Count)
            {
                // The same operations as below, which round each element alike: two divisions and a root for every column that is left would take a tenth of the whole one by one.
                var norm = new Vector<T>(norms[j..]);
                var isZero = Vector.Equals(norm, Vector<T>.Zero);
                var ratio = Vector.Abs(new Vector<T>(row[j..])) / norm;
                var left = Vector.Max(Vector<T>.Zero, (Vector<T>.One + ratio) * (Vector<T>.One - ratio));
                var sinceComputed = norm / new Vector<T>(computed[j..]);
                var isStale = Vector.AndNot(Vector.LessThanOrEqual(left * sinceComputed * sinceComputed, new Vector<T>(RecomputeBelow)), isZero);
                var updated = Vector.ConditionalSelect(isStale, new Vector<T>(T.NaN), norm * Vector.SquareRoot(left));
                Vector.ConditionalSelect(isZero, norm, updated).CopyTo(norms[j..]);
                stale |= isStale != Vector<T>.Zero;
            }

            for (; j < row.Length; j++)
            {
                ref var norm = ref norms[j];
                if (norm == T.Zero)
                    continue;
                var ratio = T.Abs(row[j]) / norm;
                var left = T.Max(T.Zero, (T.One + ratio) * (T.One - ratio));
                var sinceComputed = norm / computed[j];
                if (left * sinceComputed * sinceComputed <= RecomputeBelow)
                {
                    norm = T.NaN;
                    stale = true;
                }
                else
                {
                    norm *= T.Sqrt(left);
                }
            }
            return stale;
        }
    }
}
