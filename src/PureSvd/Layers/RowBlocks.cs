using System.Numerics;
using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Layers;

/// <summary>Row-wise work shared out among threads in blocks of rows; beside products that use all threads, a pass over the activations on one of them is soon a tenth of the time.</summary>
internal static class RowBlocks
{
    private const int BlockElements = 16384; // Some microseconds, and well inside a second-level cache.

    /// <summary>Runs <paramref name="body"/>(first row, rows, state) over all rows of a matrix [rows×columns]. A static body allocates nothing.</summary>
    internal static void For<TState>(int rows, int columns, TState state, Action<int, int, TState> body, Parallelism parallelism)
    {
        var height = Math.Max(1, BlockElements / Math.Max(1, columns));
        if (parallelism.Threads <= 1 || rows <= 2 * height)
            body(0, rows, state);
        else
            parallelism.For((rows + height - 1) / height, (rows, height, state, body), static (block, s) => s.body(block * s.height, Math.Min(s.height, s.rows - block * s.height), s.state));
    }

    /// <summary>sum += part, of the same shape.</summary>
    internal static void Add<T>(MatrixView<T> sum, MatrixView<T> part, Parallelism parallelism)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => For(sum.Rows, sum.Columns, (sum, part), static (first, count, s) =>
        {
            for (var i = first; i < first + count; i++)
                TensorPrimitives.Add(s.sum.Row(i), s.part.Row(i), s.sum.Row(i));
        }, parallelism);
}
