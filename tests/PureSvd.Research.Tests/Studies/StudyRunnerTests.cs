using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Studies;
using PureSvd.Storage;

namespace PureSvd.Research.Tests.Studies;

public sealed class StudyRunnerTests : IDisposable
{
    private readonly TinyStudy _study = new();

    public void Dispose() => _study.Dispose();

    [Fact]
    public void A_study_writes_its_files_with_the_dense_row_of_each_model_first()
    {
        _study.Run("out");
        foreach (var name in new[] { "results.csv", "probes.csv", "predictions.jsonl", "documents.csv", "manifest.json", "report.html" })
            Assert.True(new FileInfo(Path.Combine(_study.Out("out"), name)).Length > 0, name);
        var rows = File.ReadAllLines(Path.Combine(_study.Out("out"), "results.csv"));
        Assert.Equal(1 + 3 * 9, rows.Length);
        Assert.StartsWith("tiny,tiny-1,dense,,1,0,0,0,", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("tiny,tiny-2,dense,,1,0,0,0,", rows[10], StringComparison.Ordinal);
        Assert.StartsWith("tiny,tiny-decoder,dense,,1,0,0,0,", rows[19], StringComparison.Ordinal);
        Assert.Equal(3 * 9 * 90, File.ReadAllLines(Path.Combine(_study.Out("out"), "predictions.jsonl")).Length);
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

    /// <summary>Methods and allocations on an encoder and on a decoder: each meets its budget, and a second run computes nothing. (<c>global</c> removes more where that lowers the loss, as it may in a random model.)</summary>
    /// <remarks>Left out are those that ask for more than a sample of 20 sentences of a random model gives: the Cholesky factor of singular sums, and the logarithm of losses below 1.</remarks>
    [Fact]
    public void Methods_and_allocations_run_and_are_kept()
    {
        var config = _study.Config with
        {
            Models = [_study.Config.Models[0], _study.Config.Models[2]],
            Grid = [new GridPart([.. FactorizationMethods.All.Select(m => m.Name).Where(m => m != "svd-llm-cholesky")], ["uniform"], [0.5]), new GridPart(["svd-llm"], [.. StudyPresets.Allocations.Where(a => a != "svd-llm-v2")], [0.5])],
            Probing = new ProbingSettings(),
        };
        var options = new StudyRunOptions { Directory = _study.Out("all"), Parallelism = new Parallelism(2) };
        var first = StudyRunner.Run(config, options);
        Assert.Equal(2 * (1 + 10 + 6), first.Cells.Count);
        Assert.All(first.Cells.Where(c => !c.Cell.IsDense), c => Assert.True(c.Size.RemovedTargets >= 0.5 - 1e-12 && c.Size.RemovedTargets < (c.Cell.Allocation == "global" ? 1 : 0.62), $"{c.Cell} removed {c.Size.RemovedTargets}"));
        var second = StudyRunner.Run(config, options with { Parallelism = Parallelism.Serial });
        Assert.Equal(0, second.Manifest.CellsComputed);
        var alone = StudyRunner.Run(config, new StudyRunOptions { Directory = _study.Out("alone"), Parallelism = Parallelism.Serial });
        Assert.Equal(first.Cells.Select(c => string.Join(' ', c.Layers)), alone.Cells.Select(c => string.Join(' ', c.Layers)));
        Assert.Equal(first.Cells.Select(c => c.Text?.Perplexity), alone.Cells.Select(c => c.Text?.Perplexity));
    }

    /// <summary>Pruned, rounded and rounded after factoring, trained on and coded: the same on one thread and three, and in the bytes that the tensors take.</summary>
    [Fact]
    public void Encodings_recovery_and_code_lengths_run_and_are_kept()
    {
        var config = _study.Config with
        {
            Models = [_study.Config.Models[0], _study.Config.Models[2]],
            Grid = [new GridPart(["svd", "afm", "svd+int8", "magnitude", "wanda", "rtn-int8", "rtn-int4"], ["uniform"], [0.5])],
            Probing = _study.Config.Probing with { Mdl = true, Vectors = ["mean"] },
            Recover = new RecoverySettings { Steps = 6, Batch = 8, LearningRate = 1e-3, Distill = 0.5 },
        };
        Assert.Equal(_study.Run("one", threads: 1, config: config), _study.Run("three", threads: 3, config: config));
        Assert.Equal(File.ReadAllText(Path.Combine(_study.Out("one"), "comparisons.csv")), File.ReadAllText(Path.Combine(_study.Out("three"), "comparisons.csv")));
        var again = StudyRunner.Run(config, new StudyRunOptions { Directory = _study.Out("one"), Parallelism = Parallelism.Serial });
        Assert.Equal(0, again.Manifest.CellsComputed);
        foreach (var cell in again.Cells)
        {
            Assert.Equal(cell.Cell.IsDense || cell.Cell.IsFactorization, cell.Recovered is not null);
            Assert.All(cell.Probes, p => Assert.True(p.Code!.Bits > 0 && p.Code.UniformBits > 0));
        }
        foreach (var model in again.Cells.GroupBy(c => c.Cell.Model))
        {
            var bytes = model.ToDictionary(c => c.Cell.Method, c => c.Size.Bytes);
            Assert.True(bytes["rtn-int4"] < bytes["rtn-int8"] && bytes["rtn-int8"] < bytes["magnitude"] && bytes["magnitude"] == bytes["wanda"] && bytes["svd+int8"] < bytes["svd"] && bytes["svd"] < bytes["dense"]);
            Assert.True(model.Single(c => c.Cell.Method == "rtn-int8").Layers.Max(l => l.Error) < 0.01);
            Assert.True(model.Single(c => c.Cell.Method == "rtn-int4").Layers.Min(l => l.Error) > 0.01);
        }
        var html = File.ReadAllText(Path.Combine(_study.Out("one"), "report.html"));
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Probes_of_the_embedding_output_are_the_same_for_every_cell_and_seed()
    {
        var config = _study.Config with { Models = [_study.Config.Models[0]], Grid = [new GridPart(["svd", "fwsvd"], ["uniform"], [0.5])], Seeds = [1, 2] };
        var cells = StudyRunner.Run(config, new StudyRunOptions { Directory = _study.Out("out"), Parallelism = Parallelism.Serial }).Cells;
        Assert.Equal(["dense 1", "svd 1", "fwsvd 1", "fwsvd 2"], cells.Select(c => $"{c.Cell.Method} {c.Cell.Seed}"));
        Assert.All(cells, c => Assert.Equal(cells[0].Probes.Where(p => p.Layer == 0).Select(p => p.Accuracy), c.Probes.Where(p => p.Layer == 0).Select(p => p.Accuracy)));
    }

    /// <summary>The study counts what <c>compress</c> would write: the tensors of the saved model, a method's own biases among them.</summary>
    [Theory]
    [InlineData("svd", "tiny-1")]
    [InlineData("afm", "tiny-decoder")]
    [InlineData("basis-sharing", "tiny-1")]
    [InlineData("svd+int8", "tiny-decoder")]
    [InlineData("wanda", "tiny-1")]
    [InlineData("rtn-int4", "tiny-decoder")]
    public void Bytes_are_those_of_the_checkpoint_that_compress_writes(string method, string model)
    {
        var entry = _study.Config.Models.Single(m => m.Name == model);
        var config = _study.Config with { Models = [entry], Grid = [new GridPart([method], ["uniform"], [0.5])], Probing = new ProbingSettings(), Calibration = new CalibrationSettings { Examples = 60 } };
        var cell = StudyRunner.Run(config, new StudyRunOptions { Directory = _study.Out("out"), Parallelism = Parallelism.Serial }).Cells[1];
        var scheme = CompressionScheme.ByName(method);
        var output = _study.Out("compressed");
        var statistics = scheme.Needs == StatisticsKinds.None ? null
            : model == "tiny-decoder" ? TextCalibration.Statistics(entry.Path, Path.Combine(_study.Folder, "text.txt"), 20, 20, 1, scheme.Needs, null, Parallelism.Serial)
            : new NliCalibration(entry.Path, config.Nli.Train, null, 60, 1).Statistics(null, Parallelism.Serial, scheme.Needs);
        var targets = CheckpointCompressor.ReadTargets(entry.Path);
        var plan = scheme.Method switch
        {
            null => new RankPlan("none", null, [.. targets.Select(t => LayerPlan.Dense(t))]),
            SharedBasisSvd sharing => sharing.Allocate(targets, 0.5),
            _ => UniformAllocation.Allocate(targets, 0.5),
        };
        var compression = new CheckpointCompression { Method = scheme.Method ?? FactorizationMethods.ByName("svd"), Statistics = statistics, Encoder = scheme.Encoder, EncoderRemoves = scheme.Encoder is { TakesBudget: true } ? 0.5 : 0 };
        CheckpointCompressor.Compress(entry.Path, plan, compression, output);
        using var written = Checkpoint.Open(output);
        Assert.Equal(written.Tensors.Values.Sum(t => t.ByteCount), cell.Size.Bytes);
    }

    /// <summary>The sums over the inputs of a layer norm without a bias are singular.</summary>
    [Fact]
    public void A_method_that_cannot_do_a_model_stops_the_study_with_its_cell()
    {
        var config = _study.Config with { Models = [_study.Config.Models[0]], Grid = [new GridPart(["svd-llm-cholesky"], ["uniform"], [0.5])] };
        var error = Assert.Throws<InputDataException>(() => StudyRunner.Run(config, new StudyRunOptions { Directory = _study.Out("out"), Parallelism = Parallelism.Serial }));
        Assert.Contains("tiny-1 svd-llm-cholesky uniform 0.5: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("singular", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encoders_and_decoders_are_measured_each_in_its_way()
    {
        _study.Run("out");
        var rows = File.ReadAllLines(Path.Combine(_study.Out("out"), "results.csv")).Select(l => l.Split(',')).ToList();
        var (model, perplexity, accuracy) = (Array.IndexOf(rows[0], "model"), Array.IndexOf(rows[0], "perplexity"), Array.IndexOf(rows[0], "nli_accuracy"));
        foreach (var row in rows.Skip(1))
        {
            Assert.InRange(double.Parse(row[accuracy], System.Globalization.CultureInfo.InvariantCulture), 0, 1);
            if (row[model] == "tiny-decoder")
                Assert.True(double.Parse(row[perplexity], System.Globalization.CultureInfo.InvariantCulture) > 1);
            else
                Assert.Empty(row[perplexity]);
        }
        var vectors = File.ReadAllLines(Path.Combine(_study.Out("out"), "probes.csv")).Skip(1).Select(l => l.Split(',')).GroupBy(r => r[1]).ToDictionary(g => g.Key, g => g.Select(r => r[8]).Distinct().ToArray());
        Assert.Equal(["mean", "cls"], vectors["tiny-1"]);
        Assert.Equal(["mean", "last"], vectors["tiny-decoder"]);
        Assert.Equal(1 + 9 * 12, File.ReadAllLines(Path.Combine(_study.Out("out"), "documents.csv")).Length);
    }

    [Fact]
    public void A_study_of_text_alone_compares_what_decoders_foresee()
    {
        var text = Path.Combine(_study.Folder, "text.txt");
        var config = new StudyConfig
        {
            Name = "text",
            Models = [.. _study.Config.Models.Where(m => m.Name == "tiny-decoder")],
            Grid = _study.Config.Grid,
            Text = new TextSettings { Test = new(text, "\n", Take: 20), Train = new(text, "\n", Skip: 20, Take: 20), Dev = new(text, "\n", Skip: 40), Window = 20 },
            Calibration = new CalibrationSettings { Examples = 8 },
            Selection = new SelectionSettings { Examples = 6, Rates = [0.5, 0.9] },
            Timing = new TimingSettings { Examples = 2, Repeats = 1 },
        };
        Assert.Equal(_study.Run("one", threads: 1, config: config), _study.Run("three", threads: 3, config: config));
        var rows = File.ReadAllLines(Path.Combine(_study.Out("one"), "results.csv")).Select(l => l.Split(',')).ToList();
        Assert.All(rows.Skip(1), row => Assert.Empty(row[Array.IndexOf(rows[0], "nli_accuracy")]));
        Assert.Equal(9, rows.Skip(1).Select(row => row[Array.IndexOf(rows[0], "perplexity")]).Distinct().Count());
        var html = File.ReadAllText(Path.Combine(_study.Out("one"), "report.html"));
        Assert.Contains("Perplexity against size", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Accuracy against size", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_is_refused_in_a_study_of_text_alone()
    {
        var config = _study.Config with { Nli = new NliSettings() };
        var error = Assert.Throws<Storage.InputDataException>(() => _study.Run("out", config: config));
        Assert.Contains("is an encoder", error.Message, StringComparison.Ordinal);
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
        Assert.Equal(27, computed.Count);
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
