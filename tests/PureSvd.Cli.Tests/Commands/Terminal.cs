namespace PureSvd.Cli.Tests.Commands;

/// <summary>Runs the command line in this process and keeps what it printed. Test classes that use it belong to the collection <see cref="Name"/>, since the console is one.</summary>
internal static class Terminal
{
    internal const string Name = "Console";

    internal static (int ExitCode, string Output, string Errors) Run(params string[] args)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newErrors = new StringWriter();
        Console.SetOut(newOutput);
        Console.SetError(newErrors);
        try
        {
            var exitCode = CommandLine.RunAsync(args).GetAwaiter().GetResult();
            return (exitCode, newOutput.ToString(), newErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
