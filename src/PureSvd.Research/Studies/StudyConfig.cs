using PureSvd.Factorization;
using PureSvd.Research.Corpora;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>What a study runs: models, a grid of compressions, and how each result is measured. Read from <c>study.json</c> by <see cref="StudyConfigReader"/>.</summary>
public sealed record StudyConfig
{
    /// <summary>The name in the column <c>study</c>.</summary>
    public string Name { get; init; } = "study";

    /// <summary>The models, in the order of the results.</summary>
    public IReadOnlyList<StudyModel> Models { get; init; } = [];

    /// <summary>The compressions of each model; the dense model is always there.</summary>
    public IReadOnlyList<GridPart> Grid { get; init; } = [];

    /// <summary>Seeds of the samples that compression learns from: each cell that one decides runs once with each, the others once with the first. Probes are all under the first.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [1];

    /// <summary>The inference task.</summary>
    public NliSettings Nli { get; init; } = new();

    /// <summary>Running text, for decoders.</summary>
    public TextSettings Text { get; init; } = new();

    /// <summary>The probing tasks.</summary>
    public ProbingSettings Probing { get; init; } = new();

    /// <summary>The weights and gradients that the weighted methods learn from.</summary>
    public CalibrationSettings Calibration { get; init; } = new();

    /// <summary>The training after compression; null for none.</summary>
    public RecoverySettings? Recover { get; init; }

    /// <summary>How selective allocation chooses what to compress.</summary>
    public SelectionSettings Selection { get; init; } = new();

    /// <summary>The comparison of hidden states with the dense model's.</summary>
    public SimilaritySettings Similarity { get; init; } = new();

    /// <summary>The measurement of speed.</summary>
    public TimingSettings Timing { get; init; } = new();

    /// <summary>The statistics of the paired comparisons.</summary>
    public StatisticsSettings Statistics { get; init; } = new();

    /// <summary>Refuses a configuration that cannot run, naming the key.</summary>
    /// <param name="file">The file to blame.</param>
    /// <exception cref="InputDataException">Something is missing, out of range or double.</exception>
    public void Validate(string file)
    {
        void Require(bool condition, string place, string problem)
        {
            if (!condition)
                throw new InputDataException(file, problem, place);
        }

        Require(Models.Count > 0, "models", "There is no model.");
        Require(Models.Select(m => m.Name).Distinct().Count() == Models.Count, "models", "Two models have the same name; give models that differ only in their training seed the same family and names of their own.");
        Require(Seeds.Count > 0 && Seeds.Distinct().Count() == Seeds.Count, "seeds", "Seeds must be given, each once.");
        for (var i = 0; i < Grid.Count; i++)
        {
            Require(Grid[i].Methods.Count > 0 && Grid[i].Allocations.Count > 0, $"grid[{i}]", "Methods and allocations must each have an entry.");
            var schemes = Grid[i].Methods.Select(method => SchemeOf(method, problem => Require(false, $"grid[{i}].methods", problem))).ToList();
            Require(Grid[i].Removed.Count > 0 || schemes.All(s => !s.TakesBudget), $"grid[{i}].removed", "A fraction to remove must be given; only rtn-int8 and rtn-int4 do without.");
            foreach (var allocation in Grid[i].Allocations)
                Require(StudyPresets.Allocations.Contains(allocation), $"grid[{i}].allocations", $"There is no allocation {allocation} for a ratio that is given; the allocations are {string.Join(", ", StudyPresets.Allocations)}.");
            foreach (var removed in Grid[i].Removed)
                Require(removed is > 0 and < 1, $"grid[{i}].removed", $"{Number.Text(removed)} is not between 0 and 1; the dense model, removed 0, is always there.");
        }
        Require(Nli.Test.Length > 0 || Text.Test is not null, "nli.test", "There is nothing to measure models on: name test pairs as nli.test, or for decoders a text as text.test.");
        Require(Text.Window is null or > 2, "text.window", "A window has more than two tokens.");
        foreach (var (source, place) in new[] { (Text.Test, "text.test"), (Text.Train, "text.train"), (Text.Dev, "text.dev") })
            Require(source is null or { Skip: >= 0, Take: >= 0 }, place, "Skip and take must not be negative; take 0 takes all.");
        Require(Probing.ProbeSeeds > 0, "probing.probeSeeds", "At least one seed is needed.");
        Require(Probing.TrainExamples >= 0 && Probing.DevExamples >= 0 && Probing.TestExamples >= 0, "probing", "A number of examples must not be negative; 0 takes all.");
        Require(Probing.Vectors.Count > 0 && Probing.Vectors.All(VectorNames.All.Contains), "probing.vectors", $"The sentence vectors are {string.Join(", ", VectorNames.All)}.");
        if (Recover is { } recover)
        {
            Require(recover.Steps is not null || recover.Epochs is not null, "recover", "The length of the training is missing: give steps or epochs.");
            Require(recover.Steps is null or > 0, "recover.steps", "At least one update is needed.");
            Require(recover.Epochs is null or > 0 and <= 1000, "recover.epochs", "The passes over the training data are more than 0, and at most 1000.");
            Require(recover.Batch > 0, "recover.batch", "At least one example is needed.");
            Require(recover.LearningRate is > 0 and <= 1, "recover.learningRate", "It is more than 0, and at most 1.");
            Require(RecoverySettings.Updates.Contains(recover.Update), "recover.update", $"It is {string.Join(" or ", RecoverySettings.Updates)}.");
            Require(recover.Distill is >= 0 and <= 1, "recover.distill", "The weight of the teacher is from 0 to 1.");
            Require(Nli.Test.Length > 0 ? Nli.Train.Length > 0 : Text.Train is not null, "recover", $"There is nothing to train on; name {(Nli.Test.Length > 0 ? "pairs as nli.train" : "a text as text.train")}.");
        }
        Require(Selection.Examples > 0 && Selection.Rates.Count > 0 && Selection.Rates.All(r => r is > 0 and < 1), "selection", "At least one example and one rate between 0 and 1 are needed.");
        Require(Calibration.Examples > 0, "calibration.examples", "At least one example is needed.");
        Require(Similarity.Sentences > 1, "similarity.sentences", "At least two sentences are needed.");
        Require(Timing.Examples > 0 && Timing.Repeats > 0, "timing", "At least one example and one repeat are needed.");
        Require(Statistics.Resamples > 0, "statistics.resamples", "At least one resample is needed.");
    }

