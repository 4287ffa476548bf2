using System.Text.Json;
using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>Reads <c>study.json</c>. Every key is optional except <c>models</c> and <c>nli.test</c> or <c>text.test</c>; an unknown one is refused, since a misspelt setting would silently be the default.</summary>
public static class StudyConfigReader
{
    /// <summary>Reads <paramref name="file"/>; its relative paths start at its own folder.</summary>
    /// <exception cref="InputDataException">The file is missing, is no JSON, or says what cannot be run.</exception>
    public static StudyConfig Read(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        if (!File.Exists(file))
            throw new InputDataException(file, "There is no such file.", remedy: "Give the path of a study.json, or none for the default study.");
        StudyConfig config;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            config = ReadRoot(new Node(document.RootElement, file, "", Path.GetDirectoryName(Path.GetFullPath(file))!));
        }
        catch (JsonException e)
        {
            throw new InputDataException(file, "It is not JSON.", $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", inner: e);
        }
        catch (InvalidOperationException e) // Text that is not UTF-8, or an escape such as \ud800 that stands for no character.
        {
            throw new InputDataException(file, $"It is not JSON: {e.Message}", inner: e);
        }
        config.Validate(file);
        return config;
    }

    private static StudyConfig ReadRoot(Node root)
    {
        root.Allow("$schema", "study", "models", "grid", "seeds", "nli", "text", "probing", "calibration", "recover", "selection", "similarity", "timing", "statistics");
        var defaults = new StudyConfig();
        return new StudyConfig
        {
            Name = root.Text("study", Path.GetFileNameWithoutExtension(root.File)),
            Models = root.List("models", ReadModel),
            Grid = root.List("grid", ReadGridPart),
            Seeds = root.Has("seeds") ? root.List("seeds", n => n.AsSeed()) : defaults.Seeds,
            Nli = root.Part("nli", defaults.Nli, n =>
            {
                n.Allow("test", "train", "dev", "task");
                // A task is a name, or a path that says so by its ending.
                var task = n.Text("task", defaults.Nli.Task);
                return new NliSettings { Test = n.FilePath("test", ""), Train = n.FilePath("train", ""), Dev = n.FilePath("dev", ""), Task = task.EndsWith(".json", StringComparison.Ordinal) ? n.FilePath("task", "") : task };
            }),
            Text = root.Part("text", defaults.Text, n =>
            {
                n.Allow("test", "train", "dev", "window");
                return new TextSettings { Test = ReadDocuments(n, "test"), Train = ReadDocuments(n, "train"), Dev = ReadDocuments(n, "dev"), Window = n.Has("window") ? n.Integer("window", 0) : null };
            }),
            Probing = root.Part("probing", defaults.Probing, ReadProbing),
            Calibration = root.Part("calibration", defaults.Calibration, n =>
            {
                n.Allow("examples");
                return new CalibrationSettings { Examples = n.Integer("examples", defaults.Calibration.Examples) };
            }),
            Recover = root.Part("recover", defaults.Recover, ReadRecovery),
            Selection = root.Part("selection", defaults.Selection, n =>
            {
                n.Allow("examples", "rates");
                return new SelectionSettings
                {
                    Examples = n.Integer("examples", defaults.Selection.Examples),
                    Rates = n.Has("rates") ? n.List("rates", r => r.AsDouble()) : defaults.Selection.Rates,
                };
            }),
            Similarity = root.Part("similarity", defaults.Similarity, n =>
            {
                n.Allow("sentences");
                return new SimilaritySettings { Sentences = n.Integer("sentences", defaults.Similarity.Sentences) };
            }),
            Timing = root.Part("timing", defaults.Timing, n =>
            {
                n.Allow("examples", "repeats");
                return new TimingSettings { Examples = n.Integer("examples", defaults.Timing.Examples), Repeats = n.Integer("repeats", defaults.Timing.Repeats) };
            }),
            Statistics = root.Part("statistics", defaults.Statistics, n =>
            {
                n.Allow("resamples");
                return new StatisticsSettings { Resamples = n.Integer("resamples", defaults.Statistics.Resamples) };
            }),
        };
    }

