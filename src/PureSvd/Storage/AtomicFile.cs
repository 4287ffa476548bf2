using System.Text;

namespace PureSvd.Storage;

/// <summary>A file that appears whole or not at all: written under a temporary name beside its final one, flushed to the disk, then renamed over it.</summary>
/// <remarks>Every failure (a full disk, a read-only folder) is an <see cref="InputDataException"/> that names the final file, and leaves nothing behind.</remarks>
public sealed class AtomicFile : IDisposable
{
    /// <summary>How temporary names end: such a file is left behind by a process that was killed.</summary>
    internal const string TemporaryExtension = ".partial";

    private readonly string _path;
    private readonly string _temporary;
    private readonly OutputStream _stream;
    private bool _closed;

    /// <summary>Starts writing <paramref name="path"/>; its directory is created if it is missing.</summary>
    /// <exception cref="InputDataException">The file cannot be created.</exception>
    public AtomicFile(string path)
        : this(path, static name => new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
    {
    }

    internal AtomicFile(string path, Func<string, Stream> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _temporary = $"{path}.{Path.GetRandomFileName()}{TemporaryExtension}";
        try
        {
            if (Directory.Exists(path))
                throw new InputDataException(path, "is a directory, and a file is to be written there.", remedy: "Choose another name.");
            var directory = Path.GetDirectoryName(Path.GetFullPath(path));
            if (directory is not null)
                Directory.CreateDirectory(directory);
            _stream = new OutputStream(path, open(_temporary));
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            throw OutputStream.CannotWrite(path, e);
        }
    }

    /// <summary>Where the content goes; seekable.</summary>
    public Stream Stream => _stream;

    /// <summary>Flushes to the disk and gives the file its final name.</summary>
    /// <exception cref="InputDataException">The disk is full, or the file cannot be replaced.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _stream.FlushToDisk();
        _closed = true;
        try
        {
            _stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
        }
        catch (Exception e) when (e is InputDataException || OutputStream.IsFailure(e))
        {
            RemoveTemporary();
            throw e is InputDataException ? e : OutputStream.CannotWrite(_path, e);
        }
    }

    /// <summary>Removes what was written, unless it was committed.</summary>
    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        try
        {
            _stream.Dispose();
        }
        catch (InputDataException)
        {
            // The content is given up; that its last bytes cannot be flushed does not matter.
        }
        RemoveTemporary();
    }

    /// <summary>Writes <paramref name="path"/> with <paramref name="write"/>; the old file stays as it was if that throws.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = new AtomicFile(path);
        write(file.Stream);
        file.Commit();
    }

    /// <summary>Writes <paramref name="bytes"/> to <paramref name="path"/>.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes <paramref name="text"/> to <paramref name="path"/> as UTF-8 without a byte order mark.</summary>
    /// <exception cref="InputDataException">The file cannot be written.</exception>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, Encoding.UTF8.GetBytes(text));

    private void RemoveTemporary()
    {
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception e) when (OutputStream.IsFailure(e))
        {
            // The folder went away or became read-only: there is nothing more to be done, and the first failure is the one to report.
        }
    }
}