    private static CompressionScheme SchemeOf(string method, Action<string> refuse)
    {
        try
        {
            return CompressionScheme.ByName(method);
        }
        catch (ArgumentException e)
        {
            // Without the name of the parameter, which is not the user's.
            refuse(e.Message.Split(" (Parameter")[0]);
            throw;
        }
    }
}

/// <summary>A checkpoint of the study.</summary>
/// <param name="Name">The name in the column <c>model</c>, its own for each checkpoint.</param>
/// <param name="Path">The Hugging Face directory.</param>
/// <param name="Family">Models of one family differ only in their training seed; the report averages over them.</param>
/// <param name="TrainingSeed">The seed it was trained with; null if unknown.</param>
public sealed record StudyModel(string Name, string Path, string Family, ulong? TrainingSeed);

/// <summary>Every combination of some methods, allocations and ratios.</summary>
/// <param name="Methods">Such as <c>svd</c> and <c>fwsvd</c>; <c>magnitude</c>, <c>wanda</c>, <c>rtn-int8</c> and <c>rtn-int4</c>; and <c>svd+int8</c>.</param>
/// <param name="Allocations">Such as <c>uniform</c> and <c>selective</c>.</param>
/// <param name="Removed">Fractions of the target linears' weights (for pruning: bytes) to take away, each in (0, 1); what only rounds needs none.</param>
public sealed record GridPart(IReadOnlyList<string> Methods, IReadOnlyList<string> Allocations, IReadOnlyList<double> Removed);

/// <summary>The natural-language-inference task.</summary>
public sealed record NliSettings
{
    /// <summary>The test pairs; every one is scored.</summary>
    public string Test { get; init; } = "";

    /// <summary>Pairs that the models were tuned on: the calibration of weighted methods is measured on a sample of them. Empty where no method needs it.</summary>
    public string Train { get; init; } = "";

    /// <summary>Pairs that the models were not tuned on: selective allocation tries its truncations on a sample of them, since on training pairs a tuned model has little loss to add to. Empty for the training pairs.</summary>
    public string Dev { get; init; } = "";

