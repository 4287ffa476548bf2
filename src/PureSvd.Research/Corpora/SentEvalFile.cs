using PureSvd.Storage;

namespace PureSvd.Research.Corpora;

/// <summary>Reads probing tasks in SentEval's format: a line is <c>tr|va|te ⇥ label ⇥ sentence</c>.</summary>
/// <remarks>Source: facebookresearch/SentEval, <c>data/probing</c>; its reader takes the second field for the label and the last for the sentence, and so does this one.</remarks>
public static class SentEvalFile
{
    /// <summary>The order in which SentEval lists its ten tasks.</summary>
    private static readonly string[] Order =
    [
        "sentence_length", "word_content", "tree_depth", "top_constituents", "bigram_shift",
        "past_present", "subj_number", "obj_number", "odd_man_out", "coordination_inversion",
    ];

    /// <summary>Reads one task.</summary>
    /// <exception cref="InputDataException">The file is missing, empty or malformed, or one of the three parts has no line.</exception>
    public static ProbingTask Read(string path)
    {
        var lines = TextFile.ReadLines(path);
        List<ProbingExample> train = [], dev = [], test = [];
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0)
                continue;
            var fields = lines[i].Split('\t');
            if (fields.Length < 3)
                throw new InputDataException(path, $"a line of SentEval is part, label and sentence with tabs between, and this one has {fields.Length} fields.", $"line {i + 1}");
            var part = fields[0].Trim() switch
            {
                "tr" => train,
                "va" => dev,
                "te" => test,
                _ => throw new InputDataException(path, $"the first field is \"{Excerpt.Of(fields[0])}\", and must be tr, va or te.", $"line {i + 1}"),
            };
            var (label, sentence) = (fields[1].Trim(), fields[^1].Trim());
            if (label.Length == 0 || sentence.Length == 0)
                throw new InputDataException(path, $"the {(label.Length == 0 ? "label" : "sentence")} is empty.", $"line {i + 1}");
            part.Add(new ProbingExample(label, sentence));
        }
        foreach (var (name, part) in new[] { ("tr", train), ("va", dev), ("te", test) })
        {
            if (part.Count == 0)
                throw new InputDataException(path, $"no line is marked {name}.", remedy: "A probing task needs training (tr), development (va) and test (te) sentences.");
        }
        return new ProbingTask(Path.GetFileNameWithoutExtension(path), train, dev, test);
    }

    /// <summary>Reads every <c>.txt</c> file of a folder: SentEval's ten in its order, then others by name; or the one task if <paramref name="path"/> is a file.</summary>
    /// <exception cref="InputDataException">There is no such folder, it has no task, or a file is at fault.</exception>
    public static IReadOnlyList<ProbingTask> ReadDirectory(string path)
    {
        if (File.Exists(path))
            return [Read(path)];
        if (!Directory.Exists(path))
            throw new InputDataException(path, "there is no such folder.");
        var files = Directory.GetFiles(path, "*.txt").OrderBy(Rank).ThenBy(Path.GetFileName, StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new InputDataException(path, "the folder has no .txt file.", remedy: "Put SentEval's probing files there.");
        return [.. files.Select(Read)];
    }

    private static int Rank(string file) => Array.IndexOf(Order, Path.GetFileNameWithoutExtension(file)) is >= 0 and var rank ? rank : Order.Length;
}
