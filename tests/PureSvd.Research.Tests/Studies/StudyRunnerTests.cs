using PureSvd.LinearAlgebra;
using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

public sealed class StudyRunnerTests : IDisposable
{
    private readonly TinyStudy _study = new();

    public void Dispose() => _study.Dispose();

    [Fact]
    public void A_study_writes_its_five_files_with_the_dense_row_of_each_model_first()
    {
        _study.Run("out");
        foreach (var name in new[] { "results.csv", "probes.csv", "predictions.jsonl", "manifest.json", "report.html" })
            Assert.True(new FileInfo(Path.Combine(_study.Out("out"), name)).Length > 0, name);
        var rows = File.ReadAllLines(Path.Combine(_study.Out("out"), "results.csv"));
        Assert.Equal(1 + 2 * 9, rows.Length);
        Assert.StartsWith("tiny,tiny-1,dense,,1,0,0,0,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("tiny,tiny-2,dense,,1,0,0,0,", rows[10], StringComparison.Ordinal);
        Assert.Equal(2 * 9 * 90, File.ReadAllLines(Path.Combine(_study.Out("out"), "predictions.jsonl")).Length);
        Assert.Empty(Directory.GetFiles(_study.Out("out"), "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void Removed_weights_are_what_was_asked_for_to_within_a_rank_a_layer()
    {
        var options = new StudyRunOptions { Directory = _study.Out("out"), Parallelism = Parallelism.Serial };
        var results = StudyRunner.Run(_study.Config, options);
        foreach (var cell in results.Cells.Where(c => !c.Cell.IsDense))
        {
            Assert.True(cell.Size.RemovedTargets >= cell.Cell.Removed - 1e-12, cell.Cell.ToString());
            Assert.True(cell.Size.RemovedTargets < cell.Cell.Removed + 0.05, $"{cell.Cell}: {cell.Size.RemovedTargets}");
        }
        Assert.All(results.Cells.Where(c => c.Cell.IsDense), c => Assert.All(c.Cka, v => Assert.Equal(1, v)));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_results()
    {
        var one = _study.Run("one", threads: 1);
        Assert.Equal(one, _study.Run("three", threads: 3));
        Assert.Equal(File.ReadAllText(Path.Combine(_study.Out("one"), "probes.csv")), File.ReadAllText(Path.Combine(_study.Out("three"), "probes.csv")));
        Assert.Equal(File.ReadAllText(Path.Combine(_study.Out("one"), "predictions.jsonl")), File.ReadAllText(Path.Combine(_study.Out("three"), "predictions.jsonl")));
    }

    [Fact]
    public void A_study_cancelled_ten_times_at_random_moments_ends_with_the_results_of_an_uninterrupted_one()
    {
        var whole = _study.Run("whole");
        var random = new SeededRandom(11);
        var interruptions = 0;
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var source = new CancellationTokenSource();
            // Counted in progress reports rather than in time, so that the moments are spread over the stages on any machine.
            var left = 1 + random.Next(60);
            var progress = new Relay<StudyProgress>(_ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    source.Cancel();
            });
            try
            {
                _study.Run("broken", 1 + attempt % 3, progress, cancellationToken: source.Token);
            }
            catch (OperationCanceledException)
            {
                interruptions++;
            }
        }
        Assert.True(interruptions >= 5, $"only {interruptions} interruptions");
        Assert.Equal(whole, _study.Run("broken", threads: 1));
    }

    [Fact]
    public void A_finished_study_computes_nothing_again_unless_forced()
    {
        _study.Run("out");
        var computed = new List<bool>();
        var progress = new Relay<StudyProgress>(p =>
        {
            if (p.Finished is { } cell)
                lock (computed)
                    computed.Add(cell.Computed);
        });
        var first = _study.Run("out", progress: progress);
        Assert.All(computed, Assert.False);
        computed.Clear();
        Assert.Equal(first, _study.Run("out", progress: progress, force: true));
        Assert.All(computed, Assert.True);
        Assert.Equal(18, computed.Count);
    }

    [Fact]
    public void A_damaged_stage_is_computed_again_and_the_user_is_told()
    {
        var whole = _study.Run("out");
        var stage = Directory.GetFiles(Path.Combine(_study.Out("out"), "stages", "cell"))[3];
        var bytes = File.ReadAllBytes(stage);
        bytes[^10] ^= 1;
        File.WriteAllBytes(stage, bytes);
        var warnings = new List<string>();
        Assert.Equal(whole, _study.Run("out", warning: warnings.Add));
        Assert.Contains(warnings, w => w.Contains(Path.GetFileName(stage), StringComparison.Ordinal));
    }

    [Fact]
    public void Two_studies_cannot_run_in_one_folder()
    {
        using var store = new StageStore(Path.Combine(_study.Out("out"), "stages"));
        var error = Assert.Throws<IOException>(() => _study.Run("out"));
        Assert.Contains("another study", error.Message, StringComparison.Ordinal);
    }
}
