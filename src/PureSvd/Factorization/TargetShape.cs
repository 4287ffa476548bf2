using System.Numerics;
using PureSvd.Models;

namespace PureSvd.Factorization;

/// <summary>The name and the shape of a target linear: all that an allocation needs to know of it.</summary>
/// <param name="Name">The checkpoint name without <c>.weight</c>.</param>
/// <param name="Layer">The index of its block.</param>
/// <param name="Kind">Its matrix type, such as <c>query</c>.</param>
/// <param name="Outputs">out: the rows of W.</param>
/// <param name="Inputs">in: the columns of W.</param>
public sealed record TargetShape(string Name, int Layer, string Kind, int Outputs, int Inputs)
{
    /// <summary>out·in.</summary>
    public long Weights => (long)Outputs * Inputs;

    /// <summary>out + in: what one rank costs.</summary>
    public long WeightsPerRank => (long)Outputs + Inputs;

    /// <summary>r* = out·in/(out+in): from this rank on, factors are no smaller than the matrix.</summary>
    public double BreakEvenRank => (double)Weights / WeightsPerRank;

    /// <summary>The largest rank below <see cref="BreakEvenRank"/>; 0 where no rank saves anything.</summary>
    public int LargestSavingRank => Weights == 0 ? 0 : (int)((Weights - 1) / WeightsPerRank);

    /// <summary>min(out, in).</summary>
    public int FullRank => Math.Min(Outputs, Inputs);

    /// <summary>The target linears of <paramref name="model"/>, block by block.</summary>
    public static IReadOnlyList<TargetShape> Of<T>(TransformerModel<T> model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.TargetLinears.Select(t => new TargetShape(t.Name, t.Layer, t.Kind, t.Linear.Outputs, t.Linear.Inputs))];
    }
}
