using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>A model folder that becomes one all at once: files are filled in a sub-folder and moved up when all are there, <c>config.json</c> last.</summary>
/// <remarks>
/// A folder without <c>config.json</c> is no model to any tool, so a kill at any moment leaves either the whole model or none, and beside it what was
/// finished: the next run under the same key continues there (<see cref="CompressionJournal"/>).
/// </remarks>
internal sealed class OutputFolder : IDisposable
{
    private const string ConfigFile = "config.json";
    private const string StagingName = ".puresvd-partial";
    private readonly string _directory;
    private bool _keep;

    /// <summary>Starts filling <paramref name="directory"/>, which is reserved, or continues.</summary>
    /// <exception cref="ArgumentException">It holds unfinished work under another key, which is not to be overwritten.</exception>
    /// <exception cref="InputDataException">It cannot be written.</exception>
    internal OutputFolder(string directory, bool overwrite, string key)
    {
        _directory = directory;
        Staging = Path.Combine(directory, StagingName);
        Guarded(() =>
        {
            if (Directory.Exists(Staging) && CompressionJournal.KeyOf(Staging) is var found && found != key)
            {
                if (found is not null && !overwrite)
                    throw new ArgumentException($"{directory} holds the unfinished work of another compression: repeat that one to continue it, name another folder, or discard it with --force.", nameof(directory));
                Directory.Delete(Staging, recursive: true);
            }
            Directory.CreateDirectory(Staging);
        });
        try
        {
            Journal = CompressionJournal.Open(Staging, key);
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Where the files go first.</summary>
    internal string Staging { get; }

    /// <summary>What is finished.</summary>
    internal CompressionJournal Journal { get; }

    /// <summary>Whether a model may be written to <paramref name="directory"/> without overwriting anything: it is empty, or holds unfinished work.</summary>
    internal static bool MayFill(string directory)
        => Directory.Exists(Path.Combine(directory, StagingName)) || Directory.EnumerateFileSystemEntries(directory).All(e => Path.GetFileName(e) == CompressionDestination.LockFile);

    /// <summary>Copies a file into the folder, over one that is there.</summary>
    /// <exception cref="InputDataException">The copy cannot be written.</exception>
    internal static void Copy(string source, string destination) => Guarded(destination, () => File.Copy(source, destination, overwrite: true));

    /// <summary>Leaves what is finished for the next run, if anything is.</summary>
    internal void KeepUnfinished() => _keep = Journal.LayerCount > 0;

    /// <summary>Puts every file in its place, over those of an earlier model.</summary>
    /// <exception cref="InputDataException">A file cannot be moved.</exception>
    internal void Complete() => Guarded(() =>
    {
        if (!Journal.IsComplete)
        {
            File.Delete(Path.Combine(_directory, ConfigFile));
            foreach (var stale in Directory.GetFiles(_directory, "model*.safetensors*").Append(Path.Combine(_directory, CompressionManifest.FileName)))
                File.Delete(stale);
            // From here on a killed run is continued by moving the rest.
            Journal.AddComplete();
        }
        _keep = true;
        Journal.Dispose();
        var files = Directory.GetFiles(Staging).Select(f => Path.GetFileName(f)).Where(f => f != CompressionJournal.FileName && !f.EndsWith(AtomicFile.TemporaryExtension, StringComparison.Ordinal))
            .OrderBy(f => f == ConfigFile).ThenBy(f => f, StringComparer.Ordinal).ToArray();
        foreach (var file in files)
            File.Move(Path.Combine(Staging, file), Path.Combine(_directory, file), overwrite: true);
        Directory.Delete(Staging, recursive: true);
    });

    /// <summary>Removes what was written, unless it is complete or to be kept.</summary>
    public void Dispose()
    {
        Journal.Dispose();
        if (!_keep)
            Remove();
    }

    private void Remove()
    {
        try
        {
            Directory.Delete(Staging, recursive: true);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            // The first failure is the one to report; the next run removes what is left.
        }
    }

    private void Guarded(Action action) => Guarded(_directory, action);

    private static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(path, e);
        }
    }
}
