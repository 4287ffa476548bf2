using System.CommandLine;
using System.Globalization;
using PureSvd.Research.Corpora;
using PureSvd.Research.Corpora.EnglishFragment;
using PureSvd.Research.Evaluation;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd fragment</c>: makes the corpora of the English fragment, measures short cuts, verifies labels.</summary>
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
        var verify = new Option<bool>("--verify") { Description = "Check every label again against finite models, independently of the proofs that gave it." };
        var noShortCuts = new Option<bool>("--no-shortcuts") { Description = "Do not measure what short cuts score." };
        var command = new Command("fragment", "Makes the corpora of the English fragment, bit for bit from a seed.") { output, train, dev, test, paragraphs, probing, verify, noShortCuts, shared.Seed, shared.Quiet };
        command.SetAction((parse, cancellationToken) =>
        {
            var options = new FragmentOptions(parse.GetValue(shared.Seed), parse.GetValue(train), parse.GetValue(dev), parse.GetValue(test), parse.GetValue(paragraphs), parse.GetValue(probing));
            var progress = parse.GetValue(shared.Quiet) ? null : new Messages();
            var directory = parse.GetRequiredValue(output).FullName;
            FragmentWriter.Write(directory, options, progress, cancellationToken);
            if (!parse.GetValue(noShortCuts))
                ReportShortCuts(directory, progress, cancellationToken);
            return Task.FromResult(!parse.GetValue(verify) || IsVerified(options, progress, cancellationToken) ? ExitCodes.Done : ExitCodes.Data);
        });
        return command;
    }

    private static void ReportShortCuts(string directory, Messages? progress, CancellationToken cancellationToken)
    {
        progress?.Report("short cuts");
        var train = NliFile.Read(Path.Combine(directory, "nli-train.tsv"));
        var test = NliFile.Read(Path.Combine(directory, "nli-test.tsv"));
        foreach (var result in new[] { HypothesisOnlyBaseline.Run(train, test, 1, cancellationToken), OverlapBaseline.Run(train, test, 1, cancellationToken) })
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"short cut, {result.Name}: {result.Score.Accuracy:P1} of {test.Count} test pairs, majority rate {result.Score.MajorityRate:P1}"));
    }

    private static bool IsVerified(FragmentOptions options, Messages? progress, CancellationToken cancellationToken)
    {
        var verification = FragmentVerifier.Verify(options, progress, cancellationToken);
        foreach (var disagreement in verification.Disagreements)
            Console.Out.WriteLine("not confirmed: " + disagreement);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verification.Pairs - verification.Disagreements.Count} of {verification.Pairs} labels confirmed by finite models"));
        return verification.Disagreements.Count == 0;
    }

    private static Option<int> Size(string name, string description, int size) => new(name) { Description = description, DefaultValueFactory = _ => size };

    private sealed class Messages : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"fragment: {value} …");
    }
}
