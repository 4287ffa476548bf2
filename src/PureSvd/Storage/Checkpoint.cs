using System.Numerics;
using System.Text.Json;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>The weights of a Hugging Face directory: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.</summary>
/// <remarks>Every shard is memory-mapped; reading is thread-safe until disposed.</remarks>
public sealed class Checkpoint : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _fileOf;
    private readonly List<SafetensorsFile> _files;

    private Checkpoint(string directory, List<SafetensorsFile> files, Dictionary<string, SafetensorsFile> fileOf)
    {
        Directory = directory;
        _files = files;
        _fileOf = fileOf;
        Tensors = fileOf.ToDictionary(pair => pair.Key, pair => pair.Value.Tensors[pair.Key], StringComparer.Ordinal);
    }

    /// <summary>The directory.</summary>
    public string Directory { get; }

    /// <summary>The tensors by name; offsets are those in their own shard.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The shards.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>Opens <paramref name="directory"/>, or a single safetensors file.</summary>
    /// <exception cref="InputDataException">There are no weights, or a file is at fault.</exception>
    public static Checkpoint Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (File.Exists(directory))
            return OpenSingle(directory, directory);
        if (!System.IO.Directory.Exists(directory))
            throw new InputDataException(directory, "there is no such directory.", remedy: "Check the path.");
        var single = Path.Combine(directory, SingleName);
        if (File.Exists(single))
            return OpenSingle(directory, single);
        var index = Path.Combine(directory, IndexName);
        if (File.Exists(index))
            return OpenShards(directory, index);
        var remedy = File.Exists(Path.Combine(directory, "pytorch_model.bin"))
            ? "Save pytorch_model.bin as safetensors first (save_pretrained in transformers)."
            : "Name the directory of a Hugging Face checkpoint.";
        throw new InputDataException(directory, $"has neither {SingleName} nor {IndexName}.", remedy: remedy);
    }

    /// <summary>Whether there is a tensor <paramref name="name"/>.</summary>
    public bool Contains(string name) => Tensors.ContainsKey(name);

    /// <summary>The file that holds tensor <paramref name="name"/>.</summary>
    /// <exception cref="InputDataException">There is no such tensor.</exception>
    public SafetensorsFile FileOf(string name)
        => _fileOf.TryGetValue(name, out var file) ? file : throw new InputDataException(Directory, "is missing.", $"tensor {Printable.Quote(name)}", "Is this the checkpoint of such a model?");

    /// <summary>Tensor <paramref name="name"/> as a matrix.</summary>
    /// <exception cref="InputDataException">There is no such tensor, or it has another shape, or its elements are not real numbers.</exception>
    public Matrix<T> ReadMatrix<T>(string name, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var file = Expect(name, rows, columns);
        var matrix = new Matrix<T>(rows, columns);
        file.Read(name, matrix.Span);
        return matrix;
    }

    /// <summary>Tensor <paramref name="name"/>, which is one-dimensional.</summary>
    /// <exception cref="InputDataException">There is no such tensor, or it has another shape, or its elements are not real numbers.</exception>
    public T[] ReadVector<T>(string name, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var file = Expect(name, length);
        var vector = new T[length];
        file.Read<T>(name, vector);
        return vector;
    }

    /// <summary>Unmaps every shard.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private static Checkpoint OpenSingle(string directory, string path)
    {
        var file = SafetensorsFile.Open(path);
        return new Checkpoint(directory, [file], file.Tensors.Keys.ToDictionary(name => name, _ => file, StringComparer.Ordinal));
    }

    private static Checkpoint OpenShards(string directory, string index)
    {
        var shardOf = ReadIndex(index);
        var shards = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            var fileOf = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
            foreach (var (name, shard) in shardOf)
            {
                if (!shards.TryGetValue(shard, out var file))
                    shards[shard] = file = OpenShard(directory, index, shard);
                if (!file.Tensors.ContainsKey(name))
                    throw new InputDataException(file.Path, $"does not hold the tensor, though {IndexName} says so.", $"tensor {Printable.Quote(name)}", "Download the checkpoint again.");
                fileOf[name] = file;
            }
            foreach (var file in shards.Values)
                foreach (var name in file.Tensors.Keys)
                    if (!fileOf.TryGetValue(name, out var listed) || listed != file)
                        throw new InputDataException(file.Path, $"holds the tensor, and {IndexName} {(listed is null ? "does not list it" : $"says it is in {Path.GetFileName(listed.Path)}")}.", $"tensor {Printable.Quote(name)}", "Download the checkpoint again.");
            return new Checkpoint(directory, [.. shards.Values], fileOf);
        }
        catch
        {
            foreach (var file in shards.Values)
                file.Dispose();
            throw;
        }
    }

    private static SafetensorsFile OpenShard(string directory, string index, string shard)
    {
        // A shard is a plain file name: a path could lead out of the directory.
        if (shard.Length == 0 || shard is "." or ".." || shard.AsSpan().ContainsAny("/\\:\0"))
            throw new InputDataException(index, $"names the shard {Printable.Quote(shard)}, which is not a plain file name.", "weight_map", "Download the checkpoint again.");
        var path = Path.Combine(directory, shard);
        if (!File.Exists(path))
            throw new InputDataException(path, $"there is no such file, and {IndexName} lists it.", remedy: "Download the missing shard.");
        return SafetensorsFile.Open(path);
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(InputFile.ReadAllBytes(index, SafetensorsHeader.MaxBytes));
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw new InputDataException(index, "has no object weight_map.", remedy: "Download the checkpoint again.");
            foreach (var member in map.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.String)
                    throw new InputDataException(index, $"gives no file name for tensor {Printable.Quote(member.Name)}.", "weight_map", "Download the checkpoint again.");
                if (!shardOf.TryAdd(member.Name, member.Value.GetString()!))
                    throw new InputDataException(index, $"lists tensor {Printable.Quote(member.Name)} twice.", "weight_map", "Download the checkpoint again.");
            }
            return shardOf;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputDataException(index, $"is not valid JSON: {e.Message}", remedy: "Download the checkpoint again.", inner: e);
        }
    }

    private SafetensorsFile Expect(string name, params long[] shape)
    {
        var file = FileOf(name);
        var info = file.Tensors[name];
        if (!info.Shape.AsSpan().SequenceEqual(shape))
            throw new InputDataException(file.Path, $"has the shape {info.FormatShape()}, and {Printable.Shape(shape)} is needed.", $"tensor {Printable.Quote(name)}", "Do config.json and the weights belong together?");
        return file;
    }
}
