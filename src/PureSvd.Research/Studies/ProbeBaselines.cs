using PureSvd.Research.Probing;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>What probes reach without a trained encoder: computed once for all cells, and for all models of the same sizes and tokenizer where the weights do not matter.</summary>
internal sealed class ProbeBaselines(StudyModelContext context, StudyConfig config, StudyInputs inputs, StageStore store, StudyRunOptions options, CancellationToken cancellationToken)
{
    /// <summary>The vectors of the study that suit the model.</summary>
    private IReadOnlyList<SentenceVector> Vectors => [.. config.Probing.Vectors.Select(VectorNames.Parse).Intersect(SentenceVectors.SuitedTo(context.Model))];

    /// <summary>The budget of every probe of the study.</summary>
    internal ProbeOptions Options(ulong seed) => new()
    {
        Vectors = Vectors,
        Seeds = config.Probing.ProbeSeeds,
        Seed = seed,
        TrainLimit = Limit(config.Probing.TrainExamples),
        DevLimit = Limit(config.Probing.DevExamples),
        TestLimit = Limit(config.Probing.TestExamples),
        OnlineCode = config.Probing.Mdl,
    };

    /// <summary>Probes of an encoder of the same sizes with random weights.</summary>
    internal BaselineTable RandomEncoder(ulong seed)
    {
        var key = new StageKey("random-encoder", options.ToolVersion).Add("vectorBits", StudyEnvironment.VectorBits)
            .Add("sizes", context.Measured.Sizes)
            .Add("tokenizer", context.TokenizerHash);
        return Table(AddSettings(key, config.Probing, inputs.TasksHash, seed),
            () => ProbeRunner.RunRandomEncoder(context.Model, context.Tokenizer, inputs.Tasks, Options(seed) with { Controls = false, OnlineCode = false }, options.Parallelism, context.ReportItems("random encoder"), cancellationToken));
    }

    /// <summary>Probes of the mean word embedding.</summary>
    internal BaselineTable Static(ulong seed) => Table(
        AddSettings(context.Key("static-embeddings").Add("tokenizer", context.TokenizerHash), config.Probing, inputs.TasksHash, seed),
        () => ProbeRunner.RunStaticEmbeddings(context.Model, context.Tokenizer, inputs.Tasks, Options(seed) with { Controls = false, OnlineCode = false }, options.Parallelism, context.ReportItems("static embeddings"), cancellationToken));

    /// <summary>Adds what every probe depends on.</summary>
    internal static StageKey AddSettings(StageKey key, ProbingSettings p, string tasksHash, ulong seed) => key
        .Add("tasks", tasksHash).Add("train", p.TrainExamples).Add("dev", p.DevExamples).Add("test", p.TestExamples)
        .Add("probeSeeds", p.ProbeSeeds).Add("vectors", p.Vectors).Add("seed", seed);

    private BaselineTable Table(StageKey key, Func<IReadOnlyList<ProbeResult>> run)
        => new(store.GetOrCompute(key, StageJson.Default.BaselineStage, () => new BaselineStage([.. run().Select(p => new BaselineProbe(p.Task, p.Layer, VectorNames.Of(p.Vector), p.Score.Test))])));

    private static int? Limit(int count) => count == 0 ? null : count;
}

/// <summary>Baseline accuracies by task, layer and vector.</summary>
internal sealed class BaselineTable(BaselineStage stage)
{
    private readonly Dictionary<(string, int, string), double> _accuracies = stage.Probes.ToDictionary(p => (p.Task, p.Layer, p.Vector), p => p.Accuracy);

    internal double Accuracy(string task, int layer, string vector) => _accuracies[(task, layer, vector)];
}

/// <summary>The names of sentence vectors in files.</summary>
internal static class VectorNames
{
    /// <summary>Every name.</summary>
    internal static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<SentenceVector>().Select(Of)];

    internal static string Of(SentenceVector vector) => vector.ToString().ToLowerInvariant();

    internal static SentenceVector Parse(string name) => Enum.GetValues<SentenceVector>().Where(v => Of(v) == name).Cast<SentenceVector?>().FirstOrDefault()
        ?? throw new InputDataException("study.json", $"There is no sentence vector {name}; there are {string.Join(", ", All)}.", "probing.vectors");
}

/// <summary>Right and wrong, a bit an item.</summary>
internal static class Bits
{
    internal static byte[] Pack(IReadOnlyList<bool> bits)
    {
        var bytes = new byte[(bits.Count + 7) / 8];
        for (var i = 0; i < bits.Count; i++)
            if (bits[i])
                bytes[i / 8] |= (byte)(1 << (i % 8));
        return bytes;
    }

    internal static bool Get(byte[] bytes, int i) => (bytes[i / 8] >> (i % 8) & 1) != 0;
}
