using System.Diagnostics;
using PureSvd.Models;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Probing;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>Runs a study: every cell of its grid, from stages that were finished before where there are any.</summary>
/// <remarks>
/// Cells run one after the other in the order of the grid, each on all threads. Nothing but the clock enters a result that is not in its stage's key,
/// so a study that was killed and run again, on any number of threads, ends with the same results.
/// </remarks>
public sealed class StudyRunner
{
    private readonly StudyConfig _config;
    private readonly StudyRunOptions _options;
    private readonly IProgress<StudyProgress>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly StudyInputs _inputs;
    private readonly StageStore _store;
    private readonly IReadOnlyList<StudyCell> _cells;
    private StudyCell _current;
    private IReadOnlyList<NliItem>? _items;
    private int _done;
    private int _computed;

    private StudyRunner(StudyConfig config, StudyRunOptions options, StageStore store, IProgress<StudyProgress>? progress, CancellationToken cancellationToken)
    {
        (_config, _options, _store, _progress, _cancellationToken) = (config, options, store, progress, cancellationToken);
        _cells = StudyGrid.Cells(config);
        _current = _cells[0];
        _inputs = new StudyInputs(config);
    }

    /// <summary>Runs <paramref name="config"/> to its end.</summary>
    /// <param name="config">The study.</param>
    /// <param name="options">Where and how.</param>
    /// <param name="progress">Told of every step; may be called from several threads.</param>
    /// <param name="cancellationToken">Stops soon; finished stages are kept.</param>
    /// <exception cref="Storage.InputDataException">A model or a file is at fault.</exception>
    public static StudyResults Run(StudyConfig config, StudyRunOptions options, IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        config.Validate("study.json");
        var started = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        using var store = new StageStore(Path.Combine(options.Directory, "stages"), options.Force) { Warning = options.Warning };
        return new StudyRunner(config, options, store, progress, cancellationToken).Run(started, watch);
    }

    private StudyResults Run(DateTimeOffset started, Stopwatch watch)
    {
        var facts = new List<ModelFacts>();
        var results = new List<CellResult>();
        var files = _inputs.Files.ToList();
        var truncated = 0;
        foreach (var entry in _config.Models)
        {
            var context = new StudyModelContext(entry, _config, _inputs, _store, _options, Report, _cancellationToken);
            _items ??= Items(context);
            files.AddRange(context.Files.Select(f => (f, entry.Name)));
            _current = _cells.First(c => c.Model == entry.Name);
            facts.Add(context.Facts());
            foreach (var cell in _cells.Where(c => c.Model == entry.Name))
            {
                var result = Cell(context, cell);
                truncated = Math.Max(truncated, result.Truncated);
                results.Add(result);
            }
        }
        return new StudyResults(_config, facts, _items!, results, Manifest(started, watch, files, truncated));
    }

    /// <summary>The first model's labels name the classes of all; <see cref="Measure"/> checks that the others have the same.</summary>
    private IReadOnlyList<NliItem> Items(StudyModelContext first)
    {
        if (_inputs.Test is not { } test)
            return [];
        var labels = LabelMap.Create(first.Measured.Labels, test);
        return [.. test.Select(e => new NliItem(labels.Classes[labels.ClassOfGold(e.Label)], e.Phenomenon))];
    }

    private CellResult Cell(StudyModelContext context, StudyCell cell)
    {
        _current = cell;
        _cancellationToken.ThrowIfCancellationRequested();
        Report("starting", 0, 0);
        var computed = false;
        // Compressed once, and only if a stage of the cell is missing.
        var compressed = new Lazy<CellModel>(() =>
        {
            computed = true;
            return context.Compress(cell);
        });
        var compressionKey = context.CompressionKey(cell);
        var main = _store.GetOrCompute(CellKey(context, compressionKey, cell), StageJson.Default.CellStage, () => Measure(context, compressed.Value));
        var probes = _inputs.TaskFiles.Count == 0
            ? new ProbesStage([], 0)
            : _store.GetOrCompute(ProbesKey(context, compressionKey), StageJson.Default.ProbesStage, () => Probe(context, compressed.Value.Model));
        var recovered = _config.Recover is { } settings && StudyRecovery.Trains(cell, settings)
            ? _store.GetOrCompute(RecoveryKey(context, compressionKey, cell, settings), StageJson.Default.RecoveryStage, () => new RecoveryStage(Recover(context, compressed.Value, cell, settings))).Result
            : null;
        var result = new CellResult(cell, main.Size, main.Layers, main.Predicted, main.Text, main.Truncated, probes.Probes, main.Cka, main.Timing with { Seconds = main.Timing.Seconds + probes.Seconds }, recovered);
        _done++;
        _computed += computed ? 1 : 0;
        _progress?.Report(new StudyProgress(_done, _cells.Count, cell, "done", 0, 0, Headline(result, computed)));
        return result;
    }

