using System.Diagnostics;

namespace PureSvd.Cli.Tests;

/// <summary>The tool as a process of its own, for what a run within the tests cannot show: signals, and the runtime's own limits.</summary>
internal static class CommandProcess
{
    /// <summary>Runs <paramref name="command"/>, by default <c>dotnet</c>, followed by the tool and its arguments, with these variables.</summary>
    internal static async Task<(int ExitCode, string Error)> RunAsync(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        string[] whole = [.. command, "dotnet", typeof(CommandLine).Assembly.Location, .. args];
        var start = new ProcessStartInfo(whole[0], whole[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await error);
    }
}
