using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>Compresses a Hugging Face directory into another, layer by layer from the memory map.</summary>
/// <remarks>
/// <para>A factorized <c>X.weight</c> becomes <c>X.a.weight</c> [r×in] and <c>X.b.weight</c> [out×r], its <c>X.bias</c> becomes <c>X.b.bias</c>, all in the
/// element type of <c>X.weight</c>; names keep their prefix, and every other tensor is copied bit for bit, in the shard where it was unless
/// <see cref="CheckpointCompression.MaxShardBytes"/> asks for others. Residuals are measured on the factors as they are stored, and before they were rounded.</para>
/// <para>The folder becomes a model all at once, and an interrupted run is continued by the next one with the same arguments; see <see cref="OutputFolder"/>.</para>
/// </remarks>
public static class CheckpointCompressor
{
    private const string ConfigFile = "config.json";
    private const string IndexFile = "model.safetensors.index.json";

    /// <summary>What a model folder holds beside its configuration and its weights; copied as it is.</summary>
    private static readonly string[] TokenizerFiles =
        ["tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json", "added_tokens.json", "merges.txt", "vocab.json", "generation_config.json"];

    /// <summary>The target linears of a checkpoint, from its headers alone.</summary>
    /// <exception cref="InputDataException">The directory is at fault, or compressed already.</exception>
    public static IReadOnlyList<TargetShape> ReadTargets(string directory)
    {
        using var checkpoint = Open(directory, out var targets);
        return [.. targets.Select(t => t.Shape)];
    }

    /// <summary>Everything that statistics depend on of a checkpoint: the hash of its configuration and weights, and that of its tokenizer.</summary>
    public static (string Model, string Tokenizer) HashesOf(string directory)
    {
        using var checkpoint = Open(directory, out _);
        return (ContentHash.OfFiles(ModelFiles(checkpoint)), ContentHash.OfFiles(Present(directory, TokenizerFiles)));
    }

    /// <summary>Writes the checkpoint in <paramref name="source"/> under <paramref name="plan"/> to <paramref name="destination"/>.</summary>
    /// <param name="source">A Hugging Face directory.</param>
    /// <param name="plan">A plan over <see cref="ReadTargets"/>.</param>
    /// <param name="compression">The method, and how to write.</param>
    /// <param name="destination">A folder that is missing or empty, or holds the unfinished work of the same compression, or is to be overwritten; not <paramref name="source"/>.</param>
    /// <param name="progress">Told after each layer.</param>
    /// <param name="cancellationToken">Stops within a layer; finished layers are kept for the next run.</param>
    /// <returns>What was written as <c>puresvd.json</c>.</returns>
    /// <exception cref="ArgumentException">The plan, the statistics or the destination do not fit.</exception>
    /// <exception cref="InputDataException">The source is at fault, or the destination cannot be written.</exception>
    public static CompressionManifest Compress(
        string source, RankPlan plan, CheckpointCompression compression, string destination,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(compression);
        using var reserved = CompressionDestination.Reserve(source, destination, compression.Overwrite);
        return Compress(source, plan, compression, reserved, progress, cancellationToken);
    }

