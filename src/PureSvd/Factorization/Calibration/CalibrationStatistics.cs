using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>The statistics of every target linear, with what they depend on.</summary>
/// <param name="Key">What they depend on.</param>
/// <param name="Layers">By layer name.</param>
public sealed record CalibrationStatistics(CalibrationKey Key, IReadOnlyDictionary<string, LayerStatistics> Layers)
{
    private const string TensorFile = "calibration.safetensors";
    private const string KeyFile = "calibration.json";
    private const string FisherSuffix = ".fisher";

    /// <summary>Writes <c>calibration.safetensors</c> (float64), then <c>calibration.json</c>, which holds the key and the tensors' hash: a pair that does not belong together is never used.</summary>
    /// <exception cref="InputDataException">The folder cannot be written.</exception>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var path = Path.Combine(directory, TensorFile);
        var tensors = Layers.OrderBy(l => l.Key, StringComparer.Ordinal)
            .Where(l => l.Value.InputFisher is not null)
            .Select(l => (Name: l.Key + FisherSuffix, Values: l.Value.InputFisher!.ToArray())).ToArray();
        using (var writer = new SafetensorsWriter(path, tensors.Select(t => new TensorSpec(t.Name, TensorDType.F64, t.Values.Length))))
        {
            foreach (var (name, values) in tensors)
                writer.Write<double>(name, values);
            writer.Complete();
        }
        AtomicFile.WriteAllBytes(Path.Combine(directory, KeyFile), FactorizationJson.Format(new CalibrationDocument(Key, ContentHash.OfFile(path)), FactorizationJson.Default.CalibrationDocument));
    }

    /// <summary>The statistics in <paramref name="directory"/> if they are whole and were measured under an equal key; else null, and they are to be measured again.</summary>
    public static CalibrationStatistics? TryLoad(string directory, CalibrationKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var (json, tensors) = (Path.Combine(directory, KeyFile), Path.Combine(directory, TensorFile));
        if (!File.Exists(json) || !File.Exists(tensors))
            return null;
        try
        {
            var document = FactorizationJson.Read(json, FactorizationJson.Default.CalibrationDocument);
            if (document.Key != key || document.Tensors != ContentHash.OfFile(tensors))
                return null;
            using var file = SafetensorsFile.Open(tensors);
            var layers = new Dictionary<string, LayerStatistics>(StringComparer.Ordinal);
            foreach (var (name, info) in file.Tensors.Where(t => t.Key.EndsWith(FisherSuffix, StringComparison.Ordinal)))
            {
                var fisher = new double[info.ElementCount];
                file.Read<double>(name, fisher);
                layers[name[..^FisherSuffix.Length]] = new LayerStatistics(fisher);
            }
            return new CalibrationStatistics(key, layers);
        }
        catch (Exception e) when (e is InputDataException or ArgumentException)
        {
            // A cache that cannot be read is a cache miss: what it held can be measured again.
            return null;
        }
    }
}

/// <summary><c>calibration.json</c>.</summary>
/// <param name="Key">What the statistics depend on.</param>
/// <param name="Tensors">Hash of <c>calibration.safetensors</c>.</param>
internal sealed record CalibrationDocument(CalibrationKey Key, string Tensors);
