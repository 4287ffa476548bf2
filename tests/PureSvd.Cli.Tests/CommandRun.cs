namespace PureSvd.Cli.Tests;

/// <summary>What one run of the tool printed and returned. Runs follow each other: the console is one.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    private static readonly SemaphoreSlim Console = new(1);

    internal static Task<CommandRun> Of(params string[] args) => Of(args, CancellationToken.None);

    /// <summary>A run that Ctrl-C ends before it begins.</summary>
    internal static Task<CommandRun> Interrupted(params string[] args) => Of(args, new CancellationToken(canceled: true));

    private static Task<CommandRun> Of(string[] args, CancellationToken cancellationToken) => Of(() => CommandLine.RunAsync(args, cancellationToken));

    /// <summary>Anything else that prints.</summary>
    internal static async Task<CommandRun> Of(Func<Task<int>> run)
    {
        await Console.WaitAsync(CancellationToken.None);
        var (oldOutput, oldError) = (System.Console.Out, System.Console.Error);
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        try
        {
            System.Console.SetOut(output);
            System.Console.SetError(error);
            var exitCode = await run();
            return new CommandRun(exitCode, output.ToString(), error.ToString());
        }
        finally
        {
            System.Console.SetOut(oldOutput);
            System.Console.SetError(oldError);
            Console.Release();
        }
    }

    /// <summary>Checks that the run failed as a program should: the exit code, one line on standard error with <paramref name="message"/>, nothing on standard output.</summary>
    internal void AssertFailed(int exitCode, string message)
    {
        Assert.Contains(message, Error, StringComparison.Ordinal);
        Assert.Equal(exitCode, ExitCode);
        Assert.Equal("", Output);
        Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
    }
}
