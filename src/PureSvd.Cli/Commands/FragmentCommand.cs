using System.CommandLine;
using PureSvd.Research.Corpora.EnglishFragment;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd fragment</c>: makes the corpora of the English fragment.</summary>
internal static class FragmentCommand
{
    internal static Command Create()
    {
        var shared = new SharedOptions();
        var defaults = new FragmentOptions();
        var output = new Option<DirectoryInfo>("--out") { Description = "Where to write.", Required = true };
        var train = Size("--train", "Training pairs, about.", defaults.Train);
        var dev = Size("--dev", "Development pairs, about.", defaults.Dev);
        var test = Size("--test", "Test pairs, about.", defaults.Test);
        var paragraphs = Size("--paragraphs", "Paragraphs of running text.", defaults.Paragraphs);
        var probing = Size("--probing", "Training sentences of each probing task.", defaults.Probing);
        var command = new Command("fragment", "Makes the corpora of the English fragment, bit for bit from a seed.") { output, train, dev, test, paragraphs, probing, shared.Seed, shared.Quiet };
        command.SetAction((parse, cancellationToken) =>
        {
            var options = new FragmentOptions(parse.GetValue(shared.Seed), parse.GetValue(train), parse.GetValue(dev), parse.GetValue(test), parse.GetValue(paragraphs), parse.GetValue(probing));
            var progress = parse.GetValue(shared.Quiet) ? null : new Messages();
            FragmentWriter.Write(parse.GetRequiredValue(output).FullName, options, progress, cancellationToken);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static Option<int> Size(string name, string description, int size) => new(name) { Description = description, DefaultValueFactory = _ => size };

    private sealed class Messages : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"fragment: {value} …");
    }
}
