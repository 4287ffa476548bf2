using System.Text.Json;
using PureSvd.Models;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>Compresses a Hugging Face directory into another, layer by layer from the memory map.</summary>
/// <remarks>
/// <para>A factorized <c>X.weight</c> becomes <c>X.a.weight</c> [r×in] and <c>X.b.weight</c> [out×r], its <c>X.bias</c> becomes <c>X.b.bias</c>, all in the
/// element type of <c>X.weight</c>; names keep their prefix, and every other tensor is copied bit for bit, in the shard where it was. Float64 weights are
/// decomposed in float64, all others in float32; residuals are measured on the factors as they are stored, rounding to half precision included.</para>
/// <para>The folder becomes a model all at once; see <see cref="OutputFolder"/>.</para>
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
    /// <param name="destination">A folder that is missing or empty, or to be overwritten; not <paramref name="source"/>.</param>
    /// <param name="progress">Told after each layer.</param>
    /// <param name="cancellationToken">Stops between layers, and leaves nothing behind.</param>
    /// <returns>What was written as <c>puresvd.json</c>.</returns>
    /// <exception cref="ArgumentException">The plan, the statistics or the destination do not fit.</exception>
    /// <exception cref="InputDataException">The source is at fault, or the destination cannot be written.</exception>
    public static CompressionManifest Compress(
        string source, RankPlan plan, CheckpointCompression compression, string destination,
        IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(compression);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        using var checkpoint = Open(source, out var targets);
        if (plan.MismatchWith([.. targets.Select(t => t.Shape)]) is { } mismatch)
            throw new ArgumentException($"The plan does not fit {source}: {mismatch}.", nameof(plan));
        CheckDestination(source, destination, compression.Overwrite);
        if (compression.Method.Needs != StatisticsKinds.None && plan.Factored.FirstOrDefault(l => compression.Statistics?.Layers.ContainsKey(l.Target.Name) != true) is { } bare)
            throw new ArgumentException($"{compression.Method.Name} needs {compression.Method.Needs} statistics, and there are none for {bare.Target.Name}.", nameof(compression));

        using var output = new OutputFolder(destination, compression.Overwrite);
        var work = new ShardCompressor(checkpoint, targets, plan, compression, progress);
        foreach (var shard in checkpoint.Files)
            work.Write(shard, Path.Combine(output.Staging, Path.GetFileName(shard.Path)), cancellationToken);
        if (File.Exists(Path.Combine(source, IndexFile)))
            WriteIndex(output.Staging, checkpoint.Files);
        var manifest = Describe(checkpoint, plan, compression, work, output.Staging);
        manifest.Write(output.Staging);
        foreach (var file in Present(source, TokenizerFiles))
            OutputFolder.Copy(file, Path.Combine(output.Staging, Path.GetFileName(file)));
        WriteConfig(Path.Combine(source, ConfigFile), Path.Combine(output.Staging, ConfigFile), compression.StoreDense);
        cancellationToken.ThrowIfCancellationRequested();
        output.Complete();
        return manifest;
    }

    /// <summary>Whether <paramref name="destination"/> may be written, so that a caller can say so before long work.</summary>
    /// <exception cref="ArgumentException">It is a file or the source itself, or is not empty and not to be overwritten.</exception>
    public static void CheckDestination(string source, string destination, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        if (Path.GetFullPath(source).TrimEnd(Path.DirectorySeparatorChar) == Path.GetFullPath(destination).TrimEnd(Path.DirectorySeparatorChar))
            throw new ArgumentException($"{destination} is the model that is compressed; name another folder.", nameof(destination));
        OutputFolder.Check(destination, overwrite);
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

    private static CompressionManifest Describe(Checkpoint checkpoint, RankPlan plan, CheckpointCompression compression, ShardCompressor work, string staging)
    {
        var parameters = checkpoint.Tensors.Values.Where(t => t.DType.IsFloatingPoint()).Sum(t => t.ElementCount);
        var stored = compression.StoreDense ? plan.TargetWeights : plan.StoredWeights;
        var bytes = checkpoint.Files.Sum(f => new FileInfo(f.Path).Length);
        var bytesStored = checkpoint.Files.Sum(f => new FileInfo(Path.Combine(staging, Path.GetFileName(f.Path))).Length);
        var sizes = new SizeFigures(plan.TargetWeights, stored, parameters, parameters - plan.TargetWeights + stored, bytes, bytesStored);
        var source = ModelFiles(checkpoint).Concat(Present(checkpoint.Directory, TokenizerFiles)).ToDictionary(f => Path.GetFileName(f), ContentHash.OfFile, StringComparer.Ordinal);
        var calibration = compression.Method.Needs == StatisticsKinds.None ? null : compression.Statistics?.Key;
        return new CompressionManifest(compression.Method.Name, compression.StoreDense, plan, sizes, calibration, source, work.Reports);
    }

    private static IEnumerable<string> ModelFiles(Checkpoint checkpoint)
        => checkpoint.Files.Select(f => f.Path).Concat(Present(checkpoint.Directory, [ConfigFile, IndexFile]));

    private static IEnumerable<string> Present(string directory, IEnumerable<string> names) => names.Select(n => Path.Combine(directory, n)).Where(File.Exists);

    private static void WriteIndex(string staging, IReadOnlyList<SafetensorsFile> shards) => AtomicFile.Write(Path.Combine(staging, IndexFile), stream =>
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var total = 0L;
        foreach (var name in shards.Select(s => Path.GetFileName(s.Path)))
        {
            using var shard = SafetensorsFile.Open(Path.Combine(staging, name));
            total += shard.Tensors.Values.Sum(t => t.ByteCount);
            foreach (var tensor in shard.Tensors.Keys)
                map[tensor] = name;
        }
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", total);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (tensor, file) in map)
            json.WriteString(tensor, file);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>The configuration as it was, but for the model type: no other tool must take factors for a model with missing weights.</summary>
    private static void WriteConfig(string source, string destination, bool dense)
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
            foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Name != "model_type"))
                member.WriteTo(json);
            json.WriteEndObject();
        });
    }
}
