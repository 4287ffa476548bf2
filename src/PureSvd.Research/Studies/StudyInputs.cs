using PureSvd.Factorization;
using PureSvd.LinearAlgebra;
using PureSvd.Research.Corpora;
using PureSvd.Research.Evaluation;
using PureSvd.Research.Training;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>The data that all models of a study share, with their hashes.</summary>
internal sealed class StudyInputs
{
    private readonly StudyConfig _config;
    private readonly Lazy<NliCorpus> _train;
    private readonly Lazy<NliCorpus> _dev;
    private readonly string _taskHash;
    private readonly string _textHash;

    internal StudyInputs(StudyConfig config)
    {
        _config = config;
        var (nli, text) = (config.Nli, config.Text);
        Test = nli.Test.Length > 0 ? NliFile.Read(nli.Test) : null;
        Task = LikelihoodTask.Find(nli.Task);
        _taskHash = ContentHash.OfText($"{Task.Context}\0{Task.Delimiter}\0{string.Join('\0', Task.Choices.Select(c => $"{c.Text}\0{string.Join('\0', c.Labels)}"))}");
        Text = text.Test?.Read() ?? [];
        _textHash = HashOf(text.Test);
        // Without pairs, compression learns from text.
        TrainHash = Test is not null ? HashOf(nli.Train) : HashOf(text.Train);
        DevHash = Test is not null ? (nli.Dev.Length > 0 ? HashOf(nli.Dev) : TrainHash) : text.Dev is not null ? HashOf(text.Dev) : TrainHash;
        Tasks = ReadTasks(config.Probing);
        TaskFiles = [.. Tasks.Select(t => File.Exists(config.Probing.Directory) ? config.Probing.Directory : Path.Combine(config.Probing.Directory, t.Name + ".txt"))];
        TasksHash = ContentHash.OfText(string.Concat(TaskFiles.Select(f => $"{Path.GetFileName(f)} {ContentHash.OfFile(f)}\n")));
        _train = new Lazy<NliCorpus>(() => NliFile.Read(Required(nli.Train, "pairs", "nli.train")));
        _dev = new Lazy<NliCorpus>(() => nli.Dev.Length > 0 ? NliFile.Read(nli.Dev) : _train.Value);
        Sentences = [.. (Test?.Select(e => e.Premise) ?? Text).Distinct().Take(config.Similarity.Sentences)];
    }

    /// <summary>The inference test; null in a study of text alone.</summary>
    internal NliCorpus? Test { get; }

    /// <summary>How decoders are asked.</summary>
    internal LikelihoodTask Task { get; }

    /// <summary>The documents that decoders foresee; empty where only pairs are scored.</summary>
    internal IReadOnlyList<string> Text { get; }

    /// <summary>What weighted compression depends on.</summary>
    internal string TrainHash { get; }

    /// <summary>What measured compression depends on.</summary>
    internal string DevHash { get; }

    internal IReadOnlyList<ProbingTask> Tasks { get; }

    internal IReadOnlyList<string> TaskFiles { get; }

    internal string TasksHash { get; }

    /// <summary>The sentences whose hidden states are compared with the dense model's.</summary>
    internal IReadOnlyList<string> Sentences { get; }

    /// <summary>The files that were read, with what they are.</summary>
    internal IEnumerable<(string Path, string Name)> Files =>
    [
        (_config.Nli.Test, "nli test"), (_config.Nli.Train, "nli train"), (_config.Nli.Dev, "nli dev"),
        (_config.Text.Test?.File ?? "", "text test"), (_config.Text.Train?.File ?? "", "text train"), (_config.Text.Dev?.File ?? "", "text dev"),
        .. TaskFiles.Select(f => (f, "probing")),
    ];

    /// <summary>Adds the data that a cell is measured on; a decoder's answers depend on more than an encoder's.</summary>
    internal StageKey AddMeasured(StageKey key, bool isCausal)
    {
        key.Add("test", Test is null ? "" : ContentHash.OfFile(Test.File));
        return isCausal ? AddReading(key, true).Add("text", _textHash) : key;
    }

    /// <summary>Adds how a model reads what it learns from.</summary>
    internal StageKey AddReading(StageKey key, bool isCausal)
        => isCausal ? key.Add("task", _taskHash).Add("window", _config.Text.Window is { } window ? Number.Text(window) : "") : key;

    /// <summary>What weighted methods learn from.</summary>
    internal LossSample CalibrationSample(MeasuredModel model, ulong seed) => Test is not null
        ? model.Sample(_train.Value, _config.Calibration.Examples, seed)
        : TextSample(model, _config.Text.Train, _config.Calibration.Examples, seed);

    /// <summary>What trial truncations are compared on.</summary>
    /// <remarks>The same stream of the seed as the calibration's would score a trial on what the method was weighted by.</remarks>
    internal LossSample SelectionSample(MeasuredModel model, ulong seed)
    {
        var own = SeededRandom.ForStream(seed, 1).NextUInt64();
        return Test is not null
            ? model.Sample(_dev.Value, _config.Selection.Examples, own)
            : TextSample(model, _config.Text.Dev ?? _config.Text.Train, _config.Selection.Examples, own);
    }

    /// <summary>What models are trained on after compression: as many examples as there are, or <paramref name="count"/> of them.</summary>
    internal TrainingTask Lessons(MeasuredModel model, int count, ulong seed) => Test is not null
        ? model.Lessons(_train.Value, count, seed)
        : OfText(_config.Text.Train, text => model.Lessons(text, _config.Text.Window, count, seed));

    private LossSample TextSample(MeasuredModel model, Documents? documents, int count, ulong seed)
        => OfText(documents, text => model.Sample(text, _config.Text.Window, count, seed));

    private TSample OfText<TSample>(Documents? documents, Func<IReadOnlyList<string>, TSample> sample)
    {
        var file = Required(documents?.File ?? "", "text", "text.train");
        try
        {
            return sample(documents!.Read());
        }
        catch (ArgumentException e)
        {
            throw new InputDataException(file, e.Message, inner: e);
        }
    }

    private string Required(string file, string what, string key) => file.Length > 0
        ? file
        : throw new InputDataException(_config.Nli.Test.Length > 0 ? _config.Nli.Test : _config.Text.Test!.File, $"the study has no training {what}, and its methods or allocations need some.", key, $"Name a file as {key} in study.json.");

    private static string HashOf(string file) => file.Length > 0 && File.Exists(file) ? ContentHash.OfFile(file) : "";

    private static string HashOf(Documents? documents)
        => documents is null ? "" : $"{HashOf(documents.File)} {Number.Text(documents.Skip)} {Number.Text(documents.Take)} {documents.Separator}";

    private static IReadOnlyList<ProbingTask> ReadTasks(ProbingSettings probing) => probing switch
    {
        { Directory.Length: 0 } => [],
        { Tasks.Count: 0 } => SentEvalFile.ReadDirectory(probing.Directory),
        _ => [.. probing.Tasks.Select(t => SentEvalFile.Read(Path.Combine(probing.Directory, t + ".txt")))],
    };
}
