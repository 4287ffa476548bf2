using System.Security.Cryptography;
using System.Text;

namespace PureSvd.Factorization;

/// <summary>SHA-256 of files, as <c>sha256:</c> and lower-case hexadecimal.</summary>
public static class ContentHash
{
    /// <summary>The hash of a file's bytes.</summary>
    public static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The hash of several files: of their names, in ordinal order, and of their hashes.</summary>
    public static string OfFiles(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var lines = paths.Select(p => $"{Path.GetFileName(p)} {OfFile(p)}\n").Order(StringComparer.Ordinal);
        return OfText(string.Concat(lines));
    }

    /// <summary>The hash of a text in UTF-8.</summary>
    public static string OfText(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
