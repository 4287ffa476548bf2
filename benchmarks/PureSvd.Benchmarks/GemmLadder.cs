using System.Numerics.Tensors;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>The same product, float32, from the textbook to <see cref="Gemm"/>: one idea a step.</summary>
internal static unsafe class GemmLadder
{
    private const int N = 768;

    internal static void Run()
    {
        var a = Inputs.Random<float>(N, N);
        var b = Inputs.Random<float>(N, N);
        var c = new Matrix<float>(N, N);
        double previous = 0, first = 0;
        Console.WriteLine($"{N}×{N}×{N}, float32; FMA ceiling of one core {FmaCeiling.Measure<float>():F0} GFLOP/s");
        Step("triple loop, i j k", 1, () => GemmReference.Multiply<float>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c));
        Step("loop order i k j: along the rows", 1, () => Rows(a, b, c));
        Step("the same by vectors", 3, () => RowsByVectors(a, b, c));
        Step("packed panels, 6×8 tile in registers", 3, () => Multiply<GemmMicroKernel128<float>>(1));
        Step("256-bit vectors, 6×16", 5, () => Multiply<GemmMicroKernel256<float>>(1));
        Step("512-bit vectors, 12×32", 10, () => Multiply<GemmMicroKernel512<float>>(1));
        Step("two threads", 20, () => Multiply<GemmMicroKernel512<float>>(2), threads: 2);

        void Multiply<TKernel>(int threads)
            where TKernel : struct, IGemmMicroKernel<float> =>
            Gemm.Multiply<float, TKernel>(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c, new Parallelism(threads), null);

        void Step(string name, int rounds, Action multiply, int threads = 1)
        {
            multiply();
            var seconds = double.PositiveInfinity;
            for (var round = 0; round < rounds; round++)
            {
                var start = threads == 1 ? Clock.ThreadSeconds() : Clock.WallSeconds();
                multiply();
                seconds = Math.Min(seconds, (threads == 1 ? Clock.ThreadSeconds() : Clock.WallSeconds()) - start);
            }

            var speed = 2.0 * N * N * N / seconds / 1e9;
            first = first == 0 ? speed : first;
            Console.WriteLine($"{name,-42}{speed,8:F1} GFLOP/s{(previous == 0 ? 1 : speed / previous),8:F2}×{speed / first,8:F1}×");
            previous = speed;
        }
    }

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
