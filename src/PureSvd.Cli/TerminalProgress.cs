using PureSvd.Factorization;
using Spectre.Console;

namespace PureSvd.Cli;

/// <summary>Progress bars with the time left, on standard error; none where that is not a terminal.</summary>
internal static class TerminalProgress
{
    /// <summary>Runs <paramref name="work"/>, a bar a stage.</summary>
    internal static TResult Run<TResult>(bool wanted, Func<IProgress<CompressionProgress>?, TResult> work)
    {
        if (!wanted || Console.IsErrorRedirected)
            return work(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new Bars(context)));
    }

    private sealed class Bars(ProgressContext context) : IProgress<CompressionProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Report(CompressionProgress value)
        {
            lock (_tasks)
            {
                if (!_tasks.TryGetValue(value.Stage, out var task))
                    _tasks[value.Stage] = task = context.AddTask(Markup.Escape(value.Stage), maxValue: value.Total);
                task.Value = Math.Max(task.Value, value.Done);
            }
        }
    }
}
