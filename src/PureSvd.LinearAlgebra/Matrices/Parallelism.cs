using System.Runtime.ExceptionServices;

namespace PureSvd.LinearAlgebra;

/// <summary>How many threads a call may use: a value that is passed in, never a global setting.</summary>
/// <remarks>Every result of this library has the same bits for any number of threads.</remarks>
/// <param name="Threads">The most threads a call uses, the caller's own included; at least 1.</param>
public readonly record struct Parallelism(int Threads)
{
    /// <summary>One thread: the caller's.</summary>
    public static Parallelism Serial => new(1);

    /// <summary>All processors that the process may use.</summary>
    public static Parallelism All => new(Environment.ProcessorCount);

    /// <summary>Runs <paramref name="body"/>(i) for i in [0, <paramref name="count"/>), each once, in any order; the caller takes part.</summary>
    /// <remarks>Calls may nest and may come from any number of threads at once.</remarks>
    /// <param name="count">The number of items; none if 0.</param>
    /// <param name="body">The work of one item; items must not write to the same memory. The first exception stops the items not yet begun and is thrown here.</param>
    /// <param name="cancellationToken">Stops before the next item.</param>
    public void For(int count, Action<int> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Threads <= 1 || count <= 1)
        {
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                body(i);
            }
            return;
        }

        var loop = new Loop(count, body, cancellationToken);
        WorkerPool.Shared.Run(Math.Min(Threads, count), loop.Participate);
        loop.ThrowIfFailed();
    }

    /// <summary>The items of one call, handed out one by one.</summary>
    private sealed class Loop(int count, Action<int> body, CancellationToken cancellationToken)
    {
        private int _next = -1;
        private ExceptionDispatchInfo? _failure;

        internal void Participate()
        {
            try
            {
                for (var i = Interlocked.Increment(ref _next); (uint)i < (uint)count; i = Interlocked.Increment(ref _next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    body(i);
                }
            }
            catch (Exception exception) // Whatever it is, it is thrown again on the caller's thread.
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
                Volatile.Write(ref _next, count);
            }
        }

        internal void ThrowIfFailed() => _failure?.Throw();
    }
}
