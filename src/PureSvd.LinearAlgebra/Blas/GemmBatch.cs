using System.Numerics;

namespace PureSvd.LinearAlgebra;

/// <summary>Many products of one shape as one dispatch; each is computed by one thread, so that nothing is shared but the count of what is done.</summary>
/// <param name="A">The left factors.</param>
/// <param name="OpA">How to read them.</param>
/// <param name="B">The right factors.</param>
/// <param name="OpB">How to read them.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta">β.</param>
/// <param name="C">The results.</param>
internal readonly record struct GemmBatch<T>(MatrixBatch<T> A, Operand OpA, MatrixBatch<T> B, Operand OpB, T Alpha, T Beta, MatrixBatch<T> C)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Below so many multiply-adds (5 µs on one core) another thread costs more than it brings.</summary>
    private const double SerialWork = 1 << 19;

    /// <summary>Multiply-adds that a thread takes at a time, at least: the tiniest products come in groups.</summary>
    private const double ItemWork = 1 << 17;

    private const int ItemsPerThread = 8;

    internal void Run(int depth, Parallelism parallelism)
    {
        var work = (double)C.First.Rows * C.First.Columns * depth * C.Count;
        if (parallelism.Threads > 1 && C.Count < parallelism.Threads)
        {
            for (var i = 0; i < C.Count; i++)
                Gemm.Dispatch(A[i], OpA, B[i], OpB, Alpha, Beta, C[i], parallelism);
            return;
        }

        var items = work < SerialWork ? 1 : (int)Math.Min(Math.Min(C.Count, (long)ItemsPerThread * parallelism.Threads), Math.Max(parallelism.Threads, work / ItemWork));
        if (parallelism.Threads <= 1 || items == 1)
            Multiply(0, C.Count);
        else
            parallelism.For(items, (Batch: this, items), static (item, s) => s.Batch.Multiply(s.Batch.Begin(item, s.items), s.Batch.Begin(item + 1, s.items)));
    }

    private int Begin(int item, int items) => (int)((long)C.Count * item / items);

    private void Multiply(int begin, int end)
    {
        for (var i = begin; i < end; i++)
            Gemm.Dispatch(A[i], OpA, B[i], OpB, Alpha, Beta, C[i], Parallelism.Serial);
    }
}
