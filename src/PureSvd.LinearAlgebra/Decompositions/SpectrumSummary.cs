using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>How many directions a matrix really uses, read off its singular values σ₁ ≥ σ₂ ≥ … ≥ σₖ; every figure is 0 for a matrix of zeros.</summary>
/// <param name="Count">k.</param>
/// <param name="Largest">σ₁ = ‖A‖₂.</param>
/// <param name="Smallest">σₖ.</param>
/// <param name="Frobenius">‖A‖_F = √Σσᵢ².</param>
/// <param name="StableRank">‖A‖_F²/‖A‖₂²: from 1 to k.</param>
/// <param name="EffectiveRank">exp(−Σ pᵢ·ln pᵢ) with pᵢ = σᵢ/Σσ: k if all σ are equal, 1 if one is not 0. Source: O. Roy and M. Vetterli, <i>The effective rank</i> (2007).</param>
/// <param name="Rank90">The smallest r with Σ_{i≤r} σᵢ² ≥ 0.90·‖A‖_F².</param>
/// <param name="Rank99">The same for 0.99.</param>
public sealed record SpectrumSummary(int Count, double Largest, double Smallest, double Frobenius, double StableRank, double EffectiveRank, int Rank90, int Rank99)
{
    /// <summary>Sums <paramref name="singularValues"/> up, which are descending.</summary>
    public static SpectrumSummary Of<T>(ReadOnlySpan<T> singularValues)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var largest = singularValues.IsEmpty ? 0 : double.CreateTruncating(singularValues[0]);
        if (largest == 0)
            return new SpectrumSummary(singularValues.Length, 0, 0, 0, 0, 0, 0, 0);

        // Relative to σ₁, so that no square overflows or underflows.
        var relative = new double[singularValues.Length];
        double sum = 0, squares = 0, entropy = 0;
        for (var i = 0; i < relative.Length; i++)
        {
            relative[i] = double.CreateTruncating(singularValues[i]) / largest;
            sum += relative[i];
            squares += relative[i] * relative[i];
        }
        foreach (var value in relative)
            if (value > 0)
                entropy -= value / sum * Math.Log(value / sum);
        return new SpectrumSummary(
            relative.Length, largest, double.CreateTruncating(singularValues[^1]), Math.Sqrt(squares) * largest, squares, Math.Exp(entropy), RankOf(relative, 0.90 * squares), RankOf(relative, 0.99 * squares));
    }

    private static int RankOf(double[] relative, double energy)
    {
        var (rank, sum) = (0, 0.0);
        while (rank < relative.Length && sum < energy)
        {
            sum += relative[rank] * relative[rank];
            rank++;
        }
        return rank;
    }
}
