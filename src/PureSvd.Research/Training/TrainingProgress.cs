namespace PureSvd.Research.Training;

/// <summary>How far training is.</summary>
/// <param name="Stage">The stage, from 1.</param>
/// <param name="StageCount">Stages in all.</param>
/// <param name="Task">What the stage trains for.</param>
/// <param name="Step">Updates done in this stage.</param>
/// <param name="Steps">Updates in this stage.</param>
/// <param name="Loss">Mean loss since the last report, in nats.</param>
/// <param name="LearningRate">η.</param>
/// <param name="TokensPerSecond">Speed since the last report.</param>
/// <param name="Remaining">Time left in this stage.</param>
/// <param name="DevAccuracy">Of the last evaluation; null before it or where there is none.</param>
/// <param name="DevLoss">Of the last evaluation, for masked-language-model training.</param>
public sealed record TrainingProgress(int Stage, int StageCount, TrainingTaskKind Task, int Step, int Steps, double Loss, double LearningRate, double TokensPerSecond, TimeSpan Remaining, double? DevAccuracy, double? DevLoss);
