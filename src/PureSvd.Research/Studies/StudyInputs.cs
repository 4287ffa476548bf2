using PureSvd.Factorization;
using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>The data that all models of a study share, with their hashes.</summary>
internal sealed class StudyInputs
{
    private readonly StudyConfig _config;
    private readonly Lazy<NliCorpus> _train;
    private readonly Lazy<NliCorpus> _dev;

    internal StudyInputs(StudyConfig config)
    {
        _config = config;
        Test = NliFile.Read(config.Nli.Test);
        TestHash = ContentHash.OfFile(config.Nli.Test);
        TrainHash = HashOf(config.Nli.Train);
        DevHash = config.Nli.Dev.Length > 0 ? HashOf(config.Nli.Dev) : TrainHash;
        Tasks = ReadTasks(config.Probing);
        TaskFiles = [.. Tasks.Select(t => File.Exists(config.Probing.Directory) ? config.Probing.Directory : Path.Combine(config.Probing.Directory, t.Name + ".txt"))];
        TasksHash = ContentHash.OfText(string.Concat(TaskFiles.Select(f => $"{Path.GetFileName(f)} {ContentHash.OfFile(f)}\n")));
        _train = new Lazy<NliCorpus>(ReadTrain);
        _dev = new Lazy<NliCorpus>(() => config.Nli.Dev.Length > 0 ? NliFile.Read(config.Nli.Dev) : Train);
        Sample = [.. Test.Select(e => e.Premise).Distinct().Take(config.Similarity.Sentences)];
    }

    internal NliCorpus Test { get; }

    internal string TestHash { get; }

    /// <summary>Read at first use: only weighted and measured compression needs it.</summary>
    internal NliCorpus Train => _train.Value;

    internal string TrainHash { get; }

    /// <summary>What trial truncations are scored on; read at first use.</summary>
    internal NliCorpus Dev => _dev.Value;

    internal string DevHash { get; }

    internal IReadOnlyList<ProbingTask> Tasks { get; }

    internal IReadOnlyList<string> TaskFiles { get; }

    internal string TasksHash { get; }

    /// <summary>The sentences whose hidden states are compared with the dense model's.</summary>
    internal IReadOnlyList<string> Sample { get; }

    private static string HashOf(string file) => file.Length > 0 && File.Exists(file) ? ContentHash.OfFile(file) : "";

    private NliCorpus ReadTrain()
        => _config.Nli.Train.Length > 0
            ? NliFile.Read(_config.Nli.Train)
            : throw new InputDataException(_config.Nli.Test, "the study has no training pairs, and its methods or allocations need some.", "nli.train", "Name a file of training pairs as nli.train in study.json.");

    private static IReadOnlyList<ProbingTask> ReadTasks(ProbingSettings probing) => probing switch
    {
        { Directory.Length: 0 } => [],
        { Tasks.Count: 0 } => SentEvalFile.ReadDirectory(probing.Directory),
        _ => [.. probing.Tasks.Select(t => SentEvalFile.Read(Path.Combine(probing.Directory, t + ".txt")))],
    };
}
