using PureSvd.Layers;
using PureSvd.Models;

namespace PureSvd.Research.Training;

/// <summary>A model under training: what it is to the loop, whatever its architecture.</summary>
internal abstract class Trainee
{
    /// <summary>The model.</summary>
    internal abstract TransformerModel<float> Model { get; }

    /// <summary>The parameters that updates change.</summary>
    internal IReadOnlyList<Parameter<float>> Trained { get; private set; } = [];

    /// <summary>Trains every parameter, or those of the factored layers alone; the others keep their bits.</summary>
    /// <exception cref="ArgumentException">No layer is factored.</exception>
    internal Trainee Train(bool factorsOnly)
    {
        Trained = factorsOnly ? [.. Model.TargetLinears.Where(t => t.Linear.IsFactored).SelectMany(t => t.Linear.Parameters)] : Model.Parameters;
        return Trained.Count > 0 ? this : throw new ArgumentException("No layer of the model is factored.");
    }

    /// <summary>A worker with buffers of its own, for one shard at a time.</summary>
    internal abstract TrainingWorker CreateWorker();
}

/// <summary>Computes the losses of shards, one after the other, on one thread.</summary>
internal abstract class TrainingWorker
{
    /// <summary>Σ of the losses of <paramref name="shard"/>; <paramref name="scale"/> times their gradients are added into <paramref name="gradients"/>.</summary>
    /// <param name="task">Where the shard comes from.</param>
    /// <param name="shard">A part of a batch.</param>
    /// <param name="scale">1/predictions of the whole batch.</param>
    /// <param name="noise">The seed and the update: what dropout may depend on.</param>
    /// <param name="gradients">Added to.</param>
    internal abstract double LossAndGradients(TrainingTask task, TrainingShard shard, float scale, (ulong Seed, ulong Step) noise, Gradients<float> gradients);

    /// <summary>Σ of the losses of <paramref name="shard"/> (0 where only right answers count), and how many predictions are right (0 where only the loss counts).</summary>
    internal abstract (double Loss, int Correct) Evaluate(TrainingTask task, TrainingShard shard);
}
