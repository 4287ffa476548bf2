using System.Diagnostics;
using PureSvd.Factorization;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Probing;
using PureSvd.Storage;
using PureSvd.Tokenization;

namespace PureSvd.Research.Studies;

/// <summary>One model at work: loaded at first use, and everything that its cells share (calibration, sensitivity, decompositions, dense hidden states).</summary>
internal sealed class StudyModelContext
{
    private static readonly string[] TokenizerNames = ["tokenizer.json", "tokenizer.model", "vocab.txt", "tokenizer_config.json"];

    private readonly StudyConfig _config;
    private readonly StudyInputs _inputs;
    private readonly StageStore _store;
    private readonly StudyRunOptions _options;
    private readonly Action<string, long, long> _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly Lazy<MeasuredModel> _measured;
    private readonly bool _isCausal;
    private readonly StudyCalibration _calibration;
    private readonly Lazy<SentenceEncodings> _denseSample;
    private readonly Dictionary<(string Method, ulong Seed), (ModelFactorization<float> Layers, double Seconds)> _factorizations = [];
    private readonly Dictionary<(string Method, ulong Seed, IReadOnlyList<double> Rates), (SensitivityProfile Curves, double Seconds)> _profiles = [];

    internal StudyModelContext(StudyModel entry, StudyConfig config, StudyInputs inputs, StageStore store, StudyRunOptions options, Action<string, long, long> progress, CancellationToken cancellationToken)
    {
        (Entry, _config, _inputs, _store, _options, _progress, _cancellationToken) = (entry, config, inputs, store, options, progress, cancellationToken);
        if (!Directory.Exists(entry.Path))
            throw new InputDataException(entry.Path, "there is no such model directory.", remedy: "Correct the path in study.json.");
        Files = [.. Directory.GetFiles(entry.Path).Where(IsPartOfModel).Order(StringComparer.Ordinal)];
        Hash = ContentHash.OfFiles(Files);
        TokenizerHash = ContentHash.OfFiles(Files.Where(f => TokenizerNames.Contains(Path.GetFileName(f))));
        _isCausal = CheckpointLayout.Read(entry.Path).IsCausal;
        // Fisher information is of weights in float32, and times compare factors with weights of the same type.
        _measured = new Lazy<MeasuredModel>(() => Load(entry.Path));
        _calibration = new StudyCalibration(this, config, inputs, store, options, _isCausal, cancellationToken);
        _denseSample = new Lazy<SentenceEncodings>(() => EncodeSample(Model));
    }

    internal StudyModel Entry { get; }

    /// <summary>The files that its results depend on.</summary>
    internal IReadOnlyList<string> Files { get; }

    internal string Hash { get; }

    internal string TokenizerHash { get; }

    /// <summary>The dense model.</summary>
    internal MeasuredModel Measured => _measured.Value;

    internal TransformerModel<float> Model => Measured.Model;

    internal ITokenizer Tokenizer => Measured.Tokenizer;

    /// <summary>Sizes and spectra.</summary>
    internal ModelFacts Facts() => _store.GetOrCompute(
        Key("model").Add("name", Entry.Name).Add("family", Entry.Family).Add("trainingSeed", Entry.TrainingSeed?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""),
        StageJson.Default.ModelFacts,
        () =>
        {
            var factorization = Factorization("svd", 0).Layers;
            return new ModelFacts(
                Entry.Name, Entry.Family, Entry.TrainingSeed, Model.IsCausal, Model.LayerCount, Model.HiddenSize, Measured.IntermediateSize, Measured.HeadCount, Model.VocabularySize,
                Model.ParameterCount, factorization.Targets.Sum(t => t.Weights),
                [.. factorization.Targets.Select(t => new Spectrum(t.Layer, t.Kind, t.Outputs, t.Inputs, [.. factorization.Layer(t.Name).SingularValues]))]);
        });

