namespace PureSvd.LinearAlgebra.Tests.Matrices;

/// <summary>On pools of their own, whose workers no other test borrows.</summary>
public class WorkerPoolTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Workers_run_beside_the_caller_and_wake_again_after_they_slept()
    {
        var pool = new WorkerPool();
        for (var repeat = 0; repeat < 20; repeat++)
        {
            // Each of the four waits for the others: it ends only if four threads are inside at once.
            using var barrier = new Barrier(4);
            var met = 0;
            pool.Run(4, () =>
            {
                if (barrier.SignalAndWait(s_patience))
                    Interlocked.Increment(ref met);
            });
            Assert.Equal(4, met);
            Thread.Sleep(5);
        }
    }

    [Fact]
    public void A_call_ends_although_every_worker_is_busy()
    {
        var pool = new WorkerPool();
        using var release = new ManualResetEventSlim();
        using var busy = new Barrier(3);
        var holder = new Thread(() => pool.Run(2, () =>
        {
            busy.SignalAndWait(s_patience);
            release.Wait(s_patience);
        }));
        holder.Start();
        Assert.True(busy.SignalAndWait(s_patience));
        var runs = 0;
        pool.Run(2, () => Interlocked.Increment(ref runs));
        Assert.Equal(1, runs);
        release.Set();
        Assert.True(holder.Join(s_patience));
    }

    [Fact]
    public void A_call_waits_for_whoever_began()
    {
        var pool = new WorkerPool();
        for (var repeat = 0; repeat < 200; repeat++)
        {
            int began = 0, ended = 0;
            pool.Run(3, () =>
            {
                Interlocked.Increment(ref began);
                Thread.SpinWait(50 * repeat);
                Interlocked.Increment(ref ended);
            });
            Assert.Equal(began, ended);
            Assert.InRange(began, 1, 3);
        }
    }

    [Fact]
    public void Once_warm_a_call_allocates_nothing()
    {
        var pool = new WorkerPool();
        Action body = static () => Thread.SpinWait(10);
        Assert.Equal(0, Allocation.Least(() => pool.Run(2, body)));
    }
}
