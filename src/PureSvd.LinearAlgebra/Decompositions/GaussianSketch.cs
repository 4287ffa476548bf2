using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>A matrix of independent standard normal numbers from a seed.</summary>
internal static class GaussianSketch
{
    /// <summary>Rows that share a stream of random numbers.</summary>
    private const int RowsPerStream = 64;

    /// <summary>[rows×columns]; the same for any number of threads.</summary>
    public static Matrix<T> Create<T>(int rows, int columns, ulong seed, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sketch = new Matrix<T>(rows, columns);
        parallelism.For((rows + RowsPerStream - 1) / RowsPerStream, block =>
        {
            var random = SeededRandom.ForStream(seed, (ulong)block);
            for (var i = block * RowsPerStream; i < Math.Min(rows, (block + 1) * RowsPerStream); i++)
                foreach (ref var element in sketch.Row(i))
                    element = T.CreateTruncating(random.NextGaussian());
        });
        return sketch;
    }
}
