using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The QR decomposition with column pivoting: A·P = Q·R with a diagonal of R that falls, which shows the numerical rank.</summary>
/// <remarks>
/// At each step the column with the largest remaining norm comes next; the norms are updated, not recomputed, until that would lose accuracy.
/// The trailing matrix is brought up to date once a panel, by one product. Works on Aᵀ, so that a column is contiguous.
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
        var (columns, scale) = PowerOfTwoScale.Take(a, transpose: true);
        var result = FactorizeColumns(columns, options, cancellationToken);
        scale.Restore<T>(result.Factors.R.Span);
        return result;
    }

    /// <summary>The same for a matrix given by its columns, the rows of <paramref name="columns"/> [n×m], which may be overwritten and is known to be finite and scaled.</summary>
    internal static (QrFactors<T> Factors, int[] Permutation) FactorizeColumns<T>(Matrix<T> columns, QrOptions options, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var work = new Factorization<T>(columns, options);
        for (var done = 0; done < work.Rank;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            done += work.FactorizePanel(done);
        }
        return (work.Result(), work.Permutation);
    }

    private sealed class Factorization<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private static readonly T RecomputeBelow = T.Sqrt(Precision<T>.Epsilon);

        private readonly Matrix<T> _columns;
        private readonly QrOptions _options;
        private readonly Matrix<T> _vt;
        private readonly T[] _tau;
        private readonly T[] _norms;
        private readonly T[] _normsWhenComputed;

        // Column i: what reflector i of the panel does to each column; A = old A − vt·updateᵀ.
        private readonly Matrix<T> _updates;
        private readonly T[] _weights;
        private readonly T[] _dots;

        internal Factorization(Matrix<T> columns, QrOptions options)
        {
            (_columns, _options) = (columns, options);
            Rank = Math.Min(columns.Rows, columns.Columns);
            Permutation = Enumerable.Range(0, columns.Rows).ToArray();
            _vt = new Matrix<T>(Rank, columns.Columns);
            _tau = new T[Rank];
            _norms = Permutation.Select(j => VectorNorm.Of<T>(columns.Row(j))).ToArray();
            _normsWhenComputed = (T[])_norms.Clone();
            _updates = new Matrix<T>(columns.Rows, Math.Min(options.BlockSize, Math.Max(1, Rank)));
            _weights = new T[_updates.Columns];
            _dots = new T[columns.Rows];
        }

        internal int Rank { get; }

        internal int[] Permutation { get; }

        internal QrFactors<T> Result()
        {
            var r = Matrix<T>.Create(Rank, _columns.Rows, (i, j) => i <= j ? _columns[j, i] : T.Zero);
            return new QrFactors<T>(r, new ReflectorSequence<T>(_vt, _tau, 0, _options.BlockSize, _options.Parallelism));
        }

        /// <summary>Reflects up to a block of columns; fewer if the norms must be recomputed first. Returns how many.</summary>
        internal int FactorizePanel(int first)
        {
            var (n, m) = (_columns.Rows, _columns.Columns);
            var count = 0;
            var stale = false;
            while (count < _updates.Columns && first + count < Rank && !stale)
            {
                var g = first + count;
                Pivot(g);
                ReflectColumn(first, count);
                stale = DowndateNorms(g);
                count++;
            }

            var done = first + count;
            if (done < n && done < m)
            {
                Gemm.Multiply(
                    _updates.View.Slice(done, 0, n - done, count), Operand.AsIs,
                    _vt.View.Slice(first, done, count, m - done), Operand.AsIs,
                    -T.One, T.One, _columns.View.Slice(done, done, n - done, m - done), _options.Parallelism);
            }
            for (var j = done; j < n; j++)
                if (T.IsNaN(_norms[j]))
                    _norms[j] = _normsWhenComputed[j] = done < m ? VectorNorm.Of<T>(_columns.Row(j)[done..]) : T.Zero;
            return count;
        }

        private void Pivot(int g)
        {
            var best = g;
            for (var j = g + 1; j < _norms.Length; j++)
                if (_norms[j] > _norms[best])
                    best = j;
            if (best == g)
                return;
            Swap(_columns.Row(g), _columns.Row(best));
            Swap(_updates.Row(g), _updates.Row(best));
            (Permutation[g], Permutation[best]) = (Permutation[best], Permutation[g]);
            _norms[best] = _norms[g];
            _normsWhenComputed[best] = _normsWhenComputed[g];
        }

        /// <summary>Reflects column first + i, and finds what the reflector does to the columns after it and to their next row.</summary>
        private void ReflectColumn(int first, int i)
        {
            var (n, m, g) = (_columns.Rows, _columns.Columns, first + i);
            var column = _columns.Row(g)[g..];
            var before = _vt.View.Slice(first, g, i, m - g);
            Gemv.Multiply<T>(before, Operand.Transposed, _updates.Row(g)[..i], -T.One, T.One, column, _options.Parallelism);
            var v = _vt.Row(g)[g..];
            column.CopyTo(v);
            (column[0], _tau[g]) = HouseholderReflector.Generate(v);

            Gemv.Multiply<T>(before, Operand.AsIs, v, T.One, T.Zero, _weights.AsSpan(0, i), _options.Parallelism);
            var dots = _dots.AsSpan(0, n - g - 1);
            Gemv.Multiply<T>(_columns.View.Slice(g + 1, g, n - g - 1, m - g), Operand.AsIs, v, _tau[g], T.Zero, dots, _options.Parallelism);
            Gemv.Multiply<T>(_updates.View.Slice(g + 1, 0, n - g - 1, i), Operand.AsIs, _weights.AsSpan(0, i), -_tau[g], T.One, dots, _options.Parallelism);
            for (var j = g + 1; j < n; j++)
            {
                _updates[j, i] = dots[j - g - 1];
                for (var p = 0; p <= i; p++)
                    _columns[j, g] -= _updates[j, p] * _vt[first + p, g];
            }
        }

        /// <summary>Takes row g out of the norms; marks those by NaN that have cancelled too far, and says whether there are any.</summary>
        private bool DowndateNorms(int g)
        {
            var stale = false;
            for (var j = g + 1; j < _norms.Length; j++)
            {
                if (_norms[j] == T.Zero)
                    continue;
                var ratio = T.Abs(_columns[j, g]) / _norms[j];
                var left = T.Max(T.Zero, (T.One + ratio) * (T.One - ratio));
                var sinceComputed = _norms[j] / _normsWhenComputed[j];
                if (left * sinceComputed * sinceComputed <= RecomputeBelow)
                {
                    _norms[j] = T.NaN;
                    stale = true;
                }
                else
                {
                    _norms[j] *= T.Sqrt(left);
                }
            }
            return stale;
        }

        private static void Swap(Span<T> x, Span<T> y)
        {
            for (var i = 0; i < x.Length; i++)
                (x[i], y[i]) = (y[i], x[i]);
        }
    }
}
