using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Factorization;

/// <summary>The statistics of every target linear, with what they depend on: one form for every architecture.</summary>
/// <param name="Key">What they depend on.</param>
/// <param name="Layers">By layer name.</param>
public sealed record CalibrationStatistics(CalibrationKey Key, IReadOnlyDictionary<string, LayerStatistics> Layers) : CalibrationSource(Key)
{
    private const string TensorFile = "calibration.safetensors";
    private const string KeyFile = "calibration.json";

    /// <summary>Writes <c>calibration.safetensors</c> (float64), then <c>calibration.json</c>, which holds the key and the tensors' hash: a pair that does not belong together is never used.</summary>
    /// <remarks>Sums over inputs are written once, under the first layer that reads them.</remarks>
    /// <exception cref="InputDataException">The folder cannot be written.</exception>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var path = Path.Combine(directory, TensorFile);
        var tensors = new List<(TensorSpec Spec, MatrixView<double> Values)>();
        var owners = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var written = new Dictionary<InputStatistics, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, layer) in Layers.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            if (layer.InputFisher is { } fisher)
                AddVector(name + Suffix.Fisher, [.. fisher]);
            if (layer.ElementFisher is { } elements)
                Add(name + Suffix.ElementFisher, elements);
            if (layer.Kronecker is { } kronecker)
            {
                Add(name + Suffix.KroneckerInputs, kronecker.Inputs);
                Add(name + Suffix.KroneckerOutputs, kronecker.Outputs);
            }
            if (layer.Inputs is not { } inputs)
                continue;
            if (written.TryAdd(inputs, name))
            {
                Add(name + Suffix.SecondMoment, inputs.SecondMoment);
                AddVector(name + Suffix.AbsoluteSum, inputs.AbsoluteSum);
                AddVector(name + Suffix.AbsoluteMax, inputs.AbsoluteMax);
                Add(name + Suffix.GroupSums, inputs.GroupSums);
                AddVector(name + Suffix.GroupTokens, Array.ConvertAll(inputs.GroupTokens, t => (double)t));
            }
            owners[name] = written[inputs];
        }
        SafetensorsWriter.Write<double>(path, tensors);
        AtomicFile.WriteAllBytes(Path.Combine(directory, KeyFile), FactorizationJson.Format(new CalibrationDocument(Key, ContentHash.OfFile(path), owners), FactorizationJson.Default.CalibrationDocument));

        void Add(string name, Matrix<double> values) => tensors.Add((new TensorSpec(name, TensorDType.F64, values.Rows, values.Columns), values.View));
        void AddVector(string name, double[] values) => tensors.Add((new TensorSpec(name, TensorDType.F64, values.Length), Matrix<double>.Create(1, values.Length, (_, j) => values[j]).View));
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
            return new CalibrationStatistics(key, new Reader(file).Layers(document.Inputs ?? new Dictionary<string, string>()));
        }
        catch (Exception e) when (e is InputDataException or ArgumentException)
        {
            // A cache that cannot be read is a cache miss: what it held can be measured again.
            return null;
        }
    }

    internal override bool Has(StatisticsKinds kinds, string name) => Layers.GetValueOrDefault(name)?.Kinds.HasFlag(kinds) == true;

    internal override IEnumerable<IReadOnlyDictionary<string, LayerStatistics>> Read(
        IReadOnlySet<string> layers, string scratch, Parallelism parallelism, IProgress<CompressionProgress>? progress, CancellationToken cancellationToken) => [Layers];

    private static class Suffix
    {
        internal const string Fisher = ".fisher";
        internal const string ElementFisher = ".element_fisher";
        internal const string KroneckerInputs = ".kronecker_inputs";
        internal const string KroneckerOutputs = ".kronecker_outputs";
        internal const string SecondMoment = ".second_moment";
        internal const string AbsoluteSum = ".absolute_sum";
        internal const string AbsoluteMax = ".absolute_max";
        internal const string GroupSums = ".group_sums";
        internal const string GroupTokens = ".group_tokens";
    }

    private sealed class Reader(SafetensorsFile file)
    {
        private readonly Dictionary<string, InputStatistics> _inputs = new(StringComparer.Ordinal);

        internal Dictionary<string, LayerStatistics> Layers(IReadOnlyDictionary<string, string> owners)
        {
            var names = file.Tensors.Keys.Select(t => t[..t.LastIndexOf('.')]).Concat(owners.Keys).Distinct(StringComparer.Ordinal);
            return names.ToDictionary(name => name, name => new LayerStatistics(file.Tensors.ContainsKey(name + Suffix.Fisher) ? Vector(name + Suffix.Fisher) : null)
            {
                ElementFisher = file.Tensors.ContainsKey(name + Suffix.ElementFisher) ? Matrix(name + Suffix.ElementFisher) : null,
                Kronecker = file.Tensors.ContainsKey(name + Suffix.KroneckerInputs) ? new KroneckerFisher(Matrix(name + Suffix.KroneckerInputs), Matrix(name + Suffix.KroneckerOutputs)) : null,
                Inputs = owners.TryGetValue(name, out var owner) ? Inputs(owner) : null,
            }, StringComparer.Ordinal);
        }

        private InputStatistics Inputs(string owner)
        {
            if (_inputs.TryGetValue(owner, out var known))
                return known;
            var tokens = Array.ConvertAll(Vector(owner + Suffix.GroupTokens), t => (long)t);
            return _inputs[owner] = new InputStatistics(
                tokens.Sum(), Matrix(owner + Suffix.SecondMoment), Vector(owner + Suffix.AbsoluteSum), Vector(owner + Suffix.AbsoluteMax), Matrix(owner + Suffix.GroupSums), tokens);
        }

        private double[] Vector(string name)
        {
            var values = new double[file.Info(name).ElementCount];
            file.Read<double>(name, values);
            return values;
        }

        private Matrix<double> Matrix(string name)
        {
            var shape = file.Info(name).Shape;
            var matrix = new Matrix<double>((int)shape[0], (int)shape[1]);
            file.Read(name, matrix.Span);
            return matrix;
        }
    }
}

/// <summary><c>calibration.json</c>.</summary>
/// <param name="Key">What the statistics depend on.</param>
/// <param name="Tensors">Hash of <c>calibration.safetensors</c>.</param>
/// <param name="Inputs">The layer under which the sums over a layer's inputs are written.</param>
internal sealed record CalibrationDocument(CalibrationKey Key, string Tensors, IReadOnlyDictionary<string, string>? Inputs = null);
