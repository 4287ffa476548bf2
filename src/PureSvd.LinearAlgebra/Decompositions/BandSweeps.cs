using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Sweeps that chase bulges down a band, each along one row further down than the one before, on several threads.</summary>
/// <remarks>
/// Sweep i has steps of b rows, at rows i + 1, i + 1 + b, …. Step j of a sweep touches nothing that step j + 3 of the sweep before or a later one touches; so the sweeps follow each other on several
/// threads, a few steps apart, and the result has the same bits for any number of them.
/// Source: A. Haidar, J. Kurzak and P. Luszczek (2013).
/// </remarks>
internal abstract unsafe class BandSweeps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps that the sweep before must be ahead.</summary>
    private const int Lead = 3;

    private readonly CancellationToken _cancellationToken;

    // The steps that each sweep has done; the next sweep that nobody has taken.
    private readonly int[] _done;
    private int _next = -1;

    /// <summary>Sweeps on <paramref name="band"/>.</summary>
    protected BandSweeps(BandMatrix<T> band, CancellationToken cancellationToken)
    {
        (Band, _cancellationToken) = (band, cancellationToken);
        _done = new int[Math.Max(0, band.Order - 1)];
    }

    /// <summary>The band at work.</summary>
    protected BandMatrix<T> Band { get; }

    /// <summary>Clears the row of a step beyond its first column, and moves the bulge that this makes below.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="step">The step in it.</param>
    /// <param name="work">Room for two vectors of b elements and <see cref="PaddedMatrix.Padding"/> each.</param>
    protected abstract void Step(int sweep, int step, T* work);

    /// <summary>The row that a step clears, and the first row and column of its block.</summary>
    protected (int Row, int Low) At(int sweep, int step)
        => (step == 0 ? sweep : sweep + 1 + (step - 1) * Band.Bandwidth, sweep + 1 + step * Band.Bandwidth);

    /// <summary>All sweeps; nothing where the band is narrow enough already.</summary>
    protected void Run(Parallelism parallelism)
    {
        var (n, b) = (Band.Order, Band.Bandwidth);
        if (b <= 1 || n <= 1)
            return;

        // As many members as can follow each other; each takes sweeps until there are none.
        var members = (long)n * b < 1 << 13 ? 1 : Math.Min(parallelism.Threads, 1 + n / (Lead * b));
        new Parallelism(members).For(members, _ => Participate(), CancellationToken.None);
        _cancellationToken.ThrowIfCancellationRequested();
    }

    private void Participate()
    {
        // On a cancelled run the sweeps are only counted off, so that nobody waits for one.
        var memory = new ScratchMemory();
        var work = memory.Reserve<T>(2 * (Band.Bandwidth + PaddedMatrix.Padding));
        for (var sweep = Interlocked.Increment(ref _next); sweep < _done.Length; sweep = Interlocked.Increment(ref _next))
        {
            var (n, b) = (Band.Order, Band.Bandwidth);
            for (var step = 0; sweep + 1 + (long)step * b < n && !_cancellationToken.IsCancellationRequested; step++)
            {
                if (sweep > 0)
                    WaitFor(sweep - 1, step + Lead);
                Step(sweep, step, work);
                Volatile.Write(ref _done[sweep], step + 1);
            }
            Volatile.Write(ref _done[sweep], int.MaxValue);
        }

        GC.KeepAlive(memory);
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
}
