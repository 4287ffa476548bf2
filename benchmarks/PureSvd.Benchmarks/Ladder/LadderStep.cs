namespace PureSvd.Benchmarks.Ladder;

/// <summary>One version on the way from the naive one to the final one.</summary>
/// <param name="Name">What is new in it.</param>
/// <param name="Run">The work.</param>
internal sealed record LadderStep(string Name, Action Run)
{
    /// <summary>One is timed by its own processor time, more by the wall clock.</summary>
    internal int Threads { get; init; } = 1;
}
