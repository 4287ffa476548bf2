namespace PureSvd.Storage;

/// <summary>A stream whose failures name the file that is being written.</summary>
internal sealed class OutputStream(string path, Stream inner) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => Do(() => inner.Position = value);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is written, not read.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = 0L;
        Do(() => position = inner.Seek(offset, origin));
        return position;
    }

    public override void SetLength(long value) => Do(() => inner.SetLength(value));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw CannotWrite(path, e);
        }
    }

    public override void Flush() => Do(inner.Flush);

    /// <summary>Flushes through the operating system's cache.</summary>
    internal void FlushToDisk() => Do(() =>
    {
        if (inner is FileStream file)
            file.Flush(flushToDisk: true);
        else
            inner.Flush();
    });

    /// <summary>Whether an exception is the system's refusal to write. A file that would grow beyond its limit (EFBIG) is told by an argument that is out of range.</summary>
    internal static bool IsFailure(Exception? e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    internal static InputDataException CannotWrite(string path, Exception e)
        => new(path, $"cannot be written: {(e is ArgumentException ? "it would be larger than the system lets a file be." : e.Message)}", remedy: "Check the free space and the permissions of its folder.", inner: e);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Do(inner.Dispose);
        base.Dispose(disposing);
    }

    private void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw CannotWrite(path, e);
        }
    }
}
