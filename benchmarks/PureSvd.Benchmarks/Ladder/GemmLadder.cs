using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Ladder;

/// <summary>The same product, float32, from the textbook to <see cref="Gemm"/>: one idea a step.</summary>
internal sealed unsafe class GemmLadder : WorkLadder
{
    private const int N = 768;

    internal override string Name => "gemm";

    internal override string Title => $"C = A·B, {N}×{N}×{N}, float32";

    internal override double Flops => 2.0 * N * N * N;

    internal override IEnumerable<LadderStep> Steps()
    {
        var a = Inputs.Random<float>(N, N);
        var b = Inputs.Random<float>(N, N);
        var c = new Matrix<float>(N, N);
        yield return new LadderStep("triple loop, i j k", () => GemmReference.Multiply<float>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c));
        yield return new LadderStep("loop order i k j: along the rows", () => Rows(a, b, c));
        yield return new LadderStep("the same by vectors", () => RowsByVectors(a, b, c));
        yield return new LadderStep("packed panels, 6×8 tile in registers", () => Multiply<GemmMicroKernel128<float>>(a, b, c, 1));
        yield return new LadderStep("256-bit vectors, 6×16", () => Multiply<GemmMicroKernel256<float>>(a, b, c, 1));
        yield return new LadderStep("512-bit vectors, 12×32", () => Multiply<GemmMicroKernel512<float>>(a, b, c, 1));
        yield return new LadderStep("two threads", () => Multiply<GemmMicroKernel512<float>>(a, b, c, 2)) { Threads = 2 };
    }

    private static void Multiply<TKernel>(MatrixView<float> a, MatrixView<float> b, MatrixView<float> c, int threads)
        where TKernel : struct, IGemmMicroKernel<float> =>
        Gemm.Multiply<float, TKernel>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c, new Parallelism(threads), null);

    private static void Rows(MatrixView<float> a, MatrixView<float> b, MatrixView<float> c)
    {
        c.Fill(0);
        for (var i = 0; i < N; i++)
            for (var p = 0; p < N; p++)
                AddRow(c.Data + i * c.Stride, a[i, p], b.Data + p * b.Stride);
    }

    private static void AddRow(float* c, float a, float* b)
    {
        for (var j = 0; j < N; j++)
            c[j] += a * b[j];
    }

    private static void RowsByVectors(MatrixView<float> a, MatrixView<float> b, MatrixView<float> c)
    {
        c.Fill(0);
        for (var i = 0; i < N; i++)
            for (var p = 0; p < N; p++)
                TensorPrimitives.MultiplyAdd(b.Row(p), a[i, p], c.Row(i), c.Row(i));
    }
}
