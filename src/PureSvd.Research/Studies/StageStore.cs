using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>Finished stages of a study on disk, each in a file named by the hash of what it depends on, so that a study that was killed continues where it stopped.</summary>
/// <remarks>
/// A file is one line <c>puresvd-stage 1 SHA256</c> and then JSON with that hash. It is written beside its final name, flushed and renamed, so a kill leaves it whole or absent;
/// one that was damaged all the same does not have its hash, and is computed again.
/// </remarks>
public sealed class StageStore : IDisposable
{
    private const string Magic = "puresvd-stage 1 ";
    private readonly string _directory;
    private readonly bool _force;
    private readonly FileStream _lock;
    private readonly HashSet<string> _written = [];

    /// <summary>Opens the stages under <paramref name="directory"/>, alone.</summary>
    /// <param name="directory">Made if it is missing.</param>
    /// <param name="force">Computes again what is there.</param>
    /// <exception cref="IOException">Another study runs in the same folder, or it cannot be written.</exception>
    public StageStore(string directory, bool force = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = directory;
        _force = force;
        Directory.CreateDirectory(directory);
        try
        {
            _lock = new FileStream(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"{directory}: another study seems to run in this folder; wait for it, or give another --out.", e);
        }
        // What a killed run was writing; under the lock, nobody else is.
        foreach (var leftover in Directory.GetFiles(directory, "*.partial", SearchOption.AllDirectories))
            File.Delete(leftover);
    }

    /// <summary>Told of files that were damaged.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>The stage under <paramref name="key"/> if it is there and whole.</summary>
    public bool TryRead<TStage>(StageKey key, JsonTypeInfo<TStage> type, out TStage stage)
    {
        ArgumentNullException.ThrowIfNull(key);
        stage = default!;
        var file = FileOf(key);
        if ((_force && !_written.Contains(file)) || !File.Exists(file))
            return false;
        try
        {
            if (Parse(File.ReadAllBytes(file), type) is { } read)
            {
                stage = read;
                return true;
            }
        }
        catch (JsonException)
        {
            // A hash that fits JSON of another shape: as damaged as one that does not fit.
        }
        Warning?.Invoke($"{file}: this stage is damaged; computing it again.");
        return false;
    }

    /// <summary>Stores a finished stage.</summary>
    public void Write<TStage>(StageKey key, TStage stage, JsonTypeInfo<TStage> type)
    {
        ArgumentNullException.ThrowIfNull(key);
        var payload = JsonSerializer.SerializeToUtf8Bytes(stage, type);
        var file = FileOf(key);
        AtomicFile.Write(file, stream =>
        {
            stream.Write(Encoding.ASCII.GetBytes(Magic + Convert.ToHexStringLower(SHA256.HashData(payload)) + "\n"));
            stream.Write(payload);
        });
        _written.Add(file);
    }

    /// <summary>The stage under <paramref name="key"/>, computed and stored if it is not there.</summary>
    public TStage GetOrCompute<TStage>(StageKey key, JsonTypeInfo<TStage> type, Func<TStage> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        if (TryRead(key, type, out var stage))
            return stage;
        Write(key, compute(), type);
        // Read back, so that a computed stage and a resumed one are the same to the last bit.
        return TryRead(key, type, out stage) ? stage : throw new IOException($"{FileOf(key)}: it was written, but reads back damaged.");
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private string FileOf(StageKey key) => Path.Combine(_directory, key.Kind, key.Hash[..32] + ".stage");

    private static TStage? Parse<TStage>(ReadOnlySpan<byte> bytes, JsonTypeInfo<TStage> type)
    {
        var headerLength = Magic.Length + 64 + 1;
        if (bytes.Length < headerLength || bytes[headerLength - 1] != (byte)'\n')
            return default;
        var header = Encoding.ASCII.GetString(bytes[..(headerLength - 1)]);
        var payload = bytes[headerLength..];
        var hash = Convert.ToHexStringLower(SHA256.HashData(payload));
        return header.StartsWith(Magic, false, CultureInfo.InvariantCulture) && header.EndsWith(hash, StringComparison.Ordinal) ? JsonSerializer.Deserialize(payload, type) : default;
    }
}