    /// <summary>Writes the checkpoint in <paramref name="source"/> under <paramref name="plan"/> to a folder that is reserved already.</summary>
    /// <inheritdoc cref="Compress(string, RankPlan, CheckpointCompression, string, IProgress{CompressionProgress}?, CancellationToken)"/>
    public static CompressionManifest Compress(
        string source, RankPlan plan, CheckpointCompression compression, CompressionDestination destination,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(compression);
        ArgumentNullException.ThrowIfNull(destination);
        using var checkpoint = Open(source, out var targets);
        if (plan.MismatchWith([.. targets.Select(t => t.Shape)]) is { } mismatch)
            throw new ArgumentException($"The plan does not fit {source}: {mismatch}.", nameof(plan));
        plan.CheckMethod(compression.Method);
        CheckEncoder(plan, compression);
        var needs = NeedsOf(compression);
        if (needs != StatisticsKinds.None && plan.Layers.FirstOrDefault(l => (l.IsTruncated || compression.Encoder is not null) && compression.Statistics?.Has(needs, l.Target.Name) != true) is { } bare)
            throw new ArgumentException($"{NameOf(compression, plan)} needs {needs} statistics, and there are none for {bare.Target.Name}.", nameof(compression));

        var multiplied = plan.Truncated.Where(l => compression.StoreDense || l.Storage == LayerStorage.Product).Select(l => l.Target.Name).ToHashSet(StringComparer.Ordinal);
        if (compression.Method.ShiftsBias && targets.FirstOrDefault(t => multiplied.Contains(t.Shape.Name) && !checkpoint.Contains(t.Bias)) is { } unbiased)
            throw new ArgumentException($"{compression.Method.Name} gives every layer a bias, and {unbiased.Shape.Name} has none in the original: such a model can only be stored as factors.", nameof(compression));

        using var memory = new AnonymousMemory();
        var started = Stopwatch.GetTimestamp();
        var shards = OutputShard.Plan(checkpoint, targets, plan, compression, compression.MaxShardBytes);
        var hashes = SourceHashes(checkpoint, compression.Parallelism, progress, cancellationToken);
        using var output = new OutputFolder(destination.Directory, compression.Overwrite, KeyOf(hashes, plan, compression));
        if (output.Journal.IsComplete)
        {
            output.Complete();
            return CompressionManifest.Read(destination.Directory);
        }
        try
        {
            var work = new ShardCompressor(checkpoint, shards, compression, output.Journal, progress);
            work.Write(output.Staging, cancellationToken);
            if (shards is not [{ FileName: OutputShard.SingleName }])
                WriteIndex(output.Staging, shards);
            var manifest = Describe(checkpoint, plan, compression, shards, work.Reports, hashes, output.Staging) with
            {
                Run = new CompressionRun(Stopwatch.GetElapsedTime(started).TotalSeconds, work.LayerSeconds, memory.Peak, work.Resumed, compression.Parallelism.Threads),
            };
            manifest.Write(output.Staging);
            foreach (var file in Present(source, TokenizerFiles))
                OutputFolder.Copy(file, Path.Combine(output.Staging, Path.GetFileName(file)));
            WriteConfig(Path.Combine(source, ConfigFile), Path.Combine(output.Staging, ConfigFile), compression.StoreDense, plan);
            cancellationToken.ThrowIfCancellationRequested();
            output.Complete();
            return manifest;
        }
        catch (Exception e) when (e is OperationCanceledException || (e is InputDataException && OutputStream.IsFailure(e.InnerException)))
        {
            // An interruption or a full disk is no fault of what was finished; a fault of the source is.
            output.KeepUnfinished();
            throw;
        }
    }

