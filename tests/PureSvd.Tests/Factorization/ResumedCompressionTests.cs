using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Storage;
using PureSvd.Tests.Storage;

namespace PureSvd.Tests.Factorization;

public class ResumedCompressionTests
{
    private const string Partial = ".puresvd-partial";
    private static readonly CheckpointCompression Svd = new() { Method = new PlainSvd(), Parallelism = Parallelism.Serial };

    [Fact]
    public void Killed_at_any_moment_it_is_continued_and_ends_with_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], shards: 2);
        var moments = 0;
        Compress(folder, "whole", p => Copy(folder["whole"], folder[$"killed{moments++}"]));
        Assert.True(moments > 12);
        for (var moment = 0; moment < moments; moment++)
        {
            var killed = folder[$"killed{moment}"];
            Assert.False(File.Exists(Path.Combine(killed, "config.json")));
            var resumed = Compress(folder, $"killed{moment}").Run!.LayersResumed;
            CheckpointCompressorTests.AssertSame(folder["whole"], killed);
            Assert.InRange(resumed, moment < moments - 12 ? 0 : moment - (moments - 12), 12);
        }
    }

    [Fact]
    public void Killed_while_the_files_are_moved_it_moves_the_rest()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], shards: 2);
        Compress(folder, "whole");
        // All files but config.json have moved; the journal says that all were ready.
        CompressionProgress? last = null;
        Compress(folder, "out", p =>
        {
            last = p;
            if (p is { Stage: "factorize", Done: 12 })
                Copy(folder["out"], folder["killed"]);
        });
        Copy(folder["whole"], folder["killed"]);
        File.Delete(folder["killed/config.json"]);
        foreach (var weights in Directory.GetFiles(folder[$"killed/{Partial}"], "*.safetensors"))
            File.Delete(weights);
        File.Copy(folder["whole/config.json"], folder[$"killed/{Partial}/config.json"]);
        File.AppendAllText(folder[$"killed/{Partial}/journal.jsonl"], "{\"complete\":true}\n");
        Compress(folder, "killed");
        CheckpointCompressorTests.AssertSame(folder["whole"], folder["killed"]);
        Assert.Equal("factorize", last!.Value.Stage);
    }

    [Fact]
    public void A_finished_layer_whose_bytes_have_changed_is_done_again()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Compress(folder, "whole", p =>
        {
            if (p is { Stage: "factorize", Done: 8 })
                Copy(folder["whole"], folder["out"]);
        });
        var weights = folder[$"out/{Partial}/model.safetensors"];
        using (var file = SafetensorsFile.Open(weights))
            Assert.Contains("bert.encoder.layer.0.attention.self.query.a.weight", file.Tensors.Keys);
        var bytes = File.ReadAllBytes(weights);
        var at = FirstByteOf(weights, "bert.encoder.layer.0.attention.self.query.a.weight");
        bytes[at] ^= 1;
        File.WriteAllBytes(weights, bytes);
        // And the last line was cut short.
        var journal = File.ReadAllText(folder[$"out/{Partial}/journal.jsonl"]);
        File.WriteAllText(folder[$"out/{Partial}/journal.jsonl"], journal[..^20]);
        Assert.InRange(Compress(folder, "out").Run!.LayersResumed, 5, 6);
        CheckpointCompressorTests.AssertSame(folder["whole"], folder["out"]);
    }

    [Fact]
    public void An_interruption_keeps_what_was_finished_and_leaves_no_model()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Compress(folder, "out", p =>
        {
            if (p is { Stage: "factorize", Done: 5 })
                stop.Cancel();
        }, cancellationToken: stop.Token));
        Assert.Equal([Partial], Directory.GetFileSystemEntries(folder["out"]).Select(Path.GetFileName));
        Assert.Equal(5, Compress(folder, "out").Run!.LayersResumed);
        Compress(folder, "whole");
        CheckpointCompressorTests.AssertSame(folder["whole"], folder["out"]);
    }

    [Fact]
    public void A_file_that_was_being_written_when_it_was_killed_is_not_part_of_the_model()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Compress(folder, "whole", p =>
        {
            if (p is { Stage: "factorize", Done: 8 })
                Copy(folder["whole"], folder["killed"]);
        });
        File.WriteAllText(folder[$"killed/{Partial}/config.json.gkwq2f5m.3qn.partial"], "{");
        Compress(folder, "killed");
        CheckpointCompressorTests.AssertSame(folder["whole"], folder["killed"]);
        Assert.Equal(Directory.GetFiles(folder["whole"]).Select(Path.GetFileName).Order(), Directory.GetFiles(folder["killed"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void An_interruption_before_the_first_layer_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Assert.ThrowsAny<OperationCanceledException>(() => Compress(folder, "out", cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Another_compression_does_not_continue_it_and_force_discards_it()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Compress(folder, "out", p =>
        {
            if (p is { Stage: "factorize", Done: 3 })
                stop.Cancel();
        }, cancellationToken: stop.Token));
        Assert.Contains("unfinished work of another", Assert.Throws<ArgumentException>(() => Compress(folder, "out", removed: 0.3)).Message, StringComparison.Ordinal);
        Assert.Contains("unfinished work of another", Assert.Throws<ArgumentException>(() => Compress(folder, "out", compression: Svd with { StoreDense = true })).Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(folder[$"out/{Partial}"]));
        Assert.Equal(0, Compress(folder, "out", removed: 0.3, compression: Svd with { Overwrite = true }).Run!.LayersResumed);
        Compress(folder, "whole", removed: 0.3);
        CheckpointCompressorTests.AssertSame(folder["whole"], folder["out"]);
    }

    [Fact]
    public void Two_compressions_do_not_write_into_one_folder()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        using (CompressionDestination.Reserve(folder["source"], folder["out"], overwrite: false))
        {
            Assert.Contains("Another process is writing to", Assert.Throws<ArgumentException>(() => Compress(folder, "out")).Message, StringComparison.Ordinal);
            Assert.Contains("Another process is writing to", Assert.Throws<ArgumentException>(() => Compress(folder, "out", compression: Svd with { Overwrite = true })).Message, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(folder["out"]));
        using (CompressionDestination.Reserve(folder["out"], folder["source"], overwrite: true))
            Assert.Contains($"writing to {folder["source"]}", Assert.Throws<ArgumentException>(() => Compress(folder, "out")).Message, StringComparison.Ordinal);
        // What a killed process leaves locks nothing, and is no content.
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllText(folder[$"out/{CompressionDestination.LockFile}"], "");
        Compress(folder, "out");
        Compress(folder, "whole");
        Assert.Equal(Directory.GetFiles(folder["whole"]).Select(Path.GetFileName).Order(), Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_link_to_the_source_is_the_source()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var before = File.ReadAllBytes(folder["source/model.safetensors"]);
        Directory.CreateSymbolicLink(folder["link"], folder["source"]);
        foreach (var name in (string[])["link", "source", "source/", "source/../source"])
            Assert.Contains("is the model that is compressed", Assert.Throws<ArgumentException>(() => Compress(folder, name, compression: Svd with { Overwrite = true })).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder["source/model.safetensors"]));
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(folder["source"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Of_many_that_begin_at_once_one_writes_the_model_and_the_others_say_why_not()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            try
            {
                Compress(folder, "out");
                return true;
            }
            catch (ArgumentException e) when (e.Message.Contains("Another process", StringComparison.Ordinal) || e.Message.Contains("is not empty", StringComparison.Ordinal))
            {
                return false;
            }
        })));
        Assert.Single(written, w => w);
        Compress(folder, "whole");
        CheckpointCompressorTests.AssertSame(folder["whole"], folder["out"]);
    }

    [Fact]
    public void Shards_are_as_small_as_asked_for_and_indexed()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        Compress(folder, "whole");
        const long Max = 12_000;
        Compress(folder, "out", compression: Svd with { MaxShardBytes = Max });
        var shards = Directory.GetFiles(folder["out"], "model-*-of-*.safetensors");
        Assert.True(shards.Length > 2);
        foreach (var shard in shards)
        {
            using var file = SafetensorsFile.Open(shard);
            Assert.True(file.Tensors.Values.Sum(t => t.ByteCount) <= Max);
        }
        Assert.Equal(TestModels.Logits(folder["whole"]), TestModels.Logits(folder["out"]));
        Compress(folder, "one", compression: Svd with { MaxShardBytes = 1 << 30 });
        Assert.Equal(File.ReadAllBytes(folder["whole/model.safetensors"]), File.ReadAllBytes(folder["one/model.safetensors"]));
        Assert.False(File.Exists(folder["one/model.safetensors.index.json"]));
    }

    [Fact]
    public void The_manifest_says_what_the_run_took_and_what_rounding_cost()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"], TensorDType.BF16);
        var manifest = Compress(folder, "out");
        Assert.True(manifest.Run!.Seconds > 0);
        if (File.Exists("/proc/self/status"))
            Assert.InRange(manifest.Run.PeakAnonymousBytes!.Value, 1 << 20, 1L << 40);
        Assert.Equal(manifest.Run, CompressionManifest.Read(folder["out"]).Run);
        foreach (var report in manifest.Reports.Values)
        {
            Assert.InRange(report.UnroundedResidual!.Value / report.ObjectiveNorm, report.RelativeOptimum - 1e-6, report.RelativeOptimum + 1e-6);
            Assert.True(report.Residual > report.UnroundedResidual);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_one_clear_fault()
    {
        using var folder = new TemporaryFolder();
        TestModels.Save(folder["source"]);
        File.WriteAllText(folder["file"], "");
        var fault = Assert.ThrowsAny<Exception>(() => Compress(folder, "file/out"));
        Assert.True(fault is InputDataException or ArgumentException, fault.ToString());
    }

    private static CompressionManifest Compress(
        TemporaryFolder folder, string destination, Action<CompressionProgress>? progress = null, double removed = 0.4, CheckpointCompression? compression = null, CancellationToken cancellationToken = default)
    {
        var plan = UniformAllocation.Allocate(CheckpointCompressor.ReadTargets(folder["source"]), removed);
        return CheckpointCompressor.Compress(folder["source"], plan, compression ?? Svd, folder[destination], progress is null ? null : new Immediate(progress), cancellationToken);
    }

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != CompressionDestination.LockFile))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = File.Create(target);
            source.CopyTo(copy);
        }
    }

    private static int FirstByteOf(string path, string tensor)
    {
        using var file = SafetensorsFile.Open(path);
        return (int)(new FileInfo(path).Length - file.Tensors.Values.Max(t => t.End) + file.Info(tensor).Begin);
    }

    private sealed class Immediate(Action<CompressionProgress> report) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value) => report(value);
    }
}
