using System.Runtime.ExceptionServices;

namespace PureSvd.LinearAlgebra;

/// <summary>How many threads a call may use: a value that is passed in, never a global setting.</summary>
/// <remarks>Every result of this library has the same bits for any number of threads.</remarks>
/// <param name="Threads">The most threads a call uses, the caller's own included; less than 1 is taken for 1.</param>
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
        For(count, body, static (i, action) => action(i), cancellationToken);
    }

    /// <summary>The same with what the body needs passed in: a static body then allocates nothing.</summary>
    /// <param name="count">The number of items; none if 0.</param>
    /// <param name="state">Handed to every item.</param>
    /// <param name="body">The work of one item; items must not write to the same memory. The first exception stops the items not yet begun and is thrown here.</param>
    /// <param name="cancellationToken">Stops before the next item.</param>
    public void For<TState>(int count, TState state, Action<int, TState> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Threads > 1 && count > 1)
        {
            Loop<TState>.Run(Threads, count, state, body, cancellationToken);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            body(i, state);
        }
    }

    /// <summary>The items of one call, handed out one by one; the calling thread keeps the object for its next call.</summary>
    private sealed class Loop<TState>
    {
        [ThreadStatic]
        private static Loop<TState>? s_free;

        private readonly Action _participate;
        private Loop<TState>? _nextFree;
        private int _count, _next;
        private TState _state = default!;
        private Action<int, TState> _body = null!;
        private CancellationToken _cancellationToken;
        private ExceptionDispatchInfo? _failure;

        private Loop() => _participate = Participate;

        internal static void Run(int threads, int count, TState state, Action<int, TState> body, CancellationToken cancellationToken)
        {
            var loop = s_free ?? new Loop<TState>(); // A call inside a call gets another one.
            s_free = loop._nextFree;
            (loop._count, loop._next, loop._state, loop._body, loop._cancellationToken) = (count, -1, state, body, cancellationToken);
            WorkerPool.Shared.Run(Math.Min(threads, count), loop._participate);

            var failure = loop._failure;
            (loop._state, loop._body, loop._cancellationToken, loop._failure) = (default!, null!, default, null);
            loop._nextFree = s_free;
            s_free = loop;
            failure?.Throw();
        }

        private void Participate()
        {
            try
            {
                for (var i = Interlocked.Increment(ref _next); (uint)i < (uint)_count; i = Interlocked.Increment(ref _next))
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                    _body(i, _state);
                }
            }
            catch (Exception exception) // Whatever it is, it is thrown again on the caller's thread.
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
                Volatile.Write(ref _next, _count);
            }
        }
    }
}
