using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The singular values of an upper band matrix are those of a bidiagonal one: B from C by Householder reflections that stay inside the band.</summary>
/// <remarks>
/// <para>Sweep i clears row i beyond the superdiagonal by a reflector on b columns. That fills in b columns below the diagonal: of these the first is cleared by a
/// reflector on b rows, which fills in b more columns to the right, of which the first row is cleared by a reflector on those columns, and so on down the band. The rest of each bulge is left
/// to the next sweep, which comes along one row further down. About 8·n²·b flops on blocks of b×2b, which stay in the first-level cache.</para>
/// <para>Step j of a sweep touches nothing that step j + 3 of the sweep before or a later one touches; so the sweeps follow each other on several threads, a few steps apart, and the
/// result has the same bits for any number of them.</para>
/// Sources: B. Lang, <i>Parallel reduction of banded matrices to bidiagonal form</i> (1996); A. Haidar, J. Kurzak and P. Luszczek (2013).
/// </remarks>
internal sealed unsafe class BulgeChase<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps that the sweep before must be ahead.</summary>
    private const int Lead = 3;

    private readonly BandMatrix<T> _band;
    private readonly CancellationToken _cancellationToken;

    // The steps that each sweep has done; the next sweep that nobody has taken.
    private readonly int[] _done;
    private int _next = -1;

    private BulgeChase(BandMatrix<T> band, CancellationToken cancellationToken)
    {
        (_band, _cancellationToken) = (band, cancellationToken);
        _done = new int[Math.Max(0, band.Order - 1)];
    }

    /// <summary>The diagonal and the superdiagonal of B; <paramref name="band"/> is destroyed.</summary>
    public static (T[] Diagonal, T[] Superdiagonal) Run(BandMatrix<T> band, Parallelism parallelism, CancellationToken cancellationToken)
    {
        var n = band.Order;
        if (band.Bandwidth > 1 && n > 1)
        {
            var chase = new BulgeChase<T>(band, cancellationToken);

            // As many members as can follow each other; each takes sweeps until there are none.
            var members = (long)n * band.Bandwidth < 1 << 13 ? 1 : Math.Min(parallelism.Threads, 1 + n / (Lead * band.Bandwidth));
            new Parallelism(members).For(members, _ => chase.Participate(), CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
        }
        var (d, e) = (new T[n], new T[Math.Max(0, n - 1)]);
        for (var i = 0; i < n; i++)
        {
            d[i] = band[i, i];
            if (i + 1 < n)
                e[i] = band[i, i + 1];
        }
        band.KeepAlive();
        return (d, e);
    }

    private void Participate()
    {
        // On a cancelled run the sweeps are only counted off, so that nobody waits for one.
        var column = stackalloc T[_band.Bandwidth];
        for (var sweep = Interlocked.Increment(ref _next); sweep < _done.Length; sweep = Interlocked.Increment(ref _next))
        {
            var (n, b) = (_band.Order, _band.Bandwidth);
            for (var step = 0; sweep + 1 + (long)step * b < n && !_cancellationToken.IsCancellationRequested; step++)
            {
                if (sweep > 0)
                    WaitFor(sweep - 1, step + Lead);
                Step(step == 0 ? sweep : sweep + 1 + (step - 1) * b, sweep + 1 + step * b, column);
                Volatile.Write(ref _done[sweep], step + 1);
            }
            Volatile.Write(ref _done[sweep], int.MaxValue);
        }
    }

    private void WaitFor(int sweep, int steps)
    {
        for (var spins = 0; Volatile.Read(ref _done[sweep]) < steps; spins++)
        {
            if (spins < 2000)
                Thread.SpinWait(1);
            else
                Thread.Yield();
        }
    }

    /// <summary>Clears row <paramref name="row"/> beyond column <paramref name="low"/>, then that column below the diagonal.</summary>
    private void Step(int row, int low, T* column)
    {
        var (n, b) = (_band.Order, _band.Bandwidth);
        var high = Math.Min(low + b, n);
        var u = new Span<T>(_band.At(row, low), high - low);
        var (superdiagonal, tau) = HouseholderReflector.Generate(u);
        if (tau != T.Zero)
            ApplyRight(_band.At(row + 1, low), high - row - 1, high - low, _band.At(row, low), tau);
        u.Clear();
        u[0] = superdiagonal;

        var v = new Span<T>(column, high - low);
        for (var i = low; i < high; i++)
            v[i - low] = _band[i, low];
        (var diagonal, tau) = HouseholderReflector.Generate(v);
        var end = Math.Min(high + b, n);
        if (tau != T.Zero && end > low + 1)
            ApplyLeft(_band.At(low, low + 1), high - low, end - low - 1, column, tau);
        for (var i = low; i < high; i++)
            _band[i, low] = T.Zero;
        _band[low, low] = diagonal;
    }

    /// <summary>A ← A·(I − τ·v·vᵀ), A [rows×columns].</summary>
    private void ApplyRight(T* a, int rows, int columns, T* v, T tau)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            ApplyRight<Vector512<T>, Lanes512<T>>(a, _band.Stride, rows, columns, v, tau);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            ApplyRight<Vector256<T>, Lanes256<T>>(a, _band.Stride, rows, columns, v, tau);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            ApplyRight<Vector128<T>, Lanes128<T>>(a, _band.Stride, rows, columns, v, tau);
        else
            ApplyRight<T, ScalarLanes<T>>(a, _band.Stride, rows, columns, v, tau);
    }

    /// <summary>A ← (I − τ·v·vᵀ)·A, A [rows×columns].</summary>
    private void ApplyLeft(T* a, int rows, int columns, T* v, T tau)
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            ApplyLeft<Vector512<T>, Lanes512<T>>(a, _band.Stride, rows, columns, v, tau);
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            ApplyLeft<Vector256<T>, Lanes256<T>>(a, _band.Stride, rows, columns, v, tau);
        else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            ApplyLeft<Vector128<T>, Lanes128<T>>(a, _band.Stride, rows, columns, v, tau);
        else
            ApplyLeft<T, ScalarLanes<T>>(a, _band.Stride, rows, columns, v, tau);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRight<TVector, TLanes>(T* a, nint stride, int rows, nint columns, T* v, T tau)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var whole = columns - columns % TLanes.Count;
        var zero = TLanes.Broadcast(T.Zero);
        for (var r = 0; r < rows; r += 4, a += 4 * stride)
        {
            // At the end the last row stands in for those that are missing; it is written last.
            T* a3 = a + Math.Min(3, rows - r - 1) * stride, a2 = a + Math.Min(2, rows - r - 1) * stride, a1 = a + Math.Min(1, rows - r - 1) * stride;
            TVector s0 = zero, s1 = zero, s2 = zero, s3 = zero;
            nint j = 0;
            for (; j < whole; j += TLanes.Count)
            {
                var x = TLanes.Load(v + j);
                s0 = TLanes.MultiplyAdd(TLanes.Load(a + j), x, s0);
                s1 = TLanes.MultiplyAdd(TLanes.Load(a1 + j), x, s1);
                s2 = TLanes.MultiplyAdd(TLanes.Load(a2 + j), x, s2);
                s3 = TLanes.MultiplyAdd(TLanes.Load(a3 + j), x, s3);
            }
            T d0 = TLanes.Sum(s0), d1 = TLanes.Sum(s1), d2 = TLanes.Sum(s2), d3 = TLanes.Sum(s3);
            for (; j < columns; j++)
            {
                d0 += a[j] * v[j];
                d1 += a1[j] * v[j];
                d2 += a2[j] * v[j];
                d3 += a3[j] * v[j];
            }
            Add<TVector, TLanes>(a, v, -tau * d0, columns, whole);
            if (rows - r > 1)
                Add<TVector, TLanes>(a1, v, -tau * d1, columns, whole);
            if (rows - r > 2)
                Add<TVector, TLanes>(a2, v, -tau * d2, columns, whole);
            if (rows - r > 3)
                Add<TVector, TLanes>(a3, v, -tau * d3, columns, whole);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyLeft<TVector, TLanes>(T* a, nint stride, int rows, nint columns, T* v, T tau)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var whole = columns - columns % TLanes.Count;
        for (nint j = 0; j < whole; j += TLanes.Count)
        {
            var row = a + j;
            var sum = TLanes.Broadcast(T.Zero);
            for (nint r = 0; r < rows; r++, row += stride)
                sum = TLanes.MultiplyAdd(TLanes.Load(row), TLanes.Broadcast(v[r]), sum);
            sum = TLanes.Multiply(sum, TLanes.Broadcast(-tau));
            row = a + j;
            for (nint r = 0; r < rows; r++, row += stride)
                TLanes.Store(TLanes.MultiplyAdd(sum, TLanes.Broadcast(v[r]), TLanes.Load(row)), row);
        }
        for (var j = whole; j < columns; j++)
        {
            var sum = T.Zero;
            for (nint r = 0; r < rows; r++)
                sum += a[r * stride + j] * v[r];
            sum *= -tau;
            for (nint r = 0; r < rows; r++)
                a[r * stride + j] += sum * v[r];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector, TLanes>(T* row, T* v, T factor, nint columns, nint whole)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var f = TLanes.Broadcast(factor);
        nint j = 0;
        for (; j < whole; j += TLanes.Count)
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(v + j), f, TLanes.Load(row + j)), row + j);
        for (; j < columns; j++)
            row[j] += factor * v[j];
    }
}
