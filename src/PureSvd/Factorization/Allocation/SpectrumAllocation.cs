namespace PureSvd.Factorization;

/// <summary><c>spectrum</c>: ranks from the singular values alone, without data: min Σ over layers of (residual/norm)² in the method's own objective.</summary>
/// <remarks>A fallback for when nothing can be measured. A flat spectrum is not the same as a layer that matters; <see cref="SensitivityProfile"/> measures that.</remarks>
public static class SpectrumAllocation
{
    /// <summary>A plan that removes <paramref name="removed"/> of the target linears' weights.</summary>
    /// <param name="spectra">Every target linear of the model with its singular values, descending.</param>
    /// <param name="removed">0 ≤ removed &lt; 1.</param>
    public static RankPlan Allocate(IReadOnlyList<(TargetShape Target, IReadOnlyList<double> SingularValues)> spectra, double removed)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        return LossCurveAllocation.Allocate("spectrum", [.. spectra.Select(s => new LossCurve(s.Target, RelativeTails(s.Target, s.SingularValues)))], removed);
    }

    /// <summary>Σ_{i&gt;r}σ_i²/Σσ_i² for every rank that saves anything.</summary>
    private static (int Rank, double Increase)[] RelativeTails(TargetShape target, IReadOnlyList<double> sigma)
    {
        var points = new (int Rank, double Increase)[target.LargestSavingRank];
        var tail = 0.0;
        for (var i = sigma.Count - 1; i >= 0; i--)
        {
            if (i < points.Length)
                points[i] = (i + 1, tail);
            tail += sigma[i] * sigma[i];
        }
        return tail == 0 ? points : Array.ConvertAll(points, p => (p.Rank, p.Increase / tail));
    }
}
