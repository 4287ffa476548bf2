using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Training;

/// <summary>How long and how fast a model is trained on in memory: the same for every model that is to be compared.</summary>
/// <param name="Steps">Updates.</param>
/// <param name="Batch">Examples of an update.</param>
/// <param name="LearningRate">The peak of the rate.</param>
internal sealed record TrainingBudget(int Steps, int Batch, double LearningRate)
{
    private const int Shards = 8;
    private const double WarmUp = 0.1;

    // What an update takes from a stage: the defaults of its task.
    private static readonly TrainingStage Update = new() { Task = TrainingTaskKind.Nli, Train = [], WeightDecay = 0.01, Clip = 1 };

    /// <summary>Trains <paramref name="trainee"/> in place; the weights depend on the seed and the examples, not on the threads.</summary>
    /// <param name="trainee">The model.</param>
    /// <param name="task">Its examples.</param>
    /// <param name="seed">Of their order and of the dropout.</param>
    /// <param name="parallelism">The threads to use.</param>
    /// <param name="progress">Told the number of updates done.</param>
    /// <param name="cancellationToken">Stops between updates.</param>
    /// <returns>The mean training loss over the first and over the last tenth of the updates; NaN from the moment that training diverges, and then it stops.</returns>
    internal (double First, double Last) Train(Trainee trainee, TrainingTask task, ulong seed, Parallelism parallelism, Action<int>? progress, CancellationToken cancellationToken)
    {
        var trainer = new ShardedTrainer(trainee, Shards, parallelism);
        var order = new EpochOrder(task.Sequences.Count, Batch, seed);
        var schedule = new LearningRateSchedule(LearningRate, (int)Math.Round(WarmUp * Steps), Steps);
        var losses = new double[Steps];
        for (var step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var shards = task.MakeShards(order.Batch(step), trainer.ShardCount, step / order.StepsPerEpoch);
            losses[step] = trainer.Step(task, shards, (seed, (ulong)step), Update, schedule.At(step));
            if (!double.IsFinite(losses[step]))
                return (losses[0], double.NaN);
            progress?.Invoke(step + 1);
        }
        var tenth = Math.Max(1, Steps / 10);
        return (losses.Take(tenth).Average(), losses.TakeLast(tenth).Average());
    }
}
