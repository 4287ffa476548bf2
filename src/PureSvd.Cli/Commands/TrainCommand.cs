using System.CommandLine;
using System.Globalization;
using PureSvd.Research.Training;
using Spectre.Console;

namespace PureSvd.Cli.Commands;

/// <summary><c>puresvd train</c>: pre-trains, fine-tunes, or trains from scratch.</summary>
internal static class TrainCommand
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    internal static Command Create()
    {
        var shared = new SharedOptions();
        var config = new Argument<string>("CONFIG") { Description = "A JSON file: model, seed, stages." };
        var output = new Option<string?>("--out") { Description = "The folder of the model; beside CONFIG and named as it if left out. What is finished there is kept, what is not is continued." };
        var seed = new Option<ulong?>("--seed") { Description = "Seed of everything random, instead of the configuration's." };
        var force = new Option<bool>("--force") { Description = "Start over." };
        var command = new Command("train", "Pre-trains (masked language model) and fine-tunes a BERT; continues where it stopped.") { config, output, seed, force, shared.Threads, shared.Quiet };
        command.SetAction((parse, cancellationToken) =>
        {
            var path = parse.GetValue(config)!;
            var folder = parse.GetValue(output) ?? Path.ChangeExtension(Path.GetFullPath(path), null);
            if (File.Exists(folder))
                throw new ArgumentException($"--out {folder} is a file.");
            var run = new TrainingRun(path, folder, parse.GetValue(seed));
            var quiet = parse.GetValue(shared.Quiet);
            var (parallelism, restart) = (shared.Parallelism(parse), parse.GetValue(force));
            var result = WithProgress(quiet, progress => run.Run(restart, parallelism, progress, cancellationToken));
            if (result.Truncated > 0 && !quiet)
                Console.Error.WriteLine($"puresvd: {result.Truncated} sequences were longer than the model or max_length takes, and cut.");
            Console.Out.WriteLine(Summary(result));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static string Summary(TrainingResult result)
    {
        var score = result.DevAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", dev accuracy {accuracy:0.0000}")
            : result.DevLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $", dev loss {loss:0.0000}")
            : "";
        return $"{result.Directory}{score}";
    }

    private static TrainingResult WithProgress(bool quiet, Func<IProgress<TrainingProgress>?, TrainingResult> run)
    {
        if (quiet)
            return run(null);
        if (Console.IsErrorRedirected)
            return run(new Lines());
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context => run(new Bars(context)));
    }

    private static string Describe(TrainingProgress p)
    {
        var dev = p.DevAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", dev {accuracy:0.000}")
            : p.DevLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $", dev loss {loss:0.000}")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{p.Stage}/{p.StageCount} {p.Task.ToString().ToLowerInvariant()} {p.Step}/{p.Steps}: loss {p.Loss:0.000}{dev}, {p.TokensPerSecond:#,0} tokens/s, {Left(p.Remaining)} left");
    }

    private static string Left(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}h{time.Minutes:00}m" : $"{time.Minutes}m{time.Seconds:00}s";

    /// <summary>A line now and then, where nobody watches a terminal.</summary>
    private sealed class Lines : IProgress<TrainingProgress>
    {
        private readonly System.Diagnostics.Stopwatch _since = System.Diagnostics.Stopwatch.StartNew();

        public void Report(TrainingProgress value)
        {
            if (_since.Elapsed < LineInterval && value.Step < value.Steps)
                return;
            _since.Restart();
            Console.Error.WriteLine(Describe(value));
        }
    }

    /// <summary>A bar a stage.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<TrainingProgress>
    {
        private readonly Dictionary<int, ProgressTask> _bars = [];

        public void Report(TrainingProgress value)
        {
            if (!_bars.TryGetValue(value.Stage, out var bar))
                _bars[value.Stage] = bar = context.AddTask("", maxValue: value.Steps);
            bar.Description = Markup.Escape(Describe(value));
            bar.Value = value.Step;
        }
    }
}
