using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PureSvd.Research.Corpora.EnglishFragment;

/// <summary>Writes the corpora of the fragment: NLI, running text, vocabulary, and a manifest with their hashes.</summary>
public static class FragmentWriter
{
    private const int TrainingParagraphsPerTest = 30;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes everything under <paramref name="directory"/>. The same options give the same bytes.</summary>
    /// <param name="directory">Where to write; made if missing. Files of the same names are replaced.</param>
    /// <param name="options">Seed and sizes.</param>
    /// <param name="progress">Told of each part.</param>
    /// <param name="cancellationToken">Stops between pairs.</param>
    public static void Write(string directory, FragmentOptions options, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        Directory.CreateDirectory(directory);
        foreach (var (name, content) in Files(options, progress, cancellationToken))
        {
            var path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            WriteFile(path, content);
        }
    }

    /// <summary>Every file of the corpora by its name, the manifest last.</summary>
    internal static IReadOnlyList<(string Name, byte[] Content)> Files(FragmentOptions options, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var files = new List<(string Name, byte[] Content)>();
        progress?.Report("nli");
        var (train, dev, test) = new NliGenerator(options.Seed).Generate(options.Train, options.Dev, options.Test, cancellationToken);
        files.Add(("nli-train.tsv", Table(train)));
        files.Add(("nli-dev.tsv", Table(dev)));
        files.Add(("nli-test.tsv", Table(test)));
        progress?.Report("text");
        files.Add(("text.txt", Lines(new RunningText(options.Seed).Generate(options.Paragraphs, cancellationToken))));
        files.Add(("text-test.txt", Lines(new RunningText(options.Seed, held: true).Generate(Math.Max(1, options.Paragraphs / TrainingParagraphsPerTest), cancellationToken))));
        files.Add(("vocab.txt", Lines(Vocabulary.Pieces())));
        files.Add(("llama-tokenizer.json", BytePairVocabulary.TokenizerJson()));
        progress?.Report("probing");
        foreach (var task in new ProbingGenerator(options.Seed).Generate(options.Probing, cancellationToken))
            files.Add(($"probing/{task.Name}.txt", ProbingFile(task)));
        progress?.Report("manifest");
        files.Add(("manifest.json", Manifest(options, files)));
        return files;
    }

    private static byte[] Table(IReadOnlyList<NliPair> pairs) => Lines(pairs
        .Select(pair => $"{pair.PremiseTree.Text}\t{pair.HypothesisTree.Text}\t{pair.Label}\t{pair.Phenomenon}\t{pair.Kind}")
        .Prepend("premise\thypothesis\tlabel\tphenomenon\tsplit_kind"));

    private static byte[] ProbingFile(ProbingTask task) => Lines(
    [
        .. task.Train.Select(example => $"tr\t{example.Label}\t{example.Sentence}"),
        .. task.Dev.Select(example => $"va\t{example.Label}\t{example.Sentence}"),
        .. task.Test.Select(example => $"te\t{example.Label}\t{example.Sentence}"),
    ]);

    private static byte[] Lines(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line).Append('\n');
        return Utf8.GetBytes(text.ToString());
    }

    private static byte[] Manifest(FragmentOptions options, IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("seed", options.Seed);
            json.WriteNumber("train", options.Train);
            json.WriteNumber("dev", options.Dev);
            json.WriteNumber("test", options.Test);
            json.WriteNumber("paragraphs", options.Paragraphs);
            json.WriteNumber("probing", options.Probing);
            json.WriteStartObject("sha256");
            foreach (var (name, content) in files)
                json.WriteString(name, Convert.ToHexStringLower(SHA256.HashData(content)));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteFile(string path, byte[] content)
    {
        var beside = path + ".part";
        try
        {
            File.WriteAllBytes(beside, content);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