    private static StudyModel ReadModel(Node node)
    {
        node.Allow("name", "path", "family", "trainingSeed");
        var path = node.FilePath("path", "");
        if (path.Length == 0)
            throw node.Wrong("path", "A model needs the path of its directory.");
        var name = node.Text("name", Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        return new StudyModel(name, path, node.Text("family", name), node.Has("trainingSeed") ? node.Child("trainingSeed").AsSeed() : null);
    }

    // A path, or an object with more.
    private static Documents? ReadDocuments(Node node, string key)
    {
        if (!node.Has(key))
            return null;
        if (node.Child(key).IsText)
            return new Documents(node.FilePath(key, ""));
        var child = node.Child(key);
        child.Allow("file", "separator", "skip", "take");
        var file = child.FilePath("file", "");
        return file.Length > 0 ? new Documents(file, child.Text("separator", ""), child.Integer("skip", 0), child.Integer("take", 0)) : throw child.Wrong("file", "A text needs the path of its file.");
    }

    private static GridPart ReadGridPart(Node node)
    {
        node.Allow("methods", "allocations", "removed");
        return new GridPart(
            node.List("methods", n => n.AsText()),
            node.Has("allocations") ? node.List("allocations", n => n.AsText()) : ["uniform"],
            node.List("removed", n => n.AsDouble()));
    }

    private static RecoverySettings ReadRecovery(Node node)
    {
        node.Allow("steps", "epochs", "batch", "learningRate", "update", "distill");
        var defaults = new RecoverySettings();
        return new RecoverySettings
        {
            Steps = node.Has("steps") ? node.Integer("steps", 0) : null,
            Epochs = node.Has("epochs") ? node.Child("epochs").AsDouble() : null,
            Batch = node.Integer("batch", defaults.Batch),
            LearningRate = node.Has("learningRate") ? node.Child("learningRate").AsDouble() : defaults.LearningRate,
            Update = node.Text("update", defaults.Update),
            Distill = node.Has("distill") ? node.Child("distill").AsDouble() : defaults.Distill,
        };
    }

    private static ProbingSettings ReadProbing(Node node)
    {
        node.Allow("directory", "tasks", "trainExamples", "devExamples", "testExamples", "probeSeeds", "mdl", "vectors");
        var defaults = new ProbingSettings();
        return new ProbingSettings
        {
            Directory = node.FilePath("directory", ""),
            Tasks = node.Has("tasks") ? node.List("tasks", n => n.AsText()) : defaults.Tasks,
            TrainExamples = node.Integer("trainExamples", defaults.TrainExamples),
            DevExamples = node.Integer("devExamples", defaults.DevExamples),
            TestExamples = node.Integer("testExamples", defaults.TestExamples),
            ProbeSeeds = node.Integer("probeSeeds", defaults.ProbeSeeds),
            Mdl = node.Has("mdl") && node.Child("mdl").AsTruth(),
            Vectors = node.Has("vectors") ? node.List("vectors", n => n.AsText()) : defaults.Vectors,
        };
    }

    /// <summary>A JSON value with its place, so that every complaint names it.</summary>
    private sealed class Node(JsonElement element, string file, string place, string folder)
    {
        internal string File => file;

        internal InputDataException Wrong(string key, string problem, string? remedy = null) => new(file, problem, key.Length == 0 ? place : Place(key), remedy);

        internal void Allow(params ReadOnlySpan<string> keys)
        {
            if (element.ValueKind != JsonValueKind.Object)
                throw Wrong("", $"An object is needed, and this is {element.ValueKind}.");
            foreach (var property in element.EnumerateObject())
                if (!keys.Contains(property.Name))
                    throw Wrong(property.Name, "There is no such setting.", $"The settings here are {string.Join(", ", keys!)}.");
        }

        internal bool IsText => element.ValueKind == JsonValueKind.String;

        internal bool Has(string key) => element.TryGetProperty(key, out _);

        internal Node Child(string key) => new(element.GetProperty(key), file, Place(key), folder);

        internal TPart Part<TPart>(string key, TPart absent, Func<Node, TPart> read) => Has(key) ? read(Child(key)) : absent;

        internal IReadOnlyList<TItem> List<TItem>(string key, Func<Node, TItem> read)
        {
            if (!element.TryGetProperty(key, out var list))
                return [];
            if (list.ValueKind != JsonValueKind.Array)
                throw Wrong(key, $"A list is needed, and this is {list.ValueKind}.");
            return [.. list.EnumerateArray().Select((item, i) => read(new Node(item, file, $"{Place(key)}[{i}]", folder)))];
        }

        internal string Text(string key, string absent) => Has(key) ? Child(key).AsText() : absent;

        internal string FilePath(string key, string absent) => Has(key) && Child(key).AsText() is { Length: > 0 } text ? Path.GetFullPath(text, folder) : absent;

        internal int Integer(string key, int absent)
        {
            if (!element.TryGetProperty(key, out var value))
                return absent;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(key, $"A whole number is needed, and this is {value.GetRawText()}.");
        }

        internal string AsText() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong("", $"A text is needed, and this is {element.GetRawText()}.");

        internal bool AsTruth() => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Wrong("", $"True or false is needed, and this is {element.GetRawText()}.");

        internal double AsDouble() => element.ValueKind == JsonValueKind.Number ? element.GetDouble() : throw Wrong("", $"A number is needed, and this is {element.GetRawText()}.");

        internal ulong AsSeed() => element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out var seed) ? seed : throw Wrong("", $"A whole number from 0 is needed, and this is {element.GetRawText()}.");

        private string Place(string key) => place.Length == 0 ? key : $"{place}.{key}";
    }
}
