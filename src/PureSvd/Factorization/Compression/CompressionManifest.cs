using System.Reflection;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary><c>puresvd.json</c>: how a compressed checkpoint came about, and how well each layer was met.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Stored">What was written.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Sizes">Its three size figures; bytes are those of the weight files.</param>
/// <param name="Calibration">What the statistics depend on; null where the method needs none.</param>
/// <param name="Source">Hashes of the files that it was made from, by name.</param>
/// <param name="Reports">How well each factored layer was met, by name.</param>
public sealed record CompressionManifest(
    string Method, StoredForm Stored, RankPlan Plan, SizeFigures Sizes, CalibrationKey? Calibration,
    IReadOnlyDictionary<string, string> Source, IReadOnlyDictionary<string, TruncationReport> Reports)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "puresvd.json";

    private const int Format = 1;

    /// <summary>The tool and its version, as the file says it.</summary>
    public string Tool { get; init; } = ThisTool;

    /// <summary>What the run that finished it took; null in files of earlier versions.</summary>
    public CompressionRun? Run { get; init; }

    /// <summary>This tool and its version.</summary>
    internal static string ThisTool { get; } = $"puresvd {typeof(CompressionManifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Replace('+', ' ') ?? "?"}";

    /// <summary>Reads <c>puresvd.json</c> from <paramref name="directory"/>.</summary>
    /// <exception cref="InputDataException">It is missing or malformed, of another version, or says what cannot be.</exception>
    public static CompressionManifest Read(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var path = Path.Combine(directory, FileName);
        var document = FactorizationJson.Read(path, FactorizationJson.Default.ManifestDocument);
        if (document.Format != Format)
            throw new InputDataException(path, $"is of format {document.Format}, and this version reads {Format}.", "format", "Use the version that wrote it.");
        if (document.RemovedRequested is { } removed && !(removed >= 0 && removed < 1))
            throw new InputDataException(path, FormattableString.Invariant($"is {removed}, and must be at least 0 and below 1."), "removed_requested");
        return document.ToManifest(path);
    }

    /// <summary>As the bytes of <c>puresvd.json</c>.</summary>
    public byte[] ToJson() => FactorizationJson.Format(ManifestDocument.Of(this, Format), FactorizationJson.Default.ManifestDocument);

    /// <summary>Writes <c>puresvd.json</c> into <paramref name="directory"/>.</summary>
    /// <exception cref="InputDataException">The folder cannot be written.</exception>
    public void Write(string directory) => AtomicFile.WriteAllBytes(Path.Combine(directory, FileName), ToJson());
}

/// <summary>What a compression took.</summary>
/// <param name="Seconds">Wall-clock time of the run that finished it, from the plan to the last file; statistics and searches come before.</param>
/// <param name="LayerSeconds">Time from a layer's weight to its factors on the disk, summed over all layers and the runs that did them; layers of several threads count each.</param>
/// <param name="PeakAnonymousBytes">The peak of the process's anonymous resident memory, sampled; mapped files are not in it. Null where the system does not say.</param>
/// <param name="LayersResumed">The layers that an earlier, interrupted run had finished.</param>
/// <param name="Threads">The threads used.</param>
public sealed record CompressionRun(double Seconds, double LayerSeconds, long? PeakAnonymousBytes, int LayersResumed, int Threads);
