using System.Numerics.Tensors;
using PureSvd.Layers;
using PureSvd.LinearAlgebra;
using PureSvd.Models;

namespace PureSvd.Research.Training;

/// <summary>An encoder: learns masked tokens, or labels of sentences and pairs, these from a teacher too.</summary>
internal sealed class BertTrainee(BertModel<float> model, BertModel<float>? teacher, double teacherWeight) : Trainee
{
    internal override BertModel<float> Model { get; } = model;

    internal override TrainingWorker CreateWorker() => new Worker(Model.Config, Model.CreateSession(), teacher?.CreateSession(), (float)teacherWeight);

    private sealed class Worker(BertConfig config, BertSession<float> session, BertSession<float>? teacher, float teacherWeight) : TrainingWorker
    {
        internal override double LossAndGradients(TrainingTask task, TrainingShard shard, float scale, (ulong Seed, ulong Step) noise, Gradients<float> gradients)
        {
            var dropout = BertDropout.Of(config, noise.Seed, noise.Step).From(shard.FirstSequence);
            return task is MaskedLmTask
                ? session.MaskedLmLossAndGradients(shard.Batch, shard.Targets, scale, dropout, gradients, Parallelism.Serial)
                : session.LossAndGradients(shard.Batch, shard.Targets, teacher, teacherWeight, scale, dropout, gradients, Parallelism.Serial);
        }

        internal override (double Loss, int Correct) Evaluate(TrainingTask task, TrainingShard shard)
        {
            if (task is MaskedLmTask)
                return (session.MaskedLmLoss(shard.Batch, shard.Targets, Parallelism.Serial), 0);
            var classes = (ClassificationTask)task;
            session.Forward(shard.Batch, Parallelism.Serial);
            var correct = 0;
            for (var s = 0; s < shard.Targets.Length; s++)
                if (classes.ClassOf(TensorPrimitives.IndexOfMax<float>(session.Logits.Row(s))) == shard.Targets[s])
                    correct++;
            return (0, correct);
        }
    }
}
