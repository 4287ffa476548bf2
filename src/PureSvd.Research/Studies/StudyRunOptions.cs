using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Studies;

/// <summary>Where and how a study runs; nothing here changes its results, timings aside.</summary>
public sealed record StudyRunOptions
{
    /// <summary>The folder of the results; finished stages live under <c>stages</c> in it.</summary>
    public required string Directory { get; init; }

    /// <summary>The threads to use.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.All;

    /// <summary>Computes again what was finished.</summary>
    public bool Force { get; init; }

    /// <summary>How the study was started, for the manifest.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Told of what the user should know, such as a damaged stage.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>The tool's version: another one computes again.</summary>
    public string ToolVersion { get; init; } = StudyEnvironment.ToolVersion;
}
