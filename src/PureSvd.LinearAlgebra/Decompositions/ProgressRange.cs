namespace PureSvd.LinearAlgebra;

/// <summary>The part of a progress bar that belongs to one step of a computation.</summary>
internal sealed class ProgressRange(IProgress<double>? whole, double from, double to) : IProgress<double>
{
    /// <summary>Reports that <paramref name="value"/>, from 0 to 1, of this step is done.</summary>
    public void Report(double value) => whole?.Report(from + (to - from) * value);
}
