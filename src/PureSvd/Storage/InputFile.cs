using System.Text;

namespace PureSvd.Storage;

/// <summary>Reads files that may be missing, unreadable, too large or not text, and says so in one clear line.</summary>
public static class InputFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Opens <paramref name="path"/> for reading.</summary>
    /// <exception cref="InputDataException">It is missing, a directory, or cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputDataException(path, "there is no such file.", remedy: "Check the path.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Directory.Exists(path)
                ? new InputDataException(path, "is a directory, and a file is needed.", remedy: "Name the file.", inner: e)
                : new InputDataException(path, $"cannot be read: {e.Message}", remedy: "Check its permissions.", inner: e);
        }
    }

    /// <summary>All bytes of <paramref name="path"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">A larger file is refused, so that a hostile one cannot exhaust the memory.</param>
    /// <exception cref="InputDataException">It is missing, unreadable or larger than <paramref name="maxBytes"/>.</exception>
    public static byte[] ReadAllBytes(string path, long maxBytes = int.MaxValue / 2)
    {
        using var stream = OpenRead(path);
        try
        {
            if (stream.Length > maxBytes)
                throw new InputDataException(path, $"has {stream.Length} bytes, and at most {maxBytes} are read.", remedy: "Is this the right file?");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException e)
        {
            throw new InputDataException(path, $"cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>All text of <paramref name="path"/>, which is UTF-8, with or without a byte order mark.</summary>
    /// <exception cref="InputDataException">It is missing, unreadable, too large or not UTF-8.</exception>
    public static string ReadAllText(string path, long maxBytes = int.MaxValue / 2)
    {
        var bytes = ReadAllBytes(path, maxBytes).AsSpan();
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputDataException(path, "is not UTF-8 text.", $"byte {e.Index}", "Convert it to UTF-8.", e);
        }
    }
}
