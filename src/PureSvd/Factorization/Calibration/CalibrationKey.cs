using System.Security.Cryptography;
using System.Text;

namespace PureSvd.Factorization;

/// <summary>Everything that calibration statistics depend on. Statistics are used again only under an equal key.</summary>
/// <param name="Model">Hash of the model's configuration and weights.</param>
/// <param name="Tokenizer">Hash of the tokenizer's files.</param>
/// <param name="Data">Hash of the data file.</param>
/// <param name="Seed">Seed of the sample.</param>
/// <param name="Count">Examples in the sample.</param>
/// <param name="Kinds">What was measured.</param>
public sealed record CalibrationKey(string Model, string Tokenizer, string Data, ulong Seed, int Count, StatisticsKinds Kinds);

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
