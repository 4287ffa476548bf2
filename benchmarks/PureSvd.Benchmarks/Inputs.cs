using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>What the benchmarks compute with.</summary>
internal static class Inputs
{
    /// <summary>Uniform in [-1/2, 1/2).</summary>
    internal static Matrix<T> Random<T>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(1);
        return Matrix<T>.Create(rows, columns, (_, _) => T.CreateChecked(random.NextDouble() - 0.5));
    }
}
