namespace PureSvd.Factorization;

/// <summary>The sizes that a layer can take, in steps of one rank: level 1 … R is that rank, with R the largest that saves anything; level R + 1 is dense.</summary>
/// <remarks>A budget never buys a rank at or above break-even: dense costs no more and is exact.</remarks>
internal static class RankLevels
{
    /// <summary>The level that means dense.</summary>
    internal static int Dense(TargetShape target) => target.LargestSavingRank + 1;

    /// <summary>The numbers stored at <paramref name="level"/>.</summary>
    internal static long Weights(TargetShape target, int level) => level >= Dense(target) ? target.Weights : level * target.WeightsPerRank;

    /// <summary>What the next level costs more.</summary>
    internal static long StepUp(TargetShape target, int level) => Weights(target, level + 1) - Weights(target, level);

    /// <summary>The plan of <paramref name="level"/>.</summary>
    internal static LayerPlan Plan(TargetShape target, int level) => level >= Dense(target) ? LayerPlan.Dense(target) : LayerPlan.Factored(target, level);
}
