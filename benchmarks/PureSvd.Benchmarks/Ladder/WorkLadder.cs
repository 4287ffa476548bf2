namespace PureSvd.Benchmarks.Ladder;

/// <summary>A ladder: the same work by one version after another, one idea a step.</summary>
internal abstract class WorkLadder
{
    /// <summary>One lower-case word.</summary>
    internal abstract string Name { get; }

    /// <summary>The work and its size.</summary>
    internal abstract string Title { get; }

    /// <summary>Floating-point operations of the work; 0 where the versions differ in them: then seconds are shown.</summary>
    internal abstract double Flops { get; }

    /// <summary>From the naive version to the final one.</summary>
    internal abstract IEnumerable<LadderStep> Steps();
}
