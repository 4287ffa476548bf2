using System.CommandLine;
using System.CommandLine.Parsing;
using PureSvd.Cli.Commands;
using PureSvd.Storage;

namespace PureSvd.Cli;

/// <summary>The <c>puresvd</c> command line: every command, and what an exception becomes.</summary>
internal static class CommandLine
{
    /// <summary>Options of text, which may be empty.</summary>
    private static readonly string[] s_texts = ["--text", "--pair", "--prompt", "--separator"];

    /// <summary>Every command, in the order of the help.</summary>
    internal static RootCommand Create()
    {
        var root = new RootCommand("Compresses transformer language models by low-rank factorization, and shows what that costs.");
        Command[] commands =
        [
            StudyCommand.Create(),
            CompressCommand.Create(),
            FactorizeCommand.Create(),
            ForwardCommand.Create(),
            FragmentCommand.Create(),
            GenerateCommand.Create(),
            PerplexityCommand.Create(),
            InspectCommand.Create(),
            SvdCommand.Create(),
            TokenizeCommand.Create(),
            EvaluateCommand.Create(),
            ProbeCommand.Create(),
            TrainCommand.Create(),
        ];
        foreach (var command in commands)
        {
            RefuseEmptyNames(command);
            root.Subcommands.Add(command);
        }

        return root;
    }

    // A path of nothing would be the current folder.
    private static void RefuseEmptyNames(Command command)
    {
        foreach (var argument in command.Arguments)
            argument.Validators.Add(result => RefuseEmpty(argument.Name, result));
        foreach (var option in command.Options.Where(o => !s_texts.Contains(o.Name)))
            option.Validators.Add(result => RefuseEmpty(option.Name, result));
    }

    private static void RefuseEmpty(string name, SymbolResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            result.AddError($"{name} must not be empty.");
    }

    /// <summary>Runs one command: 0 done; 1 the data or the model is at fault; 2 the arguments are; 130 interrupted.</summary>
    internal static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        var parse = Create().Parse(args);
        if (parse.Errors.Count > 0)
        {
            foreach (var error in parse.Errors)
                await Console.Error.WriteLineAsync($"puresvd: {error.Message}").ConfigureAwait(false);
            return ExitCodes.Arguments;
        }

        try
        {
            return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("puresvd: interrupted; what was finished is kept.").ConfigureAwait(false);
            return ExitCodes.Interrupted;
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync($"puresvd: {OneLine(Plain(e))}").ConfigureAwait(false);
            return ExitCodes.Arguments;
        }
        catch (OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync("puresvd: there is not enough memory for this.").ConfigureAwait(false);
            return ExitCodes.Data;
        }
        catch (Exception e) when (e is InputDataException or IOException or UnauthorizedAccessException or ArithmeticException)
        {
            await Console.Error.WriteLineAsync($"puresvd: {OneLine(e.Message)}").ConfigureAwait(false);
            return ExitCodes.Data;
        }
    }

    /// <summary>The message without the name of the parameter, which says nothing to who did not write the code.</summary>
    internal static string Plain(ArgumentException e) => e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal);

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