    private CellStage Measure(StudyModelContext context, CellModel compressed)
    {
        var watch = Stopwatch.StartNew();
        var model = context.Measured.Replacing(compressed.Model);
        var answers = Answers(context, model);
        var text = Foresee(context, model);
        var cka = context.Cka(compressed.Model);
        Report("timing", 0, 0);
        var batch = _inputs.Test is { } test ? model.Read([.. test.Take(_config.Timing.Examples)]) : model.Read([.. _inputs.Text.Take(_config.Timing.Examples)]);
        var (ms, speedup) = InterleavedTiming.Measure(context.Model, compressed.Model, batch, _config.Timing.Repeats, _options.Parallelism, _cancellationToken);
        return new CellStage(
            compressed.Size, compressed.Layers, [.. answers?.Predictions.Select(p => p.Predicted) ?? []],
            text, answers?.Truncated ?? 0, cka, new TimingResult(ms, speedup, watch.Elapsed.TotalSeconds, compressed.Seconds));
    }

    private TextResult? Foresee(StudyModelContext context, MeasuredModel model)
    {
        var text = _inputs.Text.Count == 0 ? null : model.Foresee(_inputs.Text, _config.Text.Window, _options.Parallelism, context.ReportItems("text"), _cancellationToken);
        return text is null ? null : new TextResult([.. text.Documents.Select(d => d.Loss)], [.. text.Documents.Select(d => d.Tokens)]);
    }