    /// <summary>The model under a cell, and what became of its layers.</summary>
    internal CellModel Compress(StudyCell cell)
    {
        try
        {
            var scheme = cell.Scheme;
            var (factored, seconds) = scheme.Method is null
                ? (new CompressedModel<float>(Model, RankPlan.Dense(TargetShape.Of(Model)), cell.Method, new Dictionary<string, TruncationReport>()), 0)
                : Factorize(cell);
            return scheme.Encoder is { } encoder ? Encode(factored.Model, encoder, cell, seconds) : Sized(factored, seconds);
        }
        catch (ArgumentException e)
        {
            throw new InputDataException(Entry.Path, $"{cell}: {e.Message}", remedy: "Take it out of the grid of study.json.", inner: e);
        }
    }

    /// <summary>What a cell's model depends on, beside the model itself.</summary>
    internal StageKey CompressionKey(StudyCell cell)
    {
        var key = Key("compression").Add("method", cell.Method).Add("allocation", cell.Allocation).Add("removed", cell.Removed);
        if (cell.IsDense)
            return key;
        if (StudyCalibration.Samples(cell.Method))
            key.Add("statistics", _calibration.Key(cell.Method, cell.Seed));
        if (Allocations.NeedsLoss(cell.Allocation))
            key.Add("sensitivity", SensitivityKey(cell.Scheme.Method!.Name, cell.Seed, Rates(cell.Allocation)));
        return key;
    }

    /// <summary>CKA of the sample's hidden states with the dense model's, by hidden state.</summary>
    internal IReadOnlyList<double> Cka(TransformerModel<float> model)
    {
        if (ReferenceEquals(model, Model))
            return [.. _denseSample.Value.Layers.Select(_ => 1.0)];
        var own = EncodeSample(model);
        return [.. own.Layers.Select(layer => LinearCka.Compute(_denseSample.Value.Vectors(SentenceVector.Mean, layer), own.Vectors(SentenceVector.Mean, layer), _options.Parallelism))];
    }

    /// <summary>The factored model, and the seconds that this takes when nothing is there yet: what other cells use as well counts for each.</summary>
    private (CompressedModel<float> Model, double Seconds) Factorize(StudyCell cell)
    {
        var method = cell.Scheme.Method!.Name;
        var (factorization, seconds) = Factorization(method, Seed(method, cell.Seed));
        seconds += _calibration.Seconds(method, cell.Seed);
        SensitivityProfile? profile = null;
        if (cell.Allocation is "selective" or "strs" or "global")
        {
            (profile, var searched) = Profile(cell, factorization);
            seconds += searched;
        }
        var watch = Stopwatch.StartNew();
        var compressed = factorization.Compress(Plan(cell, factorization, profile), _options.Parallelism, Report("factorizing"), _cancellationToken);
        return (compressed, seconds + watch.Elapsed.TotalSeconds);
    }

    /// <summary>A factored model with its size; bytes are counted as its checkpoint stores the weights, biases that a method adds included.</summary>
    private CellModel Sized(CompressedModel<float> compressed, double seconds)
    {
        var size = compressed.Plan.SizesOf(Model);
        var (bytes, type) = Stored();
        return new CellModel(
            compressed.Model, new SizeResult(size.RemovedFromTargets, size.RemovedFromModel, bytes - (Model.ParameterCount - compressed.Model.ParameterCount) * type.ByteSize()),
            [.. compressed.Plan.Layers.Select(l => new LayerResult(
                l.Target.Name, l.Target.Layer, l.Target.Kind, l.Storage == LayerStorage.Dense ? 0 : l.Rank, compressed.Reports.TryGetValue(l.Target.Name, out var report) ? report.FrobeniusResidual : 0))], seconds);
    }

