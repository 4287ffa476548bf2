namespace PureSvd.Research.Studies;

/// <summary>With what a study was run: enough to run it again and to tell why two runs differ.</summary>
/// <param name="Tool">Name and version of each assembly of the tool.</param>
/// <param name="Processor">The processor's name.</param>
/// <param name="VectorBits">The width of the widest vector unit in use; results have the same bits on the same width.</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="Threads">Threads used.</param>
/// <param name="MemoryBytes">Memory available to the process.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="OperatingSystem">The operating system and its architecture.</param>
/// <param name="CommandLine">How the study was started.</param>
/// <param name="Started">Start of this run, UTC.</param>
/// <param name="Seconds">Length of this run.</param>
/// <param name="CellsComputed">Cells computed in this run; the others were finished before.</param>
/// <param name="Files">SHA-256 of every file that was read, by name as in the configuration.</param>
/// <param name="Notes">Decisions that a reader should know, such as subsampling.</param>
public sealed record StudyManifest(
    IReadOnlyList<NameAndText> Tool, string Processor, int VectorBits, int Cores, int Threads, long MemoryBytes, string Runtime, string OperatingSystem,
    string CommandLine, DateTimeOffset Started, double Seconds, int CellsComputed, IReadOnlyList<NameAndText> Files, IReadOnlyList<string> Notes);

/// <summary>A name and what belongs to it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Text">What belongs to it.</param>
public sealed record NameAndText(string Name, string Text);
