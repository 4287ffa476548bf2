using System.Diagnostics;
using PureSvd.Storage;

namespace PureSvd.Research.Training;

/// <summary>The loop of one stage: order of the data, updates, reports, evaluations, checkpoints.</summary>
internal sealed class StageTrainer(ShardedTrainer trainer, TrainingStage stage, TrainingTask train, TrainingTask? dev, ulong seed, string directory, string key, (int Index, int Count) place)
{
    private const int ReportEvery = 20;

    private readonly EpochOrder _order = new(train.Sequences.Count, stage.Batch, seed);
    private double? _devAccuracy, _devLoss;

    /// <summary>Updates of this stage.</summary>
    internal int Steps => stage.Steps ?? Math.Max(1, (int)Math.Round(stage.Epochs * _order.StepsPerEpoch));

    /// <summary>Trains from the last checkpoint, or from the start, to the end; returns the last evaluation on dev.</summary>
    internal (double? Accuracy, double? Loss) Run(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var optimizer = trainer.Optimizer;
        TrainingCheckpoint.TryRestore(directory, key, optimizer);
        using var log = TrainingLog.Open(directory, place.Index, (int)optimizer.Step);
        var schedule = new LearningRateSchedule(stage.LearningRate, (int)Math.Round(stage.WarmUp * Steps), Steps);
        var meter = new Meter((int)optimizer.Step);
        while (optimizer.Step < Steps)
        {
            var step = (int)optimizer.Step;
            if (cancellationToken.IsCancellationRequested)
            {
                TrainingCheckpoint.Save(directory, key, optimizer);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var rate = schedule.At(step);
            var shards = train.MakeShards(_order.Batch(step), trainer.ShardCount, step / _order.StepsPerEpoch);
            var loss = trainer.Step(train, shards, (seed, (ulong)step), stage, rate);
            if (!double.IsFinite(loss))
                throw new InputDataException(directory, $"training diverged: the loss or its gradient is not finite at update {step + 1} of stage {place.Index}.", remedy: "Lower learning_rate or raise warm_up.");
            meter.Add(loss, shards);

            var done = step + 1;
            var evaluate = dev is not null && (done == Steps || done % (stage.EvaluateEvery ?? _order.StepsPerEpoch) == 0);
            if (evaluate)
                Evaluate(cancellationToken);
            if (evaluate || done % ReportEvery == 0 || done == Steps)
            {
                var report = meter.Report(place, stage.Task, done, Steps, rate, _devAccuracy, _devLoss);
                log.Write(report, evaluate);
                progress?.Report(report);
            }
            if (done % stage.CheckpointEvery == 0 && done < Steps)
                TrainingCheckpoint.Save(directory, key, optimizer);
        }
        if (dev is not null && _devAccuracy is null && _devLoss is null)
            Evaluate(cancellationToken);
        return (_devAccuracy, _devLoss);
    }

    private void Evaluate(CancellationToken cancellationToken)
    {
        var (loss, accuracy) = trainer.Evaluate(dev!, cancellationToken);
        if (dev is MaskedLmTask or CausalLmTask)
            _devLoss = loss;
        else
            _devAccuracy = accuracy;
    }

    /// <summary>Loss and speed since the last report.</summary>
    private sealed class Meter(int firstStep)
    {
        private readonly Stopwatch _all = Stopwatch.StartNew();
        private readonly Stopwatch _window = Stopwatch.StartNew();
        private double _loss;
        private long _tokens;
        private int _steps;

        internal void Add(double loss, TrainingShard?[] shards)
        {
            _loss += loss;
            _steps++;
            foreach (var shard in shards)
                _tokens += shard?.Batch.TokenCount ?? 0;
        }

        internal TrainingProgress Report((int Index, int Count) place, TrainingTaskKind task, int done, int steps, double rate, double? accuracy, double? devLoss)
        {
            var remaining = _all.Elapsed * ((double)(steps - done) / Math.Max(1, done - firstStep));
            var report = new TrainingProgress(place.Index, place.Count, task, done, steps, _loss / Math.Max(1, _steps), rate, _tokens / Math.Max(1e-9, _window.Elapsed.TotalSeconds), remaining, accuracy, devLoss);
            (_loss, _tokens, _steps) = (0, 0, 0);
            _window.Restart();
            return report;
        }
    }
}
