using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The rotations that make a few rows orthogonal, found from their inner products alone: one sweep of Jacobi on the Gram matrix, in cache, collected into one matrix.</summary>
/// <remarks>
/// The rows are x_i = 2^{eᵢ}·yᵢ with ‖yᵢ‖ near 1, and everything here is in terms of y: G = Y·Yᵀ holds cosines to an absolute ε however the rows are graded,
/// and the Z of Y ← Z·Y has entries of order 1 and rows exact to ε, so that applying it by a matrix product loses no digit of a small row beside a large one.
/// Z itself is not orthogonal; diag(2^e)·Z·diag(2^{−e}), which acts on the rows x, is.
/// </remarks>
internal sealed unsafe class GramJacobi<T>(int capacity)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Beside a row larger by this power of two, what a rotation gives to the larger row is far below its last place.</summary>
    private static readonly int Negligible = 8 - T.ILogB(Precision<T>.Epsilon);

    /// <summary>A square that falls by more than this has cancelled: it has no digits left, and the row is met again with fresh inner products.</summary>
    private static readonly T Cancelled = Precision<T>.Epsilon * T.CreateTruncating(4);

    private readonly Scratch<T> _memory = new();
    private readonly T[] _squares = new T[capacity];
    private readonly int[] _exponents = new int[capacity];
    private readonly int[] _order = new int[capacity];
    private readonly double[] _sizes = new double[capacity];

    // [G | Z]: a rotation of two rows of G goes on into Z.
    private MatrixView<T> _both;

    /// <summary>G, to be filled in by the caller, both halves.</summary>
    public MatrixView<T> Gram => _both.ColumnRange(0, _both.Rows);

    /// <summary>Begins anew with <paramref name="rows"/> rows.</summary>
    public void Begin(int rows) => _both = _memory.Take(rows, 2 * rows);

    /// <summary>The largest |cosine| between two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T LargestCosine()
    {
        var worst = T.Zero;
        for (var p = 0; p < _both.Rows; p++)
        {
            _squares[p] = _both[p, p];
            var row = _both.Data + p * _both.Stride;
            for (var q = 0; q < p; q++)
            {
                // Rows of zeros give 0/0.
                var square = row[q] * row[q] / (_squares[p] * _squares[q]);
                worst = square > worst ? square : worst;
            }
        }
        _both.KeepAlive();
        return T.Sqrt(worst);
    }

    /// <summary>Rotates every pair whose cosine is above <paramref name="tolerance"/>, once; returns the largest multiple of one row that was added to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T Sweep(ReadOnlySpan<int> exponents, T tolerance)
    {
        var n = _both.Rows;
        exponents.CopyTo(_exponents);
        for (var i = 0; i < n; i++)
        {
            _squares[i] = _both[i, i];
            _both.Row(i)[n..].Clear();
            _both[i, n + i] = T.One;
        }
        var share = T.Zero;
        for (var p = 0; p < n - 1; p++)
        {
            var row = _both.Data + p * _both.Stride;
            for (var q = p + 1; q < n; q++)
            {
                if (row[q] * row[q] <= tolerance * tolerance * _squares[p] * _squares[q])
                    continue;
                var shift = _exponents[q] - _exponents[p];
                share = T.Max(share, T.ScaleB(_squares[q], 2 * shift) <= _squares[p] ? Rotate(p, q, shift) : Rotate(q, p, -shift));
            }
        }
        _both.KeepAlive();
        return share;
    }

    /// <summary>Z with its rows sorted by falling size and brought to a norm in [1, 2) by new <paramref name="exponents"/>, and the orthogonal form of it unless that is empty.</summary>
    public void Finish(MatrixView<T> scaled, MatrixView<T> orthogonal, Span<int> exponents)
    {
        var n = _both.Rows;
        Sort();
        for (var to = 0; to < n; to++)
        {
            var from = _order[to];
            var source = _both.Row(from)[n..];
            exponents[to] = double.IsFinite(_sizes[to]) ? (int)Math.Floor(_sizes[to]) : _exponents[from];
            for (var j = 0; j < n; j++)
                scaled[to, j] = T.ScaleB(source[j], _exponents[from] - exponents[to]);
            for (var j = 0; j < orthogonal.Columns; j++)
                orthogonal[to, j] = T.ScaleB(source[j], _exponents[from] - _exponents[j]);
        }
    }

    /// <summary>Sorts the rows by the logarithm of their norms; equal ones stay as they are.</summary>
    private void Sort()
    {
        for (var i = 0; i < _both.Rows; i++)
        {
            var size = _exponents[i] + double.Log2(double.CreateTruncating(_squares[i])) / 2;
            var at = i;
            for (; at > 0 && _sizes[at - 1] < size; at--)
                (_sizes[at], _order[at]) = (_sizes[at - 1], _order[at - 1]);
            (_sizes[at], _order[at]) = (size, i);
        }
    }

    /// <summary>Makes row j orthogonal to row i, which is not smaller; 2^<paramref name="shift"/> is the ratio of their scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private T Rotate(int i, int j, int shift)
    {
        var dot = _both[i, j];
        var left = Cancelled * _squares[j];
        T share;
        if (shift < -Negligible)
        {
            share = -dot / _squares[i];
            RowRotation.Apply(_both.Row(i), _both.Row(j), T.Zero, T.Zero, share);
            _squares[j] = T.Max(left, _squares[j] + share * dot);
        }
        else
        {
            // tan 2θ = 2γ/(α − β), in the scale of row i.
            var f = shift == 0 ? T.One : T.ScaleB(T.One, shift);
            var (alpha, beta, gamma) = (_squares[i], _squares[j] * f * f, dot * f);
            var zeta = (beta - alpha) / (gamma + gamma);
            var t = T.CopySign(T.One, zeta) / (T.Abs(zeta) + T.Sqrt(T.One + zeta * zeta));
            var c = T.One / T.Sqrt(T.One + t * t);
            var s = c * t;
            share = s / f;
            RowRotation.Apply(_both.Row(i), _both.Row(j), s * s / (T.One + c), s * f, share);
            _squares[i] = alpha - t * gamma;
            _squares[j] = T.Max(left, _squares[j] + t * dot / f);
        }
        Mirror(i, j);
        return T.Abs(share);
    }

    /// <summary>Copies rows i and j of G into its columns.</summary>
    private void Mirror(int i, int j)
    {
        var (n, stride) = (_both.Rows, _both.Stride);
        var x = _both.Data + i * stride;
        var y = _both.Data + j * stride;
        (x[j], y[i]) = (T.Zero, T.Zero);
        var column = _both.Data;
        for (var k = 0; k < n; k++, column += stride)
        {
            column[i] = x[k];
            column[j] = y[k];
        }
        _both.KeepAlive();
    }
}
