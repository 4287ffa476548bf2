namespace PureSvd.Research.Studies;

/// <summary>How far a study is.</summary>
/// <param name="CellsDone">Finished cells.</param>
/// <param name="CellsTotal">All cells.</param>
/// <param name="Cell">The cell at work.</param>
/// <param name="Stage">What is done for it.</param>
/// <param name="Done">Items of the stage done.</param>
/// <param name="Total">Items of the stage; 0 if unknown.</param>
/// <param name="Finished">The cell that has just been finished, with whether it was computed now; else null.</param>
public readonly record struct StudyProgress(int CellsDone, int CellsTotal, StudyCell Cell, string Stage, long Done, long Total, FinishedCell? Finished = null);

/// <summary>A cell's headline, for a live display.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Accuracy">Inference accuracy; NaN without pairs.</param>
/// <param name="Perplexity">Perplexity of the text; NaN without.</param>
/// <param name="MeanProbe">Mean probing accuracy; NaN without probes.</param>
/// <param name="Size">The size figures.</param>
/// <param name="Speedup">Against dense.</param>
/// <param name="Computed">False if it was finished in an earlier run.</param>
public sealed record FinishedCell(StudyCell Cell, double Accuracy, double Perplexity, double MeanProbe, SizeResult Size, double Speedup, bool Computed);
