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
    /// <param name="count">The number of items; none if 0.</param>
    /// <param name="body">The work of one item; items must not write to the same memory.</param>
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

        System.Threading.Tasks.Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = cancellationToken }, body);
    }
}
