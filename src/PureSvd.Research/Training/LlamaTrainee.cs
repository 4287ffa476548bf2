using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Research.Training;

/// <summary>A decoder: learns the next token, everywhere or in the answer alone.</summary>
internal sealed class LlamaTrainee(LlamaModel<float> model, LlamaModel<float>? teacher, double teacherWeight) : Trainee
{
    internal override LlamaModel<float> Model { get; } = model;

    internal override TrainingWorker CreateWorker() => new Worker(Model.CreateSession(), teacher?.CreateSession(), (float)teacherWeight);

    private sealed class Worker(LlamaSession<float> session, LlamaSession<float>? teacher, float teacherWeight) : TrainingWorker
    {
        private double[] _scores = [];

        internal override double LossAndGradients(TrainingTask task, TrainingShard shard, float scale, (ulong Seed, ulong Step) noise, Gradients<float> gradients)
            => session.LossAndGradients(shard.Batch, shard.Targets, shard.Weights, teacher, teacherWeight, scale, gradients, Parallelism.Serial);

        internal override (double Loss, int Correct) Evaluate(TrainingTask task, TrainingShard shard)
            => task is ChoiceTask choice ? (0, CountCorrect(choice, shard)) : (session.Loss(shard.Batch, shard.Targets, Parallelism.Serial), 0);

        // The choices of an item follow each other; the likeliest continuation is the answer.
        private int CountCorrect(ChoiceTask task, TrainingShard shard)
        {
            if (_scores.Length < shard.Targets.Length)
                _scores = new double[shard.Targets.Length];
            session.Score(shard.Batch, shard.Targets, _scores.AsSpan(0, shard.Targets.Length), [], Parallelism.Serial);
            var correct = 0;
            for (var item = 0; item < shard.Gold.Length; item++)
            {
                var (best, answer) = (double.NegativeInfinity, -1);
                for (var c = 0; c < task.ChoiceCount; c++)
                {
                    var sum = 0.0;
                    var s = item * task.ChoiceCount + c;
                    for (var t = shard.Batch.Start(s); t < shard.Batch.Start(s) + shard.Batch.Length(s); t++)
                        sum += _scores[t];
                    if (sum > best)
                        (best, answer) = (sum, c);
                }
                correct += answer == shard.Gold[item] ? 1 : 0;
            }
            return correct;
        }
    }
}