    private static Checkpoint Open(string directory, out IReadOnlyList<CheckpointTarget> targets)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Directory.Exists(directory))
            throw new InputDataException(directory, "there is no such directory.", remedy: "Name the directory of a Hugging Face checkpoint.");
        var layout = CheckpointLayout.Read(directory);
        var checkpoint = Checkpoint.Open(directory);
        try
        {
            targets = CheckpointTarget.Find(checkpoint, layout);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static SortedDictionary<string, string> SourceHashes(Checkpoint checkpoint, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken)
    {
        var files = ModelFiles(checkpoint).Concat(Present(checkpoint.Directory, TokenizerFiles)).ToArray();
        var hashes = new string[files.Length];
        var done = 0;
        parallelism.For(files.Length, i =>
        {
            hashes[i] = ContentHash.OfFile(files[i]);
            progress?.Report(new CompressionProgress("hash", Interlocked.Increment(ref done), files.Length));
        }, cancellationToken);
        return new SortedDictionary<string, string>(files.Zip(hashes).ToDictionary(p => Path.GetFileName(p.First), p => p.Second), StringComparer.Ordinal);
    }

    /// <summary>A hash of everything that the written bytes depend on.</summary>
    private static string KeyOf(SortedDictionary<string, string> source, RankPlan plan, CheckpointCompression compression)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{CompressionManifest.ThisTool}\n{compression.Method.Name} {compression.Encoder?.Name} {compression.EncoderRemoves} dense {compression.StoreDense} shards {compression.MaxShardBytes}\n");
        foreach (var (file, hash) in source)
            text.Append(CultureInfo.InvariantCulture, $"{file} {hash}\n");
        foreach (var layer in plan.Layers)
            text.Append(CultureInfo.InvariantCulture, $"{layer.Target.Name} {layer.Storage} {layer.Rank} {layer.Basis}\n");
        if (NeedsOf(compression) != StatisticsKinds.None)
            text.Append(CultureInfo.InvariantCulture, $"{compression.Statistics?.Key}\n");
        return ContentHash.OfText(text.ToString());
    }

    internal static StatisticsKinds NeedsOf(CheckpointCompression compression) => compression.Method.Needs | (compression.Encoder?.Needs ?? StatisticsKinds.None);

    private static string NameOf(CheckpointCompression compression, RankPlan plan)
        => new CompressionScheme(compression.Encoder is not null && !plan.Truncated.Any() ? null : compression.Method, compression.Encoder).Name;

    private static void CheckEncoder(RankPlan plan, CheckpointCompression compression)
    {
        if (compression.Encoder is not { } encoder)
            return;
        if (compression.StoreDense)
            throw new ArgumentException($"{encoder.Name} stores weights in a form of its own: no other tool can load it, so it does not go with dense storage.", nameof(compression));
        if (encoder.TakesBudget && plan.Truncated.Any())
            throw new ArgumentException($"{encoder.Name} is of dense weights, and the plan truncates {plan.Truncated.First().Target.Name}.", nameof(compression));
    }

    private static CompressionManifest Describe(
        Checkpoint checkpoint, RankPlan plan, CheckpointCompression compression, IReadOnlyList<OutputShard> shards,
        IReadOnlyDictionary<string, TruncationReport> reports, SortedDictionary<string, string> source, string staging)
    {
        var parameters = checkpoint.Tensors.Values.Where(t => t.DType.IsFloatingPoint()).Sum(t => t.ElementCount);
        var stored = compression.StoreDense ? plan.TargetWeights
            : compression.Encoder is { TakesBudget: true } ? shards.SelectMany(s => s.Layout.Places).Where(p => p.Spec.Name.EndsWith(EncodedMatrix.Values, StringComparison.Ordinal)).Sum(p => p.Spec.Shape[0])
            : plan.StoredWeights;
        var biases = shards.SelectMany(s => s.Layers).Where(l => l.BiasName is not null && !checkpoint.Contains(l.Target.Bias)).Sum(l => (long)l.Target.Shape.Outputs);
        var bytes = checkpoint.Files.Sum(f => new FileInfo(f.Path).Length);
        var bytesStored = shards.Sum(s => new FileInfo(Path.Combine(staging, s.FileName)).Length);
        var sizes = new SizeFigures(plan.TargetWeights, stored, parameters, parameters - plan.TargetWeights + stored + biases, bytes, bytesStored);
        var calibration = NeedsOf(compression) == StatisticsKinds.None ? null : compression.Statistics?.Key;
        return new CompressionManifest(NameOf(compression, plan), FormOf(plan, compression), plan, sizes, calibration, source, reports);
    }

    private static StoredForm FormOf(RankPlan plan, CheckpointCompression compression)
    {
        var hasFactors = !compression.StoreDense && plan.Truncated.Any(l => l.Storage != LayerStorage.Product);
        return compression.Encoder is null ? hasFactors ? StoredForm.Factored : StoredForm.Dense
            : hasFactors ? StoredForm.EncodedFactors : StoredForm.Encoded;
    }

    private static IEnumerable<string> ModelFiles(Checkpoint checkpoint)
        => checkpoint.Files.Select(f => f.Path).Concat(Present(checkpoint.Directory, [ConfigFile, IndexFile]));

    private static IEnumerable<string> Present(string directory, IEnumerable<string> names) => names.Select(n => Path.Combine(directory, n)).Where(File.Exists);

    private static void WriteIndex(string staging, IReadOnlyList<OutputShard> shards) => AtomicFile.Write(Path.Combine(staging, IndexFile), stream =>
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            foreach (var place in shard.Layout.Places)
                map[place.Spec.Name] = shard.FileName;
        }
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", shards.Sum(s => s.Layout.Places.Sum(p => p.ByteCount)));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (tensor, file) in map)
            json.WriteString(tensor, file);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>The configuration as it was, but for the model type: no other tool must take factors for a model with missing weights.</summary>
    private static void WriteConfig(string source, string destination, bool dense, RankPlan plan)
    {
        if (dense)
        {
            OutputFolder.Copy(source, destination);
            return;
        }
        var type = CheckpointLayout.Read(Path.GetDirectoryName(source)!).CompressedModelType;
        using var document = JsonDocument.Parse(InputFile.ReadAllBytes(source));
        AtomicFile.Write(destination, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            json.WriteString("model_type", type);
            foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Name is not ("model_type" or SharedBases.Key)))
                member.WriteTo(json);
            var borrowers = plan.Layers.Where(l => l is { Storage: LayerStorage.Shared, OwnsBasis: false }).ToDictionary(l => l.Target.Name, l => l.Basis!, StringComparer.Ordinal);
            if (borrowers.Count > 0)
                SharedBases.Write(json, SharedBases.Key, borrowers);
            json.WriteEndObject();
        });
    }
}
