using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular values of an upper bidiagonal matrix by implicit QR sweeps, each singular value to high relative accuracy.</summary>
/// <remarks>
/// Sweeps without a shift where a shift would spoil the small singular values, with one elsewhere; from the large end of the block to the small one.
/// The rotations are recorded and reach the vectors in batches. O(n²) for the values, about 6n³ flops for each side's vectors.
/// Source: J. Demmel and W. Kahan, <i>Accurate singular values of bidiagonal matrices</i> (1990); LAPACK xBDSQR.
/// </remarks>
internal sealed class BidiagonalQr<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxSweepsPerValue = 6;

    private readonly T[] _d;
    private readonly T[] _e;
    private readonly BidiagonalVectors<T>? _vectors;
    // What an element beside the diagonal may be, relative to the values beside it, to be dropped; and the error of a small value, relative to itself, that a shift may make.
    private readonly T _negligible;
    private readonly T _tolerance;
    private readonly T _threshold;

    // The block of the last sweep and the direction that was chosen for it.
    private int _lastLow = -1;
    private int _lastHigh = -1;
    private bool _downward;

    private BidiagonalQr(T[] d, T[] e, BidiagonalVectors<T>? vectors)
    {
        (_d, _e, _vectors) = (d, e, vectors);
        var unit = Precision<T>.Epsilon / T.CreateTruncating(2);

        // LAPACK drops by the tolerance too: in double up to 98 units, which alone can be a ratio of 16 for a matrix of order 3.
        _negligible = unit * T.CreateTruncating(10);
        _tolerance = T.Max(_negligible, unit * T.Min(T.CreateTruncating(100), T.Pow(unit, T.CreateTruncating(-0.125))));
        _threshold = Threshold();
    }

    /// <summary>Reduces <paramref name="e"/> to zero and leaves the singular values, unsorted and of either sign, in <paramref name="d"/>.</summary>
    /// <param name="d">The diagonal, n.</param>
    /// <param name="e">The superdiagonal, n − 1.</param>
    /// <param name="vectors">Gets the rotations; null for values only.</param>
    /// <param name="progress">Gets the fraction done with each value found.</param>
    /// <param name="cancellationToken">Stops between sweeps.</param>
    /// <exception cref="ConvergenceException">More than 6n² rotations.</exception>
    public static void Diagonalize(T[] d, T[] e, BidiagonalVectors<T>? vectors, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (d.Length > 1)
            new BidiagonalQr<T>(d, e, vectors).Run(progress, cancellationToken);
        vectors?.Flush();
    }

    /// <summary>Below this an off-diagonal element is negligible beside every singular value.</summary>
    private T Threshold()
    {
        var n = T.CreateTruncating(_d.Length);
        var mu = T.Abs(_d[0]);
        var smallest = mu;
        for (var i = 1; i < _d.Length && smallest != T.Zero; i++)
        {
            mu = T.Abs(_d[i]) * (mu / (mu + T.Abs(_e[i - 1])));
            smallest = T.Min(smallest, mu);
        }
        return T.Max(_negligible * smallest / T.Sqrt(n), T.CreateTruncating(MaxSweepsPerValue) * n * n * Precision<T>.SmallestNormal);
    }

    private void Run(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        long rotations = 0;
        var limit = (long)MaxSweepsPerValue * _d.Length * _d.Length;
        var high = _d.Length - 1;
        while (high > 0)
        {
            var low = FindBlock(high, out var largest);
            if (low >= high - 1)
            {
                if (low == high - 1)
                    Solve2X2(low);
                high = low - 1;
                progress?.Report(1 - Math.Pow((high + 1.0) / _d.Length, 2));
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (rotations > limit)
                throw new ConvergenceException("Bidiagonal QR", rotations / _d.Length, double.CreateTruncating(T.Abs(_e[high - 1]) / largest));
            if (low > _lastHigh || high < _lastLow)
                _downward = T.Abs(_d[low]) >= T.Abs(_d[high]);
            if (Deflate(low, high, out var smallest))
                continue;

            (_lastLow, _lastHigh) = (low, high);
            rotations += high - low;
            Sweep(low, high, Shift(low, high, smallest, largest));
        }
    }

    /// <summary>The start of the unreduced block that ends at <paramref name="high"/>.</summary>
    private int FindBlock(int high, out T largest)
    {
        largest = T.Abs(_d[high]);
        for (var i = high - 1; i >= 0; i--)
        {
            var off = T.Abs(_e[i]);
            if (off <= _threshold)
            {
                _e[i] = T.Zero;
                return i + 1;
            }
            largest = T.Max(largest, T.Max(T.Abs(_d[i]), off));
        }
        return 0;
    }

    private void Solve2X2(int i)
    {
        var block = BidiagonalBlock<T>.Decompose(_d[i], _e[i], _d[i + 1]);
        (_d[i], _e[i], _d[i + 1]) = (block.Largest, T.Zero, block.Smallest);
        _vectors?.Begin(i, 1);
        _vectors?.Add(block.Left, block.Right);
    }

    /// <summary>Sets to zero an element that is negligible by the relative criterion; false if there was none, and then a lower bound of the block's smallest singular value.</summary>
    private bool Deflate(int low, int high, out T smallest)
    {
        smallest = T.Zero;
        var end = _downward ? high - 1 : low;
        if (T.Abs(_e[end]) <= _negligible * T.Abs(_downward ? _d[high] : _d[low]))
        {
            _e[end] = T.Zero;
            return true;
        }

        var mu = T.Abs(_downward ? _d[low] : _d[high]);
        smallest = mu;
        for (var step = 0; step < high - low; step++)
        {
            var i = _downward ? low + step : high - 1 - step;
            if (T.Abs(_e[i]) <= _negligible * mu)
            {
                _e[i] = T.Zero;
                return true;
            }
            mu = T.Abs(_d[_downward ? i + 1 : i]) * (mu / (mu + T.Abs(_e[i])));
            smallest = T.Min(smallest, mu);
        }
        return false;
    }

    /// <summary>The shift of the next sweep; 0 where any other would cost relative accuracy or change nothing.</summary>
    private T Shift(int low, int high, T smallest, T largest)
    {
        var unit = Precision<T>.Epsilon / T.CreateTruncating(2);
        if (T.CreateTruncating(_d.Length) * _tolerance * (smallest / largest) <= T.Max(unit, T.CreateTruncating(0.01) * _tolerance))
            return T.Zero;
        var (start, corner) = _downward ? (_d[low], high - 1) : (_d[high], low);
        var shift = BidiagonalBlock<T>.SmallestValue(_d[corner], _e[corner], _d[corner + 1]);
        var ratio = shift / T.Abs(start);
        return start != T.Zero && ratio * ratio < unit ? T.Zero : shift;
    }

    private void Sweep(int low, int high, T shift)
    {
        _vectors?.Begin(_downward ? low : high, _downward ? 1 : -1);
        if (shift == T.Zero && _downward)
            ZeroShiftDown(low, high);
        else if (shift == T.Zero)
            ZeroShiftUp(low, high);
        else if (_downward)
            ShiftedDown(low, high, shift);
        else
            ShiftedUp(low, high, shift);
        var end = _downward ? high - 1 : low;
        if (T.Abs(_e[end]) <= _threshold)
            _e[end] = T.Zero;
        _vectors?.FlushIfFull();
    }

    private void ZeroShiftDown(int low, int high)
    {
        var right = new PlaneRotation<T>(T.One, T.Zero);
        var left = right;
        for (var i = low; i < high; i++)
        {
            right = PlaneRotation<T>.Annihilating(_d[i] * right.C, _e[i], out var r);
            if (i > low)
                _e[i - 1] = left.S * r;
            left = PlaneRotation<T>.Annihilating(left.C * r, _d[i + 1] * right.S, out _d[i]);
            _vectors?.Add(left, right);
        }
        var h = _d[high] * right.C;
        _d[high] = h * left.C;
        _e[high - 1] = h * left.S;
    }

    private void ZeroShiftUp(int low, int high)
    {
        var left = new PlaneRotation<T>(T.One, T.Zero);
        var right = left;
        for (var i = high; i > low; i--)
        {
            left = PlaneRotation<T>.Annihilating(_d[i] * left.C, _e[i - 1], out var r);
            if (i < high)
                _e[i] = right.S * r;
            right = PlaneRotation<T>.Annihilating(right.C * r, _d[i - 1] * left.S, out _d[i]);
            _vectors?.Add(left, right);
        }
        var h = _d[low] * left.C;
        _d[low] = h * right.C;
        _e[low] = h * right.S;
    }

    private void ShiftedDown(int low, int high, T shift)
    {
        var (d, e) = (_d, _e);
        var f = (T.Abs(d[low]) - shift) * (T.CopySign(T.One, d[low]) + shift / d[low]);
        var g = e[low];
        for (var i = low; i < high; i++)
        {
            var right = PlaneRotation<T>.Annihilating(f, g, out var r);
            if (i > low)
                e[i - 1] = r;
            f = right.C * d[i] + right.S * e[i];
            e[i] = right.C * e[i] - right.S * d[i];
            g = right.S * d[i + 1];
            d[i + 1] = right.C * d[i + 1];
            var left = PlaneRotation<T>.Annihilating(f, g, out d[i]);
            f = left.C * e[i] + left.S * d[i + 1];
            d[i + 1] = left.C * d[i + 1] - left.S * e[i];
            if (i < high - 1)
            {
                g = left.S * e[i + 1];
                e[i + 1] = left.C * e[i + 1];
            }
            _vectors?.Add(left, right);
        }
        e[high - 1] = f;
    }

    private void ShiftedUp(int low, int high, T shift)
    {
        var (d, e) = (_d, _e);
        var f = (T.Abs(d[high]) - shift) * (T.CopySign(T.One, d[high]) + shift / d[high]);
        var g = e[high - 1];
        for (var i = high; i > low; i--)
        {
            var left = PlaneRotation<T>.Annihilating(f, g, out var r);
            if (i < high)
                e[i] = r;
            f = left.C * d[i] + left.S * e[i - 1];
            e[i - 1] = left.C * e[i - 1] - left.S * d[i];
            g = left.S * d[i - 1];
            d[i - 1] = left.C * d[i - 1];
            var right = PlaneRotation<T>.Annihilating(f, g, out d[i]);
            f = right.C * e[i - 1] + right.S * d[i - 1];
            d[i - 1] = right.C * d[i - 1] - right.S * e[i - 1];
            if (i > low + 1)
            {
                g = right.S * e[i - 2];
                e[i - 2] = right.C * e[i - 2];
            }
            _vectors?.Add(left, right);
        }
        e[low] = f;
    }
}
