using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>The eigenvalues of a symmetric tridiagonal matrix by implicit QL or QR sweeps with Wilkinson's shift.</summary>
/// <remarks>QL or QR, whichever starts at the smaller end of a block, so that graded matrices keep their small eigenvalues. Source: LAPACK xSTEQR.</remarks>
internal sealed class TridiagonalQl<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxSweepsPerValue = 30;
    private const int SweepsPerBatch = 48;

    private readonly T[] _d;
    private readonly T[] _e;
    private readonly RotationStrips<T>? _vectors;
    private readonly RotationSweeps<T> _waiting = new();
    private readonly Parallelism _parallelism;
    private readonly CancellationToken _cancellationToken;
    private long _sweeps;

    private TridiagonalQl(T[] d, T[] e, RotationStrips<T>? vectors, Parallelism parallelism, CancellationToken cancellationToken)
        => (_d, _e, _vectors, _parallelism, _cancellationToken) = (d, e, vectors, parallelism, cancellationToken);

    private static T Two => T.One + T.One;

    /// <summary>Leaves the eigenvalues, unsorted, in <paramref name="d"/>.</summary>
    /// <param name="d">The diagonal, n.</param>
    /// <param name="e">The elements beside it, n − 1; destroyed.</param>
    /// <param name="vectors">Qᵀ, from the identity; null for values only.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="cancellationToken">Stops between sweeps.</param>
    /// <exception cref="ConvergenceException">More than 30 sweeps a value.</exception>
    public static void Diagonalize(T[] d, T[] e, RotationStrips<T>? vectors, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var iteration = new TridiagonalQl<T>(d, e, vectors, parallelism, cancellationToken);
        iteration.Run();
        iteration.Flush();
    }

    private void Run()
    {
        for (var start = 0; start < _d.Length;)
        {
            var end = start;
            while (end < _e.Length && !Negligible(end))
                end++;
            if (end < _e.Length)
                _e[end] = T.Zero;
            if (T.Abs(_d[end]) < T.Abs(_d[start]))
                Upward(start, end);
            else
                Downward(start, end);
            start = end + 1;
        }
    }

    private bool Negligible(int i)
    {
        var unit = Precision<T>.Epsilon / Two;
        var e = T.Abs(_e[i]);
        return e <= unit * T.Sqrt(T.Abs(_d[i])) * T.Sqrt(T.Abs(_d[i + 1])) || e * e <= Precision<T>.SmallestNormal;
    }

    /// <summary>QL: eigenvalues come out at the top of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Downward(int low, int end)
    {
        var (d, e) = (_d, _e);
        while (low < end)
        {
            var m = low;
            while (m < end && !Negligible(m))
                m++;
            if (m < end)
                e[m] = T.Zero;
            if (m == low)
            {
                low++;
                continue;
            }
            if (m == low + 1)
            {
                Solve2X2(low);
                low += 2;
                continue;
            }

            CountSweep(low);
            var p = d[low];
            var g = (d[low + 1] - p) / (Two * e[low]);
            g = d[m] - p + e[low] / (g + T.CopySign(T.Hypot(g, T.One), g));
            var rotation = new PlaneRotation<T>(T.One, T.One);
            p = T.Zero;
            _waiting.Begin(m, -1);
            for (var i = m - 1; i >= low; i--)
            {
                var f = rotation.S * e[i];
                var b = rotation.C * e[i];
                rotation = PlaneRotation<T>.Annihilating(g, f, out var r);
                if (i != m - 1)
                    e[i + 1] = r;
                g = d[i + 1] - p;
                r = (d[i] - g) * rotation.S + Two * rotation.C * b;
                p = rotation.S * r;
                d[i + 1] = g + p;
                g = rotation.C * r - b;
                _waiting.Add(rotation.C, rotation.S);
            }
            d[low] -= p;
            e[low] = g;
            FlushIfFull();
        }
    }

    /// <summary>QR: eigenvalues come out at the bottom of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Upward(int start, int high)
    {
        var (d, e) = (_d, _e);
        while (high > start)
        {
            var m = high;
            while (m > start && !Negligible(m - 1))
                m--;
            if (m > start)
                e[m - 1] = T.Zero;
            if (m == high)
            {
                high--;
                continue;
            }
            if (m == high - 1)
            {
                Solve2X2(m);
                high -= 2;
                continue;
            }

            CountSweep(high - 1);
            var p = d[high];
            var g = (d[high - 1] - p) / (Two * e[high - 1]);
            g = d[m] - p + e[high - 1] / (g + T.CopySign(T.Hypot(g, T.One), g));
            var rotation = new PlaneRotation<T>(T.One, T.One);
            p = T.Zero;
            _waiting.Begin(m, 1);
            for (var i = m; i < high; i++)
            {
                var f = rotation.S * e[i];
                var b = rotation.C * e[i];
                rotation = PlaneRotation<T>.Annihilating(g, f, out var r);
                if (i != m)
                    e[i - 1] = r;
                g = d[i] - p;
                r = (d[i + 1] - g) * rotation.S + Two * rotation.C * b;
                p = rotation.S * r;
                d[i] = g + p;
                g = rotation.C * r - b;
                _waiting.Add(rotation.C, rotation.S);
            }
            d[high] -= p;
            e[high - 1] = g;
            FlushIfFull();
        }
    }

    /// <summary>The eigenvalues of [a b; b c] and the rotation to them. Source: LAPACK xLAEV2.</summary>
    private void Solve2X2(int i)
    {
        var (a, b, c) = (_d[i], _e[i], _d[i + 1]);
        var (sum, difference) = (a + c, a - c);
        var root = T.Hypot(difference, b + b);
        var (small, large) = T.Abs(a) > T.Abs(c) ? (c, a) : (a, c);
        var first = sum < T.Zero ? (sum - root) / Two : (sum + root) / Two;
        var second = sum == T.Zero ? -root / Two : large / first * small - b / first * b;

        var cs = difference >= T.Zero ? difference + root : difference - root;
        T cosine, sine;
        if (T.Abs(cs) > T.Abs(b + b))
        {
            var cotangent = -(b + b) / cs;
            sine = T.One / T.Hypot(T.One, cotangent);
            cosine = cotangent * sine;
        }
        else
        {
            var tangent = b == T.Zero ? T.Zero : -cs / (b + b);
            cosine = T.One / T.Hypot(T.One, tangent);
            sine = tangent * cosine;
        }
        if (sum >= T.Zero == difference >= T.Zero)
            (cosine, sine) = (-sine, cosine);

        (_d[i], _e[i], _d[i + 1]) = (first, T.Zero, second);
        _waiting.Begin(i, 1);
        _waiting.Add(cosine, sine);
    }

    private void CountSweep(int worst)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (++_sweeps > (long)MaxSweepsPerValue * _d.Length)
            throw new ConvergenceException("Tridiagonal QL", _sweeps - 1, double.CreateTruncating(T.Abs(_e[worst])));
    }

    private void FlushIfFull()
    {
        if (_waiting.Count >= SweepsPerBatch * _d.Length)
            Flush();
    }

    private void Flush()
    {
        if (_vectors is { } vectors && _waiting.Count > 0)
            _parallelism.For(vectors.StripCount, strip => vectors.Apply(_waiting, strip), _cancellationToken);
        _waiting.Clear();
    }
}
