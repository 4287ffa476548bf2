using PureSvd.LinearAlgebra;

namespace PureSvd.Factorization;

/// <summary>Which examples a calibration uses.</summary>
public static class CalibrationSample
{
    /// <summary><paramref name="count"/> different indices below <paramref name="available"/>, in random order; all of them where there are no more.</summary>
    public static int[] Choose(int available, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(available);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var indices = Enumerable.Range(0, available).ToArray();
        new SeededRandom(seed).Shuffle(indices.AsSpan());
        return indices[..Math.Min(count, available)];
    }
}
