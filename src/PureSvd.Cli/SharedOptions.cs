using System.CommandLine;
using PureSvd.LinearAlgebra;

namespace PureSvd.Cli;

/// <summary>Options that several commands take, and how their values are read.</summary>
internal sealed class SharedOptions
{
    /// <summary><c>--threads N</c>.</summary>
    internal Option<int> Threads { get; } = new("--threads") { Description = "Threads to use; 0 for all processors.", DefaultValueFactory = _ => 0 };

    /// <summary><c>--seed N</c>.</summary>
    internal Option<ulong> Seed { get; } = new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };

    /// <summary><c>--quiet</c>.</summary>
    internal Option<bool> Quiet { get; } = new("--quiet") { Description = "No progress and no messages, only results and errors." };

    /// <summary><c>--json</c>.</summary>
    internal Option<bool> Json { get; } = new("--json") { Description = "The result as JSON on standard output." };

    /// <summary>The value of <c>--threads</c>.</summary>
    internal Parallelism Parallelism(ParseResult parse)
    {
        var threads = parse.GetValue(Threads);
        if (threads < 0)
            throw new ArgumentException($"--threads must not be negative, and is {threads}.");
        return threads == 0 ? LinearAlgebra.Parallelism.All : new Parallelism(threads);
    }
}
