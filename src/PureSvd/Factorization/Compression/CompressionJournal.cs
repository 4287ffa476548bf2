using System.Text.Json;
using System.Text.Json.Serialization;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>What an unfinished compression has finished: one JSON object a line, appended and flushed after the bytes that it speaks of.</summary>
/// <remarks>
/// The first line has the key, a hash of everything that the output depends on: work is continued only under an equal one. A last line that a kill cut
/// short is ignored. A layer's line has the hash of its bytes, and they are used again only if they still have it.
/// </remarks>
internal sealed class CompressionJournal : IDisposable
{
    internal const string FileName = "journal.jsonl";

    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JournalLine> _layers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private FileStream? _stream;

    private CompressionJournal(string path) => _path = path;

    /// <summary>Whether all files were ready, and only some moves may be missing.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>The time that the finished layers took.</summary>
    internal double LayerSeconds => _layers.Values.Sum(l => l.Seconds ?? 0);

    /// <summary>How many layers are finished.</summary>
    internal int LayerCount => _layers.Count;

    /// <summary>The key in a journal's first line; null where there is no journal, or none that can be read.</summary>
    internal static string? KeyOf(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return File.Exists(path) ? Lines(path).FirstOrDefault()?.Key : null;
    }

    /// <summary>Continues the journal in <paramref name="directory"/>, or begins one with <paramref name="key"/>.</summary>
    /// <exception cref="InputDataException">The folder cannot be written.</exception>
    internal static CompressionJournal Open(string directory, string key)
    {
        var journal = new CompressionJournal(Path.Combine(directory, FileName));
        try
        {
            if (KeyOf(directory) == key)
                journal.Load();
            else
                journal._stream = new FileStream(journal._path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(journal._path, e);
        }
        if (journal._stream!.Length == 0)
            journal.Append(new JournalLine { Key = key });
        return journal;
    }

    internal bool HasFile(string name) => _files.Contains(name);

    internal JournalLine? Layer(string name) => _layers.GetValueOrDefault(name);

    /// <summary>A file is there with everything but its layers.</summary>
    internal void AddFile(string name)
    {
        Append(new JournalLine { File = name });
        _files.Add(name);
    }

    /// <summary>A layer is written.</summary>
    internal void AddLayer(string name, string hash, TruncationReport report, double seconds)
    {
        var line = new JournalLine { Layer = name, Hash = hash, Report = report, Seconds = seconds };
        lock (_gate)
        {
            Append(line);
            _layers[name] = line;
        }
    }

    /// <summary>Everything is there.</summary>
    internal void AddComplete() => Append(new JournalLine { Complete = true });

    public void Dispose() => _stream?.Dispose();

    private void Load()
    {
        foreach (var line in Lines(_path))
        {
            if (line.Layer is not null && line.Hash is not null && line.Report is not null)
                _layers[line.Layer] = line;
            else if (line.File is not null)
                _files.Add(line.File);
            IsComplete |= line.Complete == true;
        }
        _stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        // A line that was cut short gets an end, so that it does not swallow the next one.
        _stream.WriteByte((byte)'\n');
    }

    private void Append(JournalLine line)
    {
        lock (_gate)
        {
            try
            {
                _stream!.Write(JsonSerializer.SerializeToUtf8Bytes(line, JournalJson.Default.JournalLine));
                _stream.WriteByte((byte)'\n');
                _stream.Flush(flushToDisk: true);
            }
            catch (Exception e) when (OutputStream.IsFailure(e))
            {
                throw OutputStream.CannotWrite(_path, e);
            }
        }
    }

    private static IEnumerable<JournalLine> Lines(string path)
    {
        foreach (var text in File.ReadLines(path))
        {
            JournalLine? line;
            try
            {
                line = text.Length == 0 ? null : JsonSerializer.Deserialize(text, JournalJson.Default.JournalLine);
            }
            catch (JsonException)
            {
                line = null;
            }
            if (line is not null)
                yield return line;
        }
    }
}

/// <summary>One line of the journal; what it does not speak of is null.</summary>
internal sealed record JournalLine
{
    public string? Key { get; init; }

    public string? File { get; init; }

    public string? Layer { get; init; }

    public string? Hash { get; init; }

    public TruncationReport? Report { get; init; }

    public double? Seconds { get; init; }

    public bool? Complete { get; init; }
}

/// <summary>The journal's JSON: one line a value.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = false, MaxDepth = 8)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