    /// <summary>Dense weights or factors in fewer bytes each; what is removed is counted in bytes, index and scales included.</summary>
    private CellModel Encode(TransformerModel<float> model, WeightEncoder encoder, StudyCell cell, double seconds)
    {
        var (bytes, type) = Stored();
        var (statistics, measuring) = encoder.Needs == StatisticsKinds.None ? (null, 0) : (_calibration.Of(encoder.Name, cell.Seed), _calibration.Seconds(encoder.Name, cell.Seed));
        var watch = Stopwatch.StartNew();
        var encoded = EncodedModel<float>.Of(model, encoder, type, cell.Removed, statistics, _cancellationToken);
        seconds += measuring + watch.Elapsed.TotalSeconds;
        // Biases are not encoded; those that a method adds are stored beside.
        var biases = encoded.Model.TargetLinears.Sum(t => (long)(t.Linear.Bias?.Value.Columns ?? 0)) - Model.TargetLinears.Sum(t => (long)(t.Linear.Bias?.Value.Columns ?? 0));
        var stored = bytes - encoded.BytesBefore + encoded.Bytes + biases * type.ByteSize();
        return new CellModel(
            encoded.Model, new SizeResult(1 - (double)encoded.Bytes / encoded.BytesBefore, 1 - (double)stored / bytes, stored),
            [.. Model.TargetLinears.Zip(encoded.Model.TargetLinears, (dense, own) => new LayerResult(
                own.Name, own.Layer, own.Kind, own.Linear is LowRankLinear<float> low ? low.Rank : 0, RelativeError(dense.Linear.ToDense(), own.Linear.ToDense())))],
            seconds);
    }

    /// <summary>The bytes of the checkpoint's tensors, and the element type of its target linears.</summary>
    private (long Bytes, TensorDType Type) Stored()
    {
        using var checkpoint = Checkpoint.Open(Entry.Path);
        var name = Model.TargetLinears[0].Name;
        // A bare encoder's names have no prefix.
        var suffix = $"{name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]}.weight";
        return (checkpoint.Tensors.Values.Sum(t => t.ByteCount), checkpoint.Tensors.Values.First(t => t.Name.EndsWith(suffix, StringComparison.Ordinal)).DType);
    }

    private static double RelativeError(MatrixView<float> dense, MatrixView<float> own)
    {
        var (error, norm) = (0.0, 0.0);
        for (var i = 0; i < dense.Rows; i++)
            for (var j = 0; j < dense.Columns; j++)
            {
                var difference = (double)dense[i, j] - own[i, j];
                error += difference * difference;
                norm += (double)dense[i, j] * dense[i, j];
            }
        return norm > 0 ? Math.Sqrt(error / norm) : 0;
    }

    /// <summary>A key with what a cell is measured on.</summary>
    internal StageKey MeasuredKey(string kind) => _inputs.AddMeasured(Key(kind), _isCausal);

    internal StageKey Key(string kind) => new StageKey(kind, _options.ToolVersion)
        .Add("vectorBits", StudyEnvironment.VectorBits).Add("model", Hash);

    /// <summary>Progress of a part of the work, under its name.</summary>
    internal IProgress<CompressionProgress> Report(string stage) => new Relay<CompressionProgress>(p => _progress(stage, p.Done, p.Total));

    /// <summary>Progress of a part of the work, under its name.</summary>
    internal IProgress<ProgressReport> ReportItems(string stage) => new Relay<ProgressReport>(p => _progress(stage, p.Done, p.Total));

    private RankPlan Plan(StudyCell cell, ModelFactorization<float> factorization, SensitivityProfile? profile)
        => Allocations.Allocate(cell.Allocation, new AllocationRequest<float>
        {
            Factorization = factorization,
            Removed = cell.Removed,
            Loss = Allocations.NeedsLoss(cell.Allocation) ? SelectionLoss(cell.Seed) : null,
            Profile = profile,
            Seed = cell.Seed,
            Parallelism = _options.Parallelism,
        }, Report(cell.Allocation), _cancellationToken);

    private (ModelFactorization<float> Layers, double Seconds) Factorization(string method, ulong seed)
    {
        if (_factorizations.TryGetValue((method, seed), out var known))
            return known;
        var factorization = new ModelFactorization<float>(Model, FactorizationMethods.ByName(method), _calibration.Of(method, seed));
        var watch = Stopwatch.StartNew();
        // Layers that share a basis are not decomposed one by one.
        if (factorization.Method is not SharedBasisSvd)
            factorization.DecomposeAll(_options.Parallelism, Report("decomposing"), _cancellationToken);
        return _factorizations[(method, seed)] = (factorization, watch.Elapsed.TotalSeconds);
    }

