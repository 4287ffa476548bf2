using PureSvd.Factorization;
using PureSvd.Storage;

namespace PureSvd.Research.Studies;

/// <summary>The studies that run without a <c>study.json</c>, all of them on the embedded models.</summary>
public static class StudyPresets
{
    /// <summary>
    /// <c>default</c>: within minutes, the methods that matter; <c>methods</c>: every method at three ratios, with three calibration seeds (but for <c>svd-llm-cholesky</c>, which has the optimum of <c>svd-llm</c> and needs
    /// statistics of full rank), and pruning and rounding; <c>allocation</c>: every way to give layers their ranks; <c>which-method</c>: what the README's table of methods is made from.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = ["default", "methods", "allocation", "which-method"];

    /// <summary>The allocations that meet a budget which they are given; <c>laser</c> finds its own.</summary>
    internal static IReadOnlyList<string> Allocations { get; } = [.. Factorization.Allocations.Names.Where(n => n != "laser")];

    /// <summary>The preset called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="InputDataException">The embedded data or models are not there.</exception>
    public static StudyConfig Create(string name) => name switch
    {
        "default" => DefaultStudy.Create(),
        "methods" => DefaultStudy.Create() with
        {
            Name = "methods",
            Grid =
            [
                new GridPart([.. FactorizationMethods.All.Select(m => m.Name).Where(m => m != "svd-llm-cholesky"), "svd-llm+int8", "magnitude", "wanda", "rtn-int8", "rtn-int4"], ["uniform"], [0.2, 0.4, 0.6]),
            ],
            Seeds = [1, 2, 3],
            // A factor of four less than the default study reads, for the sake of the finer kinds of Fisher information and of the many cells.
            Calibration = new CalibrationSettings { Examples = 512 },
            Probing = DefaultStudy.Create().Probing with { TrainExamples = 500, DevExamples = 250, TestExamples = 500, ProbeSeeds = 1 },
        },
        "allocation" => DefaultStudy.Create() with
        {
            Name = "allocation",
            // v2 divides by the logarithm of a loss that must be above 1, as it is over the tokens of a sample and not over a weight.
            Grid = [new GridPart(["svd"], [.. Allocations.Where(a => a != "svd-llm-v2")], [0.2, 0.4, 0.6]), new GridPart(["svd-llm"], Allocations, [0.2, 0.4, 0.6])],
        },
        "which-method" => DefaultStudy.Create() with
        {
            Name = "which-method",
            Grid =
            [
                new GridPart(["svd", "fwsvd", "asvd", "svd-llm", "afm"], ["uniform", "selective"], [0.05, 0.1, 0.2, 0.4]),
                new GridPart(["rtn-int8", "rtn-int4"], ["uniform"], []),
            ],
            Probing = new ProbingSettings(),
            Calibration = new CalibrationSettings { Examples = 512 },
        },
        _ => throw new ArgumentException($"There is no preset {name}; the presets are {string.Join(", ", Names)}.", nameof(name)),
    };
}
