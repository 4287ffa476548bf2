namespace PureSvd.Benchmarks.Peers;

/// <summary>A line of the table: some work, done by this library and, where there is one on the machine, by a peer.</summary>
/// <param name="Work">What is computed, with its sizes: "1024×1024×1024 NT".</param>
/// <param name="Type">The element: "float" or "double"; it chooses the FMA ceiling.</param>
/// <param name="Threads">How many threads both may use. One is timed by its own processor time, more by the wall clock.</param>
/// <param name="Ours">The work by this library.</param>
/// <param name="Peer">The peer's name: "OpenBLAS".</param>
/// <param name="Theirs">The same by the peer; null where the machine does not have it.</param>
internal sealed record PeerRow(string Work, string Type, int Threads, Action Ours, string Peer, Action? Theirs)
{
    /// <summary>Floating-point operations of the work, so that the table can say which part of the FMA ceiling was reached; 0 where that says nothing.</summary>
    internal double Flops { get; init; }

    /// <summary>The count that the percentage of the FMA ceiling goes by where what is really computed depends on the data, so that a rate would mislead and the table gives a time; 0 where <see cref="Flops"/> counts.</summary>
    internal double NominalFlops { get; init; }

    /// <summary>Bytes that must come from memory, for work that is bound by it: the table then gives GB/s and the part of a plain read; 0 otherwise.</summary>
    internal double Bytes { get; init; }

    /// <summary>Tokens of the work, for the table to say how many a second; 0 where there are none.</summary>
    internal int Tokens { get; init; }

    /// <summary>For how long short work is repeated within a timing.</summary>
    internal double TimingSeconds => InSteadyState ? 0.3 : 0.02;

    /// <summary>Pairs of timings of short work; more where a few scatter around 1.</summary>
    internal int ShortPairs { get; init; } = 7;

    /// <summary>Whether what counts is one batch after the other: then an untimed run comes before each timing, however long it takes, and a timing has several.</summary>
    internal bool InSteadyState { get; init; }

    /// <summary>Runs before each timed run, untimed, and forbids repeats within one: what overwrites its input gets a fresh copy here.</summary>
    internal Action? Prepare { get; init; }

    /// <summary>The ratio that issue 3 asks for; 0 where it asks for none.</summary>
    internal double Reach { get; init; }

    /// <summary>What else there is to say, computed after the runs: a residual, say.</summary>
    internal Func<string>? Note { get; init; }
}
