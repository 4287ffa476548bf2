using System.Diagnostics;
using PureSvd.Factorization;

namespace PureSvd.Research.Studies;

/// <summary>What the methods of a study ask to know about one model's layers: measured once a kind and seed, over the sample that all of them share.</summary>
/// <remarks>Fisher weights of inputs are a stage, as small as a vector a layer. Sums over inputs and the finer kinds of Fisher information are matrices: they are measured again in a study that goes on.</remarks>
internal sealed class StudyCalibration(StudyModelContext model, StudyConfig config, StudyInputs inputs, StageStore store, StudyRunOptions options, bool isCausal, CancellationToken cancellationToken)
{
    private readonly Dictionary<(StatisticsKinds Kinds, ulong Seed), (IReadOnlyDictionary<string, LayerStatistics> Layers, double Seconds)> _known = [];

    /// <summary>Whether <paramref name="method"/> depends on a sample, and so on the seed.</summary>
    internal static bool Samples(string method) => Needs(method) != StatisticsKinds.None;

    /// <summary>What the statistics of <paramref name="method"/> depend on.</summary>
    internal StageKey Key(string method, ulong seed) => Key(Needs(method), seed);

    /// <summary>The statistics of <paramref name="method"/> by layer; null where it needs none.</summary>
    internal IReadOnlyDictionary<string, LayerStatistics>? Of(string method, ulong seed) => Known(Needs(method), seed).Layers;

    /// <summary>What the statistics of <paramref name="method"/> took to measure.</summary>
    internal double Seconds(string method, ulong seed) => Known(Needs(method), seed).Seconds;

    private (IReadOnlyDictionary<string, LayerStatistics>? Layers, double Seconds) Known(StatisticsKinds kinds, ulong seed)
    {
        if (kinds == StatisticsKinds.None)
            return (null, 0);
        if (!_known.TryGetValue((kinds, seed), out var statistics))
            _known[(kinds, seed)] = statistics = kinds == StatisticsKinds.Fisher ? Fisher(seed) : Measure(kinds, seed);
        return statistics;
    }

    private static StatisticsKinds Needs(string method) => CompressionScheme.ByName(method).Needs;

    private StageKey Key(StatisticsKinds kinds, ulong seed) => inputs.AddReading(model.Key(kinds == StatisticsKinds.Fisher ? "fisher" : "statistics"), isCausal)
        .Add("kinds", kinds.ToString()).Add("train", inputs.TrainHash).Add("examples", config.Calibration.Examples).Add("seed", seed);

    private (IReadOnlyDictionary<string, LayerStatistics> Layers, double Seconds) Fisher(ulong seed)
    {
        var stage = store.GetOrCompute(Key(StatisticsKinds.Fisher, seed), StageJson.Default.FisherStage, () =>
        {
            var (layers, seconds) = Measure(StatisticsKinds.Fisher, seed);
            return new FisherStage([.. layers.Select(s => new LayerFisher(s.Key, [.. s.Value.InputFisher!]))], seconds);
        });
        return (stage.Layers.ToDictionary(l => l.Name, l => new LayerStatistics(l.InputFisher)), stage.Seconds);
    }

    private (IReadOnlyDictionary<string, LayerStatistics> Layers, double Seconds) Measure(StatisticsKinds kinds, ulong seed)
    {
        var watch = Stopwatch.StartNew();
        var layers = SampleStatistics.Measure(model.Model, inputs.CalibrationSample(model.Measured, seed), kinds, options.Parallelism, model.Report("calibration"), cancellationToken);
        return (layers, watch.Elapsed.TotalSeconds);
    }
}
