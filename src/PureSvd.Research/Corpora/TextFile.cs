using System.Text;
using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>Text as users have it: UTF-8 with or without a byte-order mark, lines that end in LF or CRLF.</summary>
public static class TextFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The whole file, without a byte-order mark.</summary>
    /// <exception cref="InputDataException">The file is missing, unreadable, empty, not UTF-8, or not text.</exception>
    public static string Read(string path)
    {
        var bytes = ReadBytes(path);
        ReadOnlySpan<byte> content = bytes;
        if (content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw new InputDataException(path, "the file is UTF-16.", remedy: "Save it as UTF-8.");
        if (content is [0xEF, 0xBB, 0xBF, ..])
            content = content[3..];
        if (content.Trim("\r\n\t "u8).IsEmpty)
            throw new InputDataException(path, "the file is empty.");
        if (content.IndexOf((byte)0) is >= 0 and var zero)
            throw new InputDataException(path, "the file has a zero byte, so it is not text.", $"line {LineAt(content, zero)}");
        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputDataException(path, "the file is not valid UTF-8.", $"line {LineAt(content, Math.Max(0, e.Index))}", "Convert it, for example with iconv.", e);
        }
    }

    /// <summary>The lines without their ends; line i of the array is line i + 1 of the file. What follows the last line end is a line only if there is something.</summary>
    /// <exception cref="InputDataException">As <see cref="Read"/>.</exception>
    public static string[] ReadLines(string path)
    {
        var lines = Read(path).Split('\n');
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].EndsWith('\r'))
                lines[i] = lines[i][..^1];
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private static byte[] ReadBytes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
            throw new InputDataException(path, "this is a folder.", remedy: "Name a file.");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputDataException(path, "there is no such file.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputDataException(path, $"the file cannot be read: {e.Message}", inner: e);
        }
    }

    private static int LineAt(ReadOnlySpan<byte> content, int offset) => content[..Math.Min(offset, content.Length)].Count((byte)'\n') + 1;
}
