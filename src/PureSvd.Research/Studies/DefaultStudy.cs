using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>The study that runs without a <c>study.json</c>: the embedded models on the fragment's test sets, within a few minutes on two cores.</summary>
public static class DefaultStudy
{
    private static readonly string[] Families = ["fragment-bert", "fragment-llama"];

    /// <summary>The default study on the data of the tool.</summary>
    /// <exception cref="InputDataException">The data or the models are not there.</exception>
    public static StudyConfig Create() => Create(FindData());

    /// <summary>The default study on the data under <paramref name="data"/>.</summary>
    public static StudyConfig Create(string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var fragment = Path.Combine(data, "fragment");
        return new StudyConfig
        {
            Name = "fragment",
            Models = [.. Families.SelectMany(family => Models(Path.Combine(data, "models"), family))],
            Grid =
            [
                new GridPart(["svd"], ["uniform"], [0.1, 0.2, 0.4, 0.6]),
                new GridPart(["svd"], ["selective"], [0.2, 0.4]),
                new GridPart(["fwsvd"], ["uniform", "selective"], [0.2, 0.4]),
                new GridPart(["rtn-int8", "rtn-int4"], ["uniform"], []),
            ],
            Nli = new NliSettings { Test = Path.Combine(fragment, "nli-test.tsv"), Train = Path.Combine(fragment, "nli-train.tsv"), Dev = Path.Combine(fragment, "nli-dev.tsv") },
            Text = new TextSettings { Test = new Documents(Path.Combine(fragment, "text-test.txt"), "\n") },
            Probing = new ProbingSettings { Directory = Path.Combine(fragment, "probing"), TrainExamples = 500, DevExamples = 250, TestExamples = 800, ProbeSeeds = 3, Vectors = ["mean", "last"] },
            Calibration = new CalibrationSettings { Examples = 2048 },
            Selection = new SelectionSettings { Examples = 256, Rates = [0.3, 0.6, 0.9] },
        };
    }

    /// <summary>A family's models, which differ only in their training seed: the number that their names end with.</summary>
    private static List<StudyModel> Models(string folder, string family)
    {
        var directories = Directory.Exists(folder) ? Directory.GetDirectories(folder, family + "*").Where(d => File.Exists(Path.Combine(d, "config.json"))).Order(StringComparer.Ordinal).ToArray() : [];
        if (directories.Length == 0)
            throw new InputDataException(folder, $"there is no {family} here, which the default study compresses.", remedy: "Give a study.json with models of your own, or reinstall the tool.");
        return [.. directories.Select(d =>
        {
            var name = Path.GetFileName(d);
            var digits = new string([.. name.Reverse().TakeWhile(char.IsAsciiDigit).Reverse()]);
            return new StudyModel(name, d, family, ulong.TryParse(digits, out var seed) ? seed : 1);
        })];
    }

    /// <summary><c>data</c> beside the tool, or else that of the repository that the tool was built in.</summary>
    private static string FindData()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "data");
        if (Directory.Exists(Path.Combine(beside, "models")))
            return beside;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PureSvd.sln")))
                return Path.Combine(folder.FullName, "data");
        return beside;
    }
}
