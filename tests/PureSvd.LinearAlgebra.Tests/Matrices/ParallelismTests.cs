namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class ParallelismTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(3, 1000)]
    [InlineData(8, 7)]
    [InlineData(16, 100_000)]
    public void Every_item_runs_exactly_once(int threads, int count)
    {
        var runs = new int[count];
        new Parallelism(threads).For(count, i => Interlocked.Increment(ref runs[i]));
        Assert.All(runs, r => Assert.Equal(1, r));
    }

    [Fact]
    public void No_more_threads_work_than_were_asked_for()
    {
        int inside = 0, most = 0;
        new Parallelism(3).For(60, _ =>
        {
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            Thread.Sleep(1);
            Interlocked.Decrement(ref inside);
        });
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public void The_callers_thread_takes_part()
    {
        var caller = Environment.CurrentManagedThreadId;
        var took = 0;
        new Parallelism(2).For(200, _ =>
        {
            if (Environment.CurrentManagedThreadId == caller)
                Interlocked.Increment(ref took);
            Thread.Sleep(1);
        });
        Assert.True(took > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void An_exception_reaches_the_caller_and_stops_the_rest(int threads)
    {
        var begun = 0;
        var exception = Assert.Throws<InvalidOperationException>(() => new Parallelism(threads).For(100_000, i =>
        {
            Interlocked.Increment(ref begun);
            if (i == 10)
                throw new InvalidOperationException("item 10");
            Thread.SpinWait(100);
        }));
        Assert.Equal("item 10", exception.Message);
        Assert.True(begun < 100_000);

        // The workers survived it.
        Every_item_runs_exactly_once(threads, 50);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_cancelled_call_stops_before_the_next_item(int threads)
    {
        using var source = new CancellationTokenSource();
        var begun = 0;
        var begunWhenCancelled = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => new Parallelism(threads).For(100_000, _ =>
        {
            if (Interlocked.Increment(ref begun) == 5)
            {
                source.Cancel();
                begunWhenCancelled = Volatile.Read(ref begun);
            }
            Thread.SpinWait(100);
        }, source.Token));
        // Each other thread may have looked at the token just before.
        Assert.InRange(begun, begunWhenCancelled, begunWhenCancelled + threads - 1);
    }

    [Fact]
    public void Calls_may_nest()
    {
        var sum = 0;
        new Parallelism(4).For(20, _ => new Parallelism(4).For(20, _ => new Parallelism(4).For(5, _ => Interlocked.Increment(ref sum))));
        Assert.Equal(2000, sum);
    }

    [Fact]
    public void Many_threads_may_call_at_once()
    {
        var sum = 0;
        var threads = Enumerable.Range(0, 16).Select(_ => new Thread(() =>
        {
            for (var repeat = 0; repeat < 200; repeat++)
                new Parallelism(4).For(10, _ => Interlocked.Increment(ref sum));
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            Assert.True(thread.Join(s_patience));
        Assert.Equal(16 * 200 * 10, sum);
    }

    private static void InterlockedMax(ref int location, int value)
    {
        for (var seen = Volatile.Read(ref location); seen < value; seen = Volatile.Read(ref location))
            Interlocked.CompareExchange(ref location, value, seen);
    }
}
