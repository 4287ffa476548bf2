using System.Diagnostics;
using PureSvd.Research.Studies;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PureSvd.Cli;

/// <summary>Shows how far a study is, on standard error: a live table on a terminal, a line a cell elsewhere, nothing if quiet.</summary>
internal abstract class StudyDisplay : IProgress<StudyProgress>, IDisposable
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Cells computed in this run and when the first of them began: what the time left is estimated from.</summary>
    private int _computed;
    private TimeSpan _firstStart;

    internal static StudyDisplay Create(bool quiet)
        => quiet ? new QuietDisplay() : Console.IsErrorRedirected ? new LineDisplay() : new LiveStudyDisplay();

    public abstract void Report(StudyProgress value);

    internal abstract void Warn(string message);

    /// <summary>Runs the study beside the display.</summary>
    internal virtual Task<TResult> RunAsync<TResult>(Func<TResult> work, CancellationToken cancellationToken) => Task.Run(work, cancellationToken);

    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Counts finished cells.</summary>
    protected void Count(StudyProgress progress)
    {
        if (progress.Finished is { Computed: true })
            _computed++;
        else if (progress.Finished is not null || _computed == 0 && _firstStart == TimeSpan.Zero)
            _firstStart = _watch.Elapsed;
    }

    protected string TimeLeft(int done, int total)
    {
        if (_computed == 0)
            return "estimating the time left";
        var left = (_watch.Elapsed - _firstStart) / _computed * (total - done);
        return left.TotalSeconds < 90 ? FormattableString.Invariant($"about {Math.Max(1, left.TotalSeconds):0} s left") : FormattableString.Invariant($"about {left.TotalMinutes:0.0} min left");
    }

    protected static string Headline(FinishedCell cell)
        => FormattableString.Invariant($"{cell.Cell}:{(double.IsFinite(cell.Accuracy) ? FormattableString.Invariant($" NLI {100 * cell.Accuracy:0.0} %") : "")}{(double.IsFinite(cell.Perplexity) ? FormattableString.Invariant($" perplexity {cell.Perplexity:0.00}") : "")}{(double.IsFinite(cell.MeanProbe) ? FormattableString.Invariant($", probes {100 * cell.MeanProbe:0.0} %") : "")}, speed-up {cell.Speedup:0.00}{(cell.Computed ? "" : " (finished before)")}");

    private sealed class QuietDisplay : StudyDisplay
    {
        public override void Report(StudyProgress value)
        {
        }

        internal override void Warn(string message)
        {
        }
    }

    private sealed class LineDisplay : StudyDisplay
    {
        private readonly Lock _lock = new();

        public override void Report(StudyProgress value)
        {
            lock (_lock)
            {
                Count(value);
                if (value.Finished is { } cell)
                    Console.Error.WriteLine($"study: {value.CellsDone}/{value.CellsTotal} {Headline(cell)}; {TimeLeft(value.CellsDone, value.CellsTotal)}");
            }
        }

        internal override void Warn(string message) => Console.Error.WriteLine($"study: {message}");
    }

    private sealed class LiveStudyDisplay : StudyDisplay
    {
        private readonly Lock _lock = new();
        private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        private readonly List<FinishedCell> _finished = [];
        private readonly List<string> _warnings = [];
        private StudyProgress _last;

        public override void Report(StudyProgress value)
        {
            lock (_lock)
            {
                Count(value);
                _last = value;
                if (value.Finished is { } cell)
                    _finished.Add(cell);
            }
        }

        internal override void Warn(string message)
        {
            lock (_lock)
                _warnings.Add(message);
        }

        internal override async Task<TResult> RunAsync<TResult>(Func<TResult> work, CancellationToken cancellationToken)
        {
            var task = Task.Run(work, cancellationToken);
            // Cleared at the end: the final table on standard output says it better.
            await _console.Live(new Text("")).AutoClear(true).StartAsync(async live =>
            {
                while (!task.IsCompleted)
                {
                    live.UpdateTarget(Draw());
                    live.Refresh();
                    await Task.WhenAny(task, Task.Delay(200, CancellationToken.None)).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
            foreach (var warning in _warnings)
                await Console.Error.WriteLineAsync($"study: {warning}").ConfigureAwait(false);
            return await task.ConfigureAwait(false);
        }

        private Rows Draw()
        {
            lock (_lock)
            {
                var p = _last;
                var parts = new List<IRenderable>();
                if (_finished.Count > 0)
                    parts.Add(DrawTable());
                if (p.CellsTotal == 0)
                {
                    parts.Add(new Text("reading the models and the data …"));
                    return new Rows(parts);
                }
                var within = p.Total > 0 ? (double)p.Done / p.Total : 0;
                const int Width = 36;
                var filled = Width * p.CellsDone / p.CellsTotal;
                parts.Add(new Text(FormattableString.Invariant($"{new string('━', filled)}{new string('─', Width - filled)} {p.CellsDone}/{p.CellsTotal} cells, {_watch.Elapsed:m\\:ss} gone, {TimeLeft(p.CellsDone, p.CellsTotal)}")));
                parts.Add(new Text(FormattableString.Invariant($"{p.Cell}: {p.Stage}{(p.Total > 0 ? FormattableString.Invariant($" {100 * within:0} %") : "")}"), new Style(decoration: Decoration.Dim)));
                return new Rows(parts);
            }
        }

        private Table DrawTable()
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (var name in new[] { "model", "method", "allocation" })
                table.AddColumn(name);
            foreach (var name in new[] { "removed", "NLI", "perplexity", "probes", "speed-up" })
                table.AddColumn(new TableColumn(name).RightAligned());
            var rows = Math.Clamp(_console.Profile.Height - 9, 3, 24);
            foreach (var cell in _finished.Skip(Math.Max(0, _finished.Count - rows)))
                table.AddRow(
                    Markup.Escape(cell.Cell.Model), Markup.Escape(cell.Cell.Method), Markup.Escape(cell.Cell.Allocation),
                    FormattableString.Invariant($"{100 * cell.Size.RemovedTargets:0.0} %"), double.IsFinite(cell.Accuracy) ? FormattableString.Invariant($"{100 * cell.Accuracy:0.0}") : "",
                    double.IsFinite(cell.Perplexity) ? FormattableString.Invariant($"{cell.Perplexity:0.00}") : "",
                    double.IsFinite(cell.MeanProbe) ? FormattableString.Invariant($"{100 * cell.MeanProbe:0.0}") : "", FormattableString.Invariant($"{cell.Speedup:0.00}"));
            return table;
        }
    }
}
