using PureSvd.Factorization;
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
    private readonly Dictionary<(string Method, ulong Seed), ModelFactorization<float>> _factorizations = [];
    private readonly Dictionary<(string Method, ulong Seed, IReadOnlyList<double> Rates), SensitivityProfile> _profiles = [];

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
            var factorization = Factorization("svd", 0);
            factorization.DecomposeAll(_options.Parallelism, Report("singular values"), _cancellationToken);
            return new ModelFacts(
                Entry.Name, Entry.Family, Entry.TrainingSeed, Model.IsCausal, Model.LayerCount, Model.HiddenSize, Measured.IntermediateSize, Measured.HeadCount, Model.VocabularySize,
                Model.ParameterCount, factorization.Targets.Sum(t => t.Weights),
                [.. factorization.Targets.Select(t => new Spectrum(t.Layer, t.Kind, t.Outputs, t.Inputs, [.. factorization.Layer(t.Name).SingularValues]))]);
        });

    /// <summary>The model under a cell, and what became of its layers.</summary>
    internal CompressedModel<float> Compress(StudyCell cell)
    {
        var method = cell.IsDense ? "svd" : cell.Method;
        var factorization = Factorization(method, Seed(method, cell.Seed));
        try
        {
            var plan = cell.IsDense ? RankPlan.Dense(factorization.Targets) : Plan(cell, factorization);
            return factorization.Compress(plan, _options.Parallelism, Report("factorizing"), _cancellationToken);
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
            key.Add("sensitivity", SensitivityKey(cell.Method, cell.Seed, Rates(cell.Allocation)));
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

    /// <summary>The size of the model under a plan; bytes are counted as its checkpoint stores the weights.</summary>
    internal SizeResult SizeOf(RankPlan plan)
    {
        var size = plan.SizesOf(Model);
        using var checkpoint = Checkpoint.Open(Entry.Path);
        var weight = checkpoint.Tensors.Values.Where(t => t.Name.EndsWith($"{plan.Layers[0].Target.Name[(plan.Layers[0].Target.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]}.weight", StringComparison.Ordinal)).First();
        var bytes = checkpoint.Tensors.Values.Sum(t => t.ByteCount) - (plan.TargetWeights - plan.StoredWeights) * weight.DType.ByteSize();
        return new SizeResult(size.RemovedFromTargets, size.RemovedFromModel, bytes);
    }

    /// <summary>A key with what a cell is measured on.</summary>
    internal StageKey MeasuredKey(string kind) => _inputs.AddMeasured(Key(kind), _isCausal);

    internal StageKey Key(string kind) => new StageKey(kind, _options.ToolVersion)
        .Add("vectorBits", StudyEnvironment.VectorBits).Add("model", Hash);

    /// <summary>Progress of a part of the work, under its name.</summary>
    internal IProgress<CompressionProgress> Report(string stage) => new Relay<CompressionProgress>(p => _progress(stage, p.Done, p.Total));

    /// <summary>Progress of a part of the work, under its name.</summary>
    internal IProgress<ProgressReport> ReportItems(string stage) => new Relay<ProgressReport>(p => _progress(stage, p.Done, p.Total));

    private RankPlan Plan(StudyCell cell, ModelFactorization<float> factorization)
        => Allocations.Allocate(cell.Allocation, new AllocationRequest<float>
        {
            Factorization = factorization,
            Removed = cell.Removed,
            Loss = Allocations.NeedsLoss(cell.Allocation) ? SelectionLoss(cell.Seed) : null,
            Profile = cell.Allocation is "selective" or "strs" or "global" ? Profile(cell, factorization) : null,
            Seed = cell.Seed,
            Parallelism = _options.Parallelism,
        }, Report(cell.Allocation), _cancellationToken);

    private ModelFactorization<float> Factorization(string method, ulong seed)
    {
        if (_factorizations.TryGetValue((method, seed), out var known))
            return known;
        return _factorizations[(method, seed)] = new ModelFactorization<float>(Model, FactorizationMethods.ByName(method), _calibration.Of(method, seed));
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

    private SensitivityProfile Profile(StudyCell cell, ModelFactorization<float> factorization)
    {
        var rates = Rates(cell.Allocation);
        if (_profiles.TryGetValue((cell.Method, cell.Seed, rates), out var known))
            return known;
        var stage = _store.GetOrCompute(SensitivityKey(cell.Method, cell.Seed, rates), StageJson.Default.SensitivityStage, () =>
        {
            var profile = SensitivityProfile.Measure(factorization, SelectionLoss(cell.Seed), rates, Report("sensitivity"), _cancellationToken);
            return new SensitivityStage(profile.Baseline, [.. profile.Curves.Select(c => new LayerSensitivity(c.Target.Name, [.. c.Points.Select(p => p.Rank)], [.. c.Points.Select(p => p.Increase)]))]);
        });
        var targets = factorization.Targets.ToDictionary(t => t.Name);
        return _profiles[(cell.Method, cell.Seed, rates)] = new SensitivityProfile(stage.Baseline, [.. stage.Layers.Select(l => new LossCurve(targets[l.Name], [.. l.Ranks.Zip(l.Increases)]))]);
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

/// <summary>Hands progress on at once, on the thread that reports it.</summary>
internal sealed class Relay<T>(Action<T> action) : IProgress<T>
{
    public void Report(T value) => action(value);
}
