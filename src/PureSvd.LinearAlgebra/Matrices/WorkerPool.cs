using System.Diagnostics.CodeAnalysis;

namespace PureSvd.LinearAlgebra;

/// <summary>Background threads that take part in a parallel call.</summary>
/// <remarks>
/// <para>A call offers its work to idle workers and starts on it at once itself. Whoever has not begun by the time the caller finds nothing left to do is
/// not waited for: the offer is withdrawn. So a call ends even if no worker ever runs, calls may nest, and any number of threads may call at once.</para>
/// <para>A worker that has finished spins for some tens of microseconds before it sleeps, since the next product follows at once as a rule:
/// waking a thread costs 10 µs, a word that a spinning one reads 0.4.</para>
/// </remarks>
internal sealed class WorkerPool
{
    /// <summary>The workers of this process; none exists until a call asks for it.</summary>
    internal static readonly WorkerPool Shared = new();

    private const int MaxWorkers = 255;

    private readonly Lock _growing = new();
    private Worker[] _workers = [];

    /// <summary>Runs <paramref name="body"/> on this thread and, at the same time, on up to <paramref name="threads"/> − 1 workers; returns when all have left it.</summary>
    /// <param name="threads">The most threads, the caller's included.</param>
    /// <param name="body">Shares out the work by itself, by a counter say, and is right even if only one thread runs it. It does not throw.</param>
    internal void Run(int threads, Action body)
    {
        var workers = WorkersFor(threads - 1);
        var team = Team.ForThisThread();
        for (var i = 0; i < workers.Length && team.Count < threads - 1; i++)
            team.Offer(workers[i], body);
        try
        {
            body();
        }
        finally
        {
            team.Dissolve(body);
        }
    }

    private Worker[] WorkersFor(int count)
    {
        var workers = Volatile.Read(ref _workers);
        if (workers.Length >= Math.Min(count, MaxWorkers))
            return workers;
        lock (_growing)
        {
            if (_workers.Length < Math.Min(count, MaxWorkers))
            {
                var grown = new Worker[Math.Min(count, MaxWorkers)];
                _workers.CopyTo(grown, 0);
                for (var i = _workers.Length; i < grown.Length; i++)
                    grown[i] = new Worker(i);
                Volatile.Write(ref _workers, grown);
            }

            return _workers;
        }
    }

    /// <summary>The workers that one call has offered its work to.</summary>
    private sealed class Team
    {
        [ThreadStatic]
        private static Team? s_free;

        private readonly List<Worker> _members = new(MaxWorkers);
        private Team? _next;

        internal int Count => _members.Count;

        /// <summary>A team for a call of this thread; a call inside a call gets another one.</summary>
        internal static Team ForThisThread()
        {
            var team = s_free ?? new Team();
            s_free = team._next;
            return team;
        }

        internal void Offer(Worker worker, Action body)
        {
            if (worker.TryOffer(body))
                _members.Add(worker);
        }

        /// <summary>Withdraws what nobody began and waits for the others.</summary>
        internal void Dissolve(Action body)
        {
            foreach (var worker in _members)
            {
                if (!worker.TryWithdraw(body))
                    worker.WaitUntilDone();
                worker.Release();
            }

            _members.Clear();
            _next = s_free;
            s_free = this;
        }
    }

    /// <summary>A thread and the work it is offered. The caller that hires it, and nobody else, lets it go.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "Workers live as long as the process.")]
    private sealed class Worker
    {
        private static readonly Action s_begun = static () => { };

        private readonly SemaphoreSlim _wake = new(0);
        private readonly object _done = new();
        private Action? _offer;
        private int _hired, _busy, _asleep;

        internal Worker(int index)
        {
            new Thread(Loop) { IsBackground = true, Name = $"PureSvd worker {index}" }.Start();
        }

        internal bool TryOffer(Action body)
        {
            if (Volatile.Read(ref _hired) != 0 || Interlocked.CompareExchange(ref _hired, 1, 0) != 0)
                return false;
            Volatile.Write(ref _busy, 1);
            Interlocked.Exchange(ref _offer, body);
            if (Interlocked.Exchange(ref _asleep, 0) == 1)
                _wake.Release();
            return true;
        }

        internal bool TryWithdraw(Action body) => Interlocked.CompareExchange(ref _offer, null, body) == body;

        /// <summary>For the caller, if it could not withdraw: it spins for as long as the last item of a product takes as a rule, then sleeps.</summary>
        internal void WaitUntilDone()
        {
            var wait = default(SpinWait);
            while (Volatile.Read(ref _busy) != 0 && wait.Count < 100)
                wait.SpinOnce(sleep1Threshold: -1);
            if (Volatile.Read(ref _busy) == 0)
                return;
            lock (_done)
            {
                while (Volatile.Read(ref _busy) != 0)
                    Monitor.Wait(_done);
            }
        }

        internal void Release() => Volatile.Write(ref _hired, 0);

        private void Loop()
        {
            while (true)
            {
                var body = Take();
                body();
                Volatile.Write(ref _offer, null);
                lock (_done)
                {
                    Volatile.Write(ref _busy, 0);
                    Monitor.Pulse(_done);
                }
            }
        }

        /// <summary>Waits for an offer and accepts it.</summary>
        private Action Take()
        {
            var spins = 0;
            var patience = Environment.ProcessorCount > 1 ? 2000 : 0;
            while (true)
            {
                var offer = Volatile.Read(ref _offer);
                if (offer is not null && Interlocked.CompareExchange(ref _offer, s_begun, offer) == offer)
                    return offer;
                if (spins++ < patience)
                {
                    Thread.SpinWait(1);
                    continue;
                }

                // Announce the sleep, then look again: an offer made in between either is seen here or sees the announcement.
                Interlocked.Exchange(ref _asleep, 1);
                if (Volatile.Read(ref _offer) is null)
                    _wake.Wait();
                else if (Interlocked.Exchange(ref _asleep, 0) == 0)
                    _wake.Wait();
                spins = 0;
            }
        }
    }
}
