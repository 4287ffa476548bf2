using System.Text;
using PureSvd.LinearAlgebra;
using PureSvd.Models;
using PureSvd.Research.Studies;

namespace PureSvd.Research.Tests.Studies;

/// <summary>A study that runs in a few seconds: two small random encoders and a decoder on sentences of a toy grammar.</summary>
internal sealed class TinyStudy : IDisposable
{
    private static readonly string[] Nouns = ["dog", "cat", "bird", "fish", "horse", "cow"];
    private static readonly string[] Verbs = ["sees", "saw", "likes", "liked", "follows", "followed"];

    internal TinyStudy()
    {
        Folder = Directory.CreateTempSubdirectory("puresvd-study-").FullName;
        for (var seed = 1UL; seed <= 2; seed++)
        {
            var model = Path.Combine(Folder, $"tiny-{seed}");
            BertModel<float>.CreateRandom(
                new BertConfig { VocabularySize = 18, HiddenSize = 16, LayerCount = 2, HeadCount = 2, IntermediateSize = 32, MaxPositions = 24, Labels = ["entailment", "neutral", "contradiction"] }, seed).Save(model);
            File.WriteAllText(Path.Combine(model, "vocab.txt"), string.Join('\n', ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", .. Nouns, .. Verbs]) + "\n");
        }
        var decoder = Path.Combine(Folder, "tiny-decoder");
        string[] words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", .. Nouns, .. Verbs, "question", "true", "false", "neither", "or", "answer", ":", ",", "?", "."];
        LlamaModel<float>.CreateRandom(new LlamaConfig
        {
            VocabularySize = words.Length,
            HiddenSize = 16,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 2,
            IntermediateSize = 24,
            MaxPositions = 48,
            InitializerRange = 0.3,
            TieWordEmbeddings = true,
        }, 3).Save(decoder);
        File.WriteAllText(Path.Combine(decoder, "vocab.txt"), string.Join('\n', words) + "\n");
        var random = new SeededRandom(9);
        File.WriteAllText(Path.Combine(Folder, "text.txt"), string.Join('\n', Enumerable.Range(0, 60).Select(_ => string.Join(" . ", Enumerable.Range(0, 4).Select(_ => Sentence(random))))) + "\n");
        WritePairs("test.tsv", 90, 1);
        WritePairs("train.tsv", 60, 2);
        var probing = Directory.CreateDirectory(Path.Combine(Folder, "probing")).FullName;
        WriteTask(Path.Combine(probing, "past_present.txt"), w => w[2].EndsWith('s') ? "PRES" : "PAST");
        WriteTask(Path.Combine(probing, "tree_depth.txt"), w => w[1].Length > 3 ? "6" : "5");
        ConfigFile = Path.Combine(Folder, "study.json");
        File.WriteAllText(ConfigFile, """
            {
              "study": "tiny",
              "models": [ { "path": "tiny-1", "family": "tiny", "trainingSeed": 1 }, { "path": "tiny-2", "family": "tiny", "trainingSeed": 2 }, { "path": "tiny-decoder" } ],
              "grid": [ { "methods": ["svd", "fwsvd"], "allocations": ["uniform", "selective"], "removed": [0.3, 0.6] } ],
              "nli": { "test": "test.tsv", "train": "train.tsv", "dev": "test.tsv" },
              "text": { "test": { "file": "text.txt", "separator": "\n", "take": 12 } },
              "probing": { "directory": "probing", "probeSeeds": 2, "vectors": ["mean", "cls", "last"] },
              "calibration": { "examples": 20 },
              "selection": { "examples": 12, "rates": [0.5, 0.9] },
              "similarity": { "sentences": 20 },
              "timing": { "examples": 4, "repeats": 1 },
              "statistics": { "resamples": 200 }
            }
            """);
        Config = StudyConfigReader.Read(ConfigFile);
    }

    internal string Folder { get; }

    internal string ConfigFile { get; }

    internal StudyConfig Config { get; }

    internal string Out(string name) => Path.Combine(Folder, name);

    /// <summary>Runs the study into a folder of its own, and returns <c>results.csv</c> without its timings.</summary>
    internal string Run(string name, int threads = 2, IProgress<StudyProgress>? progress = null, bool force = false, Action<string>? warning = null, StudyConfig? config = null, CancellationToken cancellationToken = default)
    {
        var options = new StudyRunOptions { Directory = Out(name), Parallelism = new Parallelism(threads), Force = force, Warning = warning };
        StudyFiles.Write(Out(name), StudySummary.Of(StudyRunner.Run(config ?? Config, options, progress, cancellationToken)));
        return WithoutTimings(File.ReadAllText(Path.Combine(Out(name), "results.csv")));
    }

    internal static string WithoutTimings(string csv)
    {
        var lines = csv.TrimEnd('\n').Split('\n').Select(l => l.Split(',')).ToList();
        var kept = Enumerable.Range(0, lines[0].Length).Where(c => !ResultsCsv.TimingColumns.Contains(lines[0][c])).ToList();
        return string.Join('\n', lines.Select(l => string.Join(',', kept.Select(c => l[c]))));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WritePairs(string name, int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        string[] labels = ["entailment", "neutral", "contradiction"];
        string[] phenomena = ["passive", "negation"];
        var text = new StringBuilder("premise\thypothesis\tlabel\tphenomenon\n");
        for (var i = 0; i < count; i++)
            text.Append(Sentence(random)).Append('\t').Append(Sentence(random)).Append('\t').Append(labels[i % 3]).Append('\t').Append(phenomena[i % 2]).Append('\n');
        File.WriteAllText(Path.Combine(Folder, name), text.ToString());
    }

    private static void WriteTask(string file, Func<string[], string> label)
    {
        var random = new SeededRandom(3);
        var text = new StringBuilder();
        foreach (var (part, count) in new[] { ("tr", 60), ("va", 30), ("te", 30) })
            for (var i = 0; i < count; i++)
            {
                var sentence = Sentence(random);
                text.Append(part).Append('\t').Append(label(sentence.Split(' '))).Append('\t').Append(sentence).Append('\n');
            }
        File.WriteAllText(file, text.ToString());
    }

    private static string Sentence(SeededRandom random) => $"the {Nouns[random.Next(Nouns.Length)]} {Verbs[random.Next(Verbs.Length)]} the {Nouns[random.Next(Nouns.Length)]}";
}
