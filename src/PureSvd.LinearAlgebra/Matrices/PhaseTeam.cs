using System.Runtime.ExceptionServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Threads that stay together for many short phases of work: one leads, the others wait for its word, spinning.</summary>
/// <remarks>
/// A dispatch for each matrix-vector product costs microseconds, as long as the product itself; a word that spinning threads read costs a few tenths.
/// Whoever has not joined when a phase begins is left out of it, so the work ends even if no other thread ever comes. How a phase is divided must not change its result.
/// </remarks>
/// <param name="threads">The most threads, the leader included.</param>
/// <param name="work">The share of member i of n in a phase, 0 ≤ i &lt; n; it does not throw.</param>
internal sealed class PhaseTeam(int threads, Action<int, int> work)
{
    /// <summary>Spins of about 40 ns before a thread offers its processor to others.</summary>
    private const int Patience = 2000;

    private const long Dissolved = -1;

    // The number of the phase, and in the lower half how many take part in it: one word, so that both are read at once.
    private long _phase;
    private int _joined;
    private int _pending;
    private int _leader;
    private Action? _lead;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Runs <paramref name="lead"/> on this thread; it calls <see cref="Phase"/> as often as it likes.</summary>
    public void Run(Action lead)
    {
        if (threads == 1)
        {
            lead();
            return;
        }
        (_lead, _leader, _phase, _joined, _failure) = (lead, Environment.CurrentManagedThreadId, 0, 1, null);
        WorkerPool.Shared.Run(threads, Participate);
        _failure?.Throw();
    }

    /// <summary>One phase: every member that is there does its share; returns when all have.</summary>
    public void Phase()
    {
        var members = threads == 1 ? 1 : Volatile.Read(ref _joined);
        if (members > 1)
        {
            Volatile.Write(ref _pending, members - 1);
            Volatile.Write(ref _phase, (((_phase >> 32) + 1) << 32) | (uint)members);
        }
        work(0, members);
        for (var spins = 0; members > 1 && Volatile.Read(ref _pending) != 0;)
            Wait(ref spins);
    }

    private void Participate()
    {
        if (Environment.CurrentManagedThreadId != _leader)
        {
            Follow();
            return;
        }
        try
        {
            _lead!();
        }
        catch (Exception exception) // Whatever it is, it is thrown again on the caller's thread, when the others have left.
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            Volatile.Write(ref _phase, Dissolved);
        }
    }

    private void Follow()
    {
        // Before joining: a phase that begins in between counts without this thread, and is told by its number of members.
        var seen = Volatile.Read(ref _phase);
        if (seen == Dissolved)
            return;
        var member = Interlocked.Increment(ref _joined) - 1;
        while (true)
        {
            long phase;
            for (var spins = 0; (phase = Volatile.Read(ref _phase)) == seen;)
                Wait(ref spins);
            if (phase == Dissolved)
                return;
            seen = phase;
            var members = (int)(phase & int.MaxValue);
            if (member >= members)
                continue;
            work(member, members);
            Interlocked.Decrement(ref _pending);
        }
    }

    private static void Wait(ref int spins)
    {
        if (spins++ < Patience)
            Thread.SpinWait(1);
        else
            Thread.Yield();
    }
}
