using PureSvd.Research.Evaluation;
using Spectre.Console;

namespace PureSvd.Cli;

/// <summary>Bars on standard error while something runs, with the time left; none with <c>--quiet</c> or where nobody watches a terminal.</summary>
internal static class ProgressDisplay
{
    internal static T Run<T>(bool quiet, Func<IProgress<ProgressReport>?, T> work)
    {
        if (quiet || Console.IsErrorRedirected)
            return work(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new Bars(context)));
    }

    /// <summary>A bar a stage; a stage that starts over gets a new one.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<ProgressReport>
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, ProgressTask> _bars = [];

        public void Report(ProgressReport value)
        {
            lock (_lock)
            {
                if (!_bars.TryGetValue(value.Stage, out var bar) || bar.IsFinished)
                    _bars[value.Stage] = bar = context.AddTask(Markup.Escape(value.Stage), maxValue: Math.Max(1, value.Total));
                bar.Value = Math.Max(bar.Value, value.Done);
            }
        }
    }
}
