using PureSvd.Factorization;
using PureSvd.Research.Evaluation;
using Spectre.Console;

namespace PureSvd.Cli;

/// <summary>Progress bars with the time left, on standard error; none where that is not a terminal.</summary>
internal static class TerminalProgress
{
    /// <summary>Runs <paramref name="work"/>, a bar a stage.</summary>
    internal static TResult Run<TResult>(bool wanted, Func<IProgress<CompressionProgress>?, TResult> work)
        => Run(wanted, (CompressionProgress p) => new ProgressReport(p.Stage, p.Done, p.Total), work);

    /// <summary>Runs an evaluation or a probing.</summary>
    internal static TResult RunReports<TResult>(bool wanted, Func<IProgress<ProgressReport>?, TResult> work)
        => Run(wanted, (ProgressReport p) => p, work);

    private static TResult Run<TReport, TResult>(bool wanted, Func<TReport, ProgressReport> read, Func<IProgress<TReport>?, TResult> work)
    {
        if (!wanted || Console.IsErrorRedirected)
            return work(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new Bars<TReport>(context, read)));
    }

    private sealed class Bars<TReport>(ProgressContext context, Func<TReport, ProgressReport> read) : IProgress<TReport>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(TReport value)
        {
            var (stage, done, total) = read(value);
            lock (_tasks)
            {
                // A stage that comes again, such as encoding another model, gets a bar of its own.
                if (!_tasks.TryGetValue(stage, out var task) || (task.IsFinished && done < total))
                    _tasks[stage] = task = context.AddTask(Markup.Escape(stage), maxValue: total);
                task.Value = Math.Max(task.Value, done);
            }
        }
    }
}
