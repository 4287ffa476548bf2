using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>A folder that a model is to be written to, kept from every other process until this is disposed of.</summary>
/// <remarks>The lock is a file in it, opened for this process alone: the system closes it when the process ends, however it ends, so a kill leaves a file that locks nothing.</remarks>
public sealed class CompressionDestination : IDisposable
{
    internal const string LockFile = ".puresvd-lock";

    private readonly FileStream _lock;
    private readonly bool _created;
    private bool _released;

    private CompressionDestination(string directory, FileStream held, bool created) => (Directory, _lock, _created) = (directory, held, created);

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>Reserves <paramref name="directory"/>, which is made if it is missing, so that a fault of it shows before long work.</summary>
    /// <param name="source">The model that is compressed.</param>
    /// <param name="directory">A folder that is missing or empty, or holds unfinished work, or is to be overwritten; not <paramref name="source"/>.</param>
    /// <param name="overwrite">Whether a folder that is not empty will do.</param>
    /// <exception cref="ArgumentException">It is a file or the source itself, or is not empty and not to be overwritten, or another process writes to it.</exception>
    /// <exception cref="InputDataException">It cannot be written.</exception>
    public static CompressionDestination Reserve(string source, string directory, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (File.Exists(directory))
            throw new ArgumentException($"{directory} is a file, and a folder is to be written there.", nameof(directory));
        var reserved = Take(directory);
        // Links, and names that differ in case alone, hide that two folders are one; their lock does not.
        var sourceIsLocked = IsLocked(source);
        if (!sourceIsLocked && (overwrite || OutputFolder.MayFill(directory)))
            return reserved;
        reserved.Dispose();
        throw !sourceIsLocked ? new ArgumentException($"{directory} is not empty: name another folder, or overwrite it with --force.", nameof(directory))
            : IsLocked(source) ? IsTaken(source)
            : new ArgumentException($"{directory} is the model that is compressed; name another folder.", nameof(directory));
    }

    /// <summary>Lets others write there, and removes the folder if it was made here and is still empty.</summary>
    public void Dispose()
    {
        if (_released)
            return;
        _released = true;
        try
        {
            // Where an open file can be deleted, it is while it is locked: nobody else's can be under its name yet. Where it cannot, nobody else's can be deleted.
            if (!OperatingSystem.IsWindows())
                File.Delete(_lock.Name);
            _lock.Dispose();
            if (OperatingSystem.IsWindows())
                File.Delete(_lock.Name);
            if (_created && !System.IO.Directory.EnumerateFileSystemEntries(Directory).Any())
                System.IO.Directory.Delete(Directory);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            // What stays behind locks nothing.
            _lock.Dispose();
        }
    }

    private static CompressionDestination Take(string directory)
    {
        var path = Path.Combine(directory, LockFile);
        try
        {
            var created = !System.IO.Directory.Exists(directory);
            System.IO.Directory.CreateDirectory(directory);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            // Between its being opened and being locked here, whoever had it may have removed it; then the name may already be another's.
            if (File.Exists(path) && File.GetCreationTimeUtc(path) == File.GetCreationTimeUtc(file.SafeFileHandle))
                return new CompressionDestination(directory, file, created);
            file.Dispose();
            throw IsTaken(directory);
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            throw IsTaken(directory);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(directory, e);
        }
    }

    private static bool IsLocked(string directory)
    {
        try
        {
            using var file = new FileStream(Path.Combine(directory, LockFile), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            return false;
        }
        catch (IOException e)
        {
            return IsSharingViolation(e);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The error codes of a lock that another process holds: Linux, macOS, Windows.
    private static bool IsSharingViolation(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static ArgumentException IsTaken(string directory) => new($"Another process is writing to {directory}: wait for it, or name another folder.", nameof(directory));
}
