using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Research.Training;

/// <summary>One model trained on a fixed number of shards: each has a worker and gradients of its own and runs on one thread, and the gradients are added in the order of the shards, so that the weights have the same bits for any number of threads.</summary>
internal sealed class ShardedTrainer
{
    private readonly TrainingWorker[] _workers;
    private readonly Gradients<float>[] _gradients;
    private readonly double[] _losses;
    private readonly Parallelism _parallelism;

    internal ShardedTrainer(Trainee trainee, int shards, Parallelism parallelism)
    {
        var parameters = trainee.Trained;
        _parallelism = parallelism;
        _workers = [.. Enumerable.Range(0, shards).Select(_ => trainee.CreateWorker())];
        _gradients = [.. Enumerable.Range(0, shards).Select(_ => new Gradients<float>(parameters))];
        _losses = new double[shards];
        Optimizer = new AdamW<float>(parameters, _gradients);
    }

    internal AdamW<float> Optimizer { get; }

    internal int ShardCount => _workers.Length;

    /// <summary>One update; returns the mean loss of the batch, which is not finite if training has diverged.</summary>
    internal double Step(TrainingTask task, TrainingShard?[] shards, (ulong Seed, ulong Step) noise, TrainingStage stage, double rate)
    {
        var targets = 0;
        foreach (var shard in shards)
            targets += shard?.TargetCount ?? 0;
        var scale = 1f / Math.Max(1, targets);
        _parallelism.For(shards.Length, i => _losses[i] = shards[i] is { TargetCount: > 0 } shard
            ? _workers[i].LossAndGradients(task, shard, scale, noise, _gradients[i])
            : 0);
        var norm = Optimizer.Update(rate, stage.WeightDecay, stage.Clip, _parallelism);
        var loss = 0.0;
        foreach (var part in _losses)
            loss += part;
        return double.IsFinite(norm) ? loss / Math.Max(1, targets) : double.NaN;
    }

    /// <summary>Mean loss and accuracy over all of <paramref name="task"/>, without dropout and with the masks of epoch 0.</summary>
    internal (double Loss, double Accuracy) Evaluate(TrainingTask task, CancellationToken cancellationToken)
    {
        const int BlockLength = 32;
        var blocks = (task.Sequences.Count + BlockLength - 1) / BlockLength;
        var results = new (double Loss, int Correct, int Targets)[blocks];
        _parallelism.For(_workers.Length, i =>
        {
            for (var block = i; block < blocks; block += _workers.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var indices = Enumerable.Range(block * BlockLength, Math.Min(BlockLength, task.Sequences.Count - block * BlockLength)).ToArray();
                var shard = task.MakeShard(indices, 0, epoch: 0);
                var (loss, correct) = _workers[i].Evaluate(task, shard);
                results[block] = (loss, correct, shard.TargetCount);
            }
        }, cancellationToken);
        var targets = Math.Max(1, results.Sum(r => r.Targets));
        return (results.Sum(r => r.Loss) / targets, (double)results.Sum(r => r.Correct) / targets);
    }
}
