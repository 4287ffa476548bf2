namespace PureSvd.Research.Training;

/// <summary>η(t) rises linearly from 0 to <paramref name="Peak"/> in the first <paramref name="WarmUpSteps"/> updates, and falls linearly to 0 at <paramref name="Steps"/>.</summary>
/// <param name="Peak">The largest rate.</param>
/// <param name="WarmUpSteps">Updates that rise.</param>
/// <param name="Steps">Updates in all.</param>
public readonly record struct LearningRateSchedule(double Peak, int WarmUpSteps, int Steps)
{
    /// <summary>The rate of update <paramref name="step"/>, counted from 0; the first update already moves.</summary>
    public double At(int step) => step < WarmUpSteps
        ? Peak * (step + 1) / WarmUpSteps
        : Peak * (Steps - step) / Math.Max(1, Steps - WarmUpSteps);
}
