namespace PureSvd.LinearAlgebra.Tests;

/// <summary>Measures what calls allocate.</summary>
internal static class Allocation
{
    /// <summary>The bytes that 100 calls allocate on this thread, the least of some rounds: what the runtime allocates once (a lock that meets contention for the first time) is not the call's.</summary>
    internal static long Least(Action call)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 8; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