    /// <summary>How a decoder is asked: a task of lm-evaluation-harness that is built in, or a JSON file of one.</summary>
    public string Task { get; init; } = "mnli";
}

/// <summary>Running text: how well decoders foresee some is measured, and a study without pairs calibrates and selects on other.</summary>
public sealed record TextSettings
{
    /// <summary>What is foreseen; null where only pairs are scored.</summary>
    public Documents? Test { get; init; }

    /// <summary>What weighted methods are calibrated on in a study without pairs.</summary>
    public Documents? Train { get; init; }

    /// <summary>What trial truncations are compared on in a study without pairs; null for <see cref="Train"/>.</summary>
    public Documents? Dev { get; init; }

    /// <summary>Tokens that a decoder reads at once; null for all that it can.</summary>
    public int? Window { get; init; }
}

/// <summary>The probing tasks.</summary>
public sealed record ProbingSettings
{
    /// <summary>A directory of SentEval-style files; empty for no probing.</summary>
    public string Directory { get; init; } = "";

    /// <summary>File names without extension; empty for all.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>Training sentences a task, seeded and class by class; 0 takes all.</summary>
    public int TrainExamples { get; init; }

    /// <summary>Dev sentences a task; 0 takes all.</summary>
    public int DevExamples { get; init; }

    /// <summary>Test sentences a task; 0 takes all.</summary>
    public int TestExamples { get; init; }

    /// <summary>Seeds of the probe: the order of its training examples and its control labels.</summary>
    public int ProbeSeeds { get; init; } = 3;

    /// <summary>Whether the length of the online code is measured beside accuracy (MDL).</summary>
    public bool Mdl { get; init; }

    /// <summary>Sentence vectors: <c>mean</c> over the tokens without special ones; <c>cls</c>, for encoders; <c>last</c>, for decoders. What does not suit a model is left out.</summary>
    public IReadOnlyList<string> Vectors { get; init; } = ["mean"];
}

/// <summary>What the weighted methods learn from.</summary>
public sealed record CalibrationSettings
{
    /// <summary>How many training pairs, or windows of text, drawn by the cell's seed.</summary>
    public int Examples { get; init; } = 512;
}

/// <summary>Training after compression, with the same budget for every method: on the training pairs, or in a study of text alone on its training text.</summary>
public sealed record RecoverySettings
{
    /// <summary>The values of <see cref="Update"/>.</summary>
    internal static IReadOnlyList<string> Updates { get; } = ["all", "factors"];

    /// <summary>Updates; instead of <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Passes over the training data, where <see cref="Steps"/> are not given.</summary>
    public double? Epochs { get; init; }

    /// <summary>Pairs, or windows of text, in an update.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The peak of the learning rate, which rises over the first tenth of the updates and then falls to 0.</summary>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary><c>all</c> weights, those of the dense model too, for comparison; or the <c>factors</c> alone.</summary>
    public string Update { get; init; } = "all";

    /// <summary>How much the dense model's logits count beside the labels, from 0 (not at all) to 1.</summary>
    public double Distill { get; init; }
}

/// <summary>How selective allocation measures redundancy.</summary>
public sealed record SelectionSettings
{
    /// <summary>How many pairs, or windows of text, each trial truncation is scored on.</summary>
    public int Examples { get; init; } = 256;

    /// <summary>The fractions of a single layer's weights that trials remove.</summary>
    public IReadOnlyList<double> Rates { get; init; } = [0.3, 0.6, 0.9];
}

/// <summary>Linear CKA between the compressed model's hidden states and the dense model's.</summary>
public sealed record SimilaritySettings
{
    /// <summary>How many distinct test premises, or else documents, the first of the file.</summary>
    public int Sentences { get; init; } = 512;
}

/// <summary>The measurement of speed, interleaved with the dense model's.</summary>
public sealed record TimingSettings
{
    /// <summary>The first test pairs, or else documents, in one batch.</summary>
    public int Examples { get; init; } = 64;

    /// <summary>Interleaved pairs of runs; the median counts.</summary>
    public int Repeats { get; init; } = 5;
}

/// <summary>The paired comparisons.</summary>
public sealed record StatisticsSettings
{
    /// <summary>Bootstrap resamples of the test items.</summary>
    public int Resamples { get; init; } = 2000;
}