    /// <summary>A method without calibration is the same for every seed.</summary>
    private static ulong Seed(string method, ulong seed) => StudyCalibration.Samples(method) ? seed : 0;

    /// <summary>The rates at which single layers are tried: ASVD's search has its own.</summary>
    private IReadOnlyList<double> Rates(string allocation) => allocation == "strs" ? TruncationSensitivitySearch.Rates : _config.Selection.Rates;

    private StageKey SensitivityKey(string method, ulong seed, IReadOnlyList<double> rates)
    {
        var key = _inputs.AddReading(Key("sensitivity"), _isCausal).Add("method", method).Add("dev", _inputs.DevHash).Add("examples", _config.Selection.Examples)
            .Add("rates", rates.Select(r => Number.Text(r))).Add("seed", seed);
        return StudyCalibration.Samples(method) ? key.Add("statistics", _calibration.Key(method, seed)) : key;
    }

    private Func<TransformerModel<float>, double> SelectionLoss(ulong seed)
    {
        var sample = _inputs.SelectionSample(Measured, seed);
        return m => sample.MeanLoss(m, _options.Parallelism, _cancellationToken);
    }

    private (SensitivityProfile Curves, double Seconds) Profile(StudyCell cell, ModelFactorization<float> factorization)
    {
        var rates = Rates(cell.Allocation);
        var method = factorization.Method.Name;
        if (_profiles.TryGetValue((method, cell.Seed, rates), out var known))
            return known;
        var stage = _store.GetOrCompute(SensitivityKey(method, cell.Seed, rates), StageJson.Default.SensitivityStage, () =>
        {
            var watch = Stopwatch.StartNew();
            var profile = SensitivityProfile.Measure(factorization, SelectionLoss(cell.Seed), rates, Report("sensitivity"), _cancellationToken);
            return new SensitivityStage(profile.Baseline, [.. profile.Curves.Select(c => new LayerSensitivity(c.Target.Name, [.. c.Points.Select(p => p.Rank)], [.. c.Points.Select(p => p.Increase)]))], watch.Elapsed.TotalSeconds);
        });
        var targets = factorization.Targets.ToDictionary(t => t.Name);
        return _profiles[(method, cell.Seed, rates)] = (new SensitivityProfile(stage.Baseline, [.. stage.Layers.Select(l => new LossCurve(targets[l.Name], [.. l.Ranks.Zip(l.Increases)]))]), stage.Seconds);
    }

    private MeasuredModel Load(string path)
    {
        var measured = MeasuredModel.Of(TransformerModel<float>.Load(path, WeightStorage.Copied), TokenizerFiles.Load(path), _inputs.Task);
        if (_inputs.Test is not null && measured.Labels.Count == 0)
            throw new InputDataException(path, "has no classifier, so it answers no inference questions.", remedy: "Fine-tune it first (puresvd train).");
        if (_inputs.Test is null && !measured.Model.IsCausal)
            throw new InputDataException(path, "is an encoder, and this study measures text alone.", remedy: "Name test pairs as nli.test.");
        return measured;
    }

    private SentenceEncodings EncodeSample(TransformerModel<float> model)
        => SentenceEncoder.Encode(model, Tokenizer, _inputs.Sentences, null, [SentenceVector.Mean], _options.Parallelism, ReportItems("hidden states"), _cancellationToken);

    private static bool IsPartOfModel(string file)
    {
        var name = Path.GetFileName(file);
        return name == "config.json" || name == "puresvd.json" || TokenizerNames.Contains(name) || name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal);
    }
}

/// <summary>What became of a model in one cell.</summary>
/// <param name="Model">The compressed model; the dense one itself in its own cell.</param>
/// <param name="Size">Its size.</param>
/// <param name="Layers">Its target linears.</param>
/// <param name="Seconds">What the compression took, from measuring statistics to the last factor.</param>
internal sealed record CellModel(TransformerModel<float> Model, SizeResult Size, IReadOnlyList<LayerResult> Layers, double Seconds);

/// <summary>Hands progress on at once, on the thread that reports it.</summary>
internal sealed class Relay<T>(Action<T> action) : IProgress<T>
{
    public void Report(T value) => action(value);
}