    /// <summary>Trains a copy of the model, and scores it; null where none of its layers is factored and only factors are trained.</summary>
    private RecoveredResult? Recover(StudyModelContext context, CellModel compressed, StudyCell cell, RecoverySettings settings)
    {
        if (settings.Update == "factors" && !compressed.Model.TargetLinears.Any(t => t.Linear.IsFactored))
            return null;
        var watch = Stopwatch.StartNew();
        var (trained, steps, first, last) = StudyRecovery.Train(context, compressed.Model, _inputs, settings, cell.Seed, _options.Parallelism, (done, total) => Report("training", done, total), _cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        return new RecoveredResult([.. Answers(context, trained)?.Predictions.Select(p => p.Predicted) ?? []], Foresee(context, trained), steps, first, last, seconds);
    }

    private NliResult? Answers(StudyModelContext context, MeasuredModel model)
    {
        if (_inputs.Test is not { } test)
            return null;
        var answers = model.Answer(test, LabelMap.Create(model.Labels, test), null, _options.Parallelism, context.ReportItems("inference"), _cancellationToken);
        for (var i = 0; i < test.Count; i++)
            if (answers.Predictions[i].Gold != _items![i].Gold)
                throw new InputDataException(context.Entry.Path, $"answers with other labels ({string.Join(", ", model.Labels)}) than the first model of the study.", remedy: "Compare models with the same labels; a decoder has those of nli.task.");
        return answers;
    }

    /// <summary>Every cell is probed under the study's first seed: only the same samples of the same sentences can be compared.</summary>
    private ProbesStage Probe(StudyModelContext context, TransformerModel<float> model)
    {
        var seed = _config.Seeds[0];
        var watch = Stopwatch.StartNew();
        var baselines = new ProbeBaselines(context, _config, _inputs, _store, _options, _cancellationToken);
        var (random, fixedVectors) = (baselines.RandomEncoder(seed), baselines.Static(seed));
        var probes = ProbeRunner.Run(model, context.Tokenizer, _inputs.Tasks, baselines.Options(seed), _options.Parallelism, context.ReportItems("probing"), _cancellationToken);
        return new ProbesStage(
            [.. probes.Select(p => new CellProbe(
                p.Task, p.Layer, VectorNames.Of(p.Vector), p.Score.Test, p.Score.TestStandardDeviation, p.Score.Dev, p.Majority,
                random.Accuracy(p.Task, p.Layer, VectorNames.Of(p.Vector)), fixedVectors.Accuracy(p.Task, 0, VectorNames.Of(SentenceVector.Mean)), p.Control?.Test ?? double.NaN, p.TestCount, Bits.Pack(p.TestCorrect),
                p.OnlineCode is { } code ? new CodeLength(code.Bits, code.UniformBits) : null))],
            watch.Elapsed.TotalSeconds);
    }

    private StageKey CellKey(StudyModelContext context, StageKey compression, StudyCell cell) => context.MeasuredKey("cell")
        .Add("compression", compression).Add("sample", _config.Similarity.Sentences)
        .Add("timingExamples", _config.Timing.Examples).Add("timingRepeats", _config.Timing.Repeats).Add("seed", cell.Seed);

    private StageKey RecoveryKey(StudyModelContext context, StageKey compression, StudyCell cell, RecoverySettings settings)
        => context.MeasuredKey("recovery").Add("compression", compression).Add("train", _inputs.TrainHash).Add("seed", cell.Seed)
            .Add("steps", settings.Steps ?? 0).Add("epochs", settings.Epochs ?? 0).Add("batch", settings.Batch).Add("rate", settings.LearningRate).Add("update", settings.Update).Add("distill", settings.Distill);

    private StageKey ProbesKey(StudyModelContext context, StageKey compression)
    {
        var key = ProbeBaselines.AddSettings(context.Key("probes").Add("compression", compression).Add("tokenizer", context.TokenizerHash), _config.Probing, _inputs.TasksHash, _config.Seeds[0]);
        return _config.Probing.Mdl ? key.Add("mdl", 1) : key;
    }

    private FinishedCell Headline(CellResult result, bool computed)
    {
        var right = result.Predicted.Where((p, i) => p == _items![i].Gold).Count();
        var best = StudySummary.BestProbes(result);
        return new FinishedCell(result.Cell, (double)right / result.Predicted.Count, result.Text?.Perplexity ?? double.NaN, best.Count == 0 ? double.NaN : best.Values.Average(p => p.Accuracy), result.Size, result.Timing.Speedup, computed);
    }

    private StudyManifest Manifest(DateTimeOffset started, Stopwatch watch, IReadOnlyList<(string Path, string Name)> files, int truncated)
    {
        var notes = new List<string>();
        if (_config.Probing is { } p && (p.TrainExamples, p.DevExamples, p.TestExamples) != (0, 0, 0) && _inputs.TaskFiles.Count > 0)
            notes.Add($"Probes use a seeded sample of each task: {Limit(p.TrainExamples)} training, {Limit(p.DevExamples)} dev and {Limit(p.TestExamples)} test sentences.");
        if (truncated > 0)
            notes.Add($"{truncated} test pairs were longer than the model takes, and were cut.");
        if (_inputs.Test is { Dropped: > 0 and var dropped })
            notes.Add($"{dropped} test pairs without a gold label were left out.");
        return new StudyManifest(
            StudyEnvironment.Tool, StudyEnvironment.Processor, StudyEnvironment.VectorBits, Environment.ProcessorCount, _options.Parallelism.Threads, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription} {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}",
            _options.CommandLine, started, watch.Elapsed.TotalSeconds, _computed,
            [.. files.Where(f => f.Path.Length > 0 && File.Exists(f.Path)).Select(f => new NameAndText($"{f.Name}: {Path.GetFileName(f.Path)}", Factorization.ContentHash.OfFile(f.Path)))], notes);

        static string Limit(int count) => count == 0 ? "all" : Number.Text(count);
    }

    private void Report(string stage, long done, long total) => _progress?.Report(new StudyProgress(_done, _cells.Count, _current, stage, done, total));
}
