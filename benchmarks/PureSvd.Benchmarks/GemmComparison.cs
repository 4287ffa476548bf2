using System.Globalization;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>Gemm and OpenBLAS in turns on the same matrices.</summary>
/// <remarks>
/// A pair is one run of each right after the other, so that a change of the clock or of the load meets both. The ratio is the median over the pairs;
/// the figures are the best of each. One thread is measured by its own processor time, two by the wall clock.
/// </remarks>
internal static class GemmComparison
{
    private const int Pairs = 9;

    private static readonly (int M, int N, int K, string What)[] s_shapes =
    [
        (1, 768, 768, "one token, BERT-base"),
        (8, 768, 768, "eight tokens"),
        (128, 768, 768, "128 tokens, attention"),
        (128, 3072, 768, "128 tokens, MLP up"),
        (128, 768, 3072, "128 tokens, MLP down"),
        (1024, 768, 768, "8 × 128 tokens"),
        (1024, 307, 768, "the same, rank 307"),
        (128, 128, 64, "attention scores of a head"),
        (24, 24, 32, "the same, small model"),
        (200, 128, 128, "small model"),
    ];

    internal static void Run(string[] options)
    {
        var sizes = options.Length > 0 ? [.. options.Select(o => int.Parse(o, CultureInfo.InvariantCulture))] : (int[])[256, 512, 1024, 2048, 4096];
        Console.WriteLine($"OpenBLAS: {OpenBlas.Version}");
        double ceiling32 = FmaCeiling.Measure<float>(), ceiling64 = FmaCeiling.Measure<double>();
        Console.WriteLine($"FMA ceiling, one core: float {ceiling32:F0} GFLOP/s, double {ceiling64:F0}");
        Console.WriteLine($"{"type",-7}{"threads",7}  {"m×n×k",-16}{"ops",4}{"PureSvd",9}{"OpenBLAS",9}{"ratio",7}{"% of FMA",9}  (GFLOP/s)");
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var n in sizes)
            {
                foreach (var opA in Enum.GetValues<Operand>())
                {
                    foreach (var opB in Enum.GetValues<Operand>())
                    {
                        Compare<float>(n, n, n, opA, opB, threads, ceiling32);
                        Compare<double>(n, n, n, opA, opB, threads, ceiling64);
                    }
                }
            }

            foreach (var (m, n, k, what) in s_shapes)
                Compare<float>(m, n, k, Operand.AsIs, Operand.Transposed, threads, ceiling32, what);
        }

        MathNet(512);
    }

    /// <summary>What a managed product cost before: for scale.</summary>
    private static void MathNet(int n)
    {
        var a = global::MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Random(n, n, 1);
        var b = global::MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Random(n, n, 2);
        var seconds = Enumerable.Range(0, 5).Min(_ => Time(1, 2, () => a.Multiply(b)));
        Console.WriteLine($"MathNet.Numerics, managed, double {n}×{n}×{n}, all threads: {2.0 * n * n * n / seconds / 1e9:F1} GFLOP/s");
    }

    private static void Compare<T>(int m, int n, int k, Operand opA, Operand opB, int threads, double ceiling, string what = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = Inputs.Random<T>(opA == Operand.AsIs ? m : k, opA == Operand.AsIs ? k : m);
        var b = Inputs.Random<T>(opB == Operand.AsIs ? k : n, opB == Operand.AsIs ? n : k);
        var c = new Matrix<T>(m, n);
        var gflop = 2.0 * m * n * k / 1e9;
        var repeats = (int)Math.Clamp(0.5 / gflop, 1, 20_000);
        var ours = new double[Pairs];
        var theirs = new double[Pairs];
        for (var pair = 0; pair < Pairs; pair++)
        {
            ours[pair] = Time(repeats, threads, () => Gemm.Multiply(a, opA, b, opB, T.One, T.Zero, c.View, new Parallelism(threads)));
            theirs[pair] = OpenBlas.IsPresent ? Time(repeats, threads, Peer) : double.NaN;
        }

        var ratios = ours.Zip(theirs, (o, t) => t / o).Order().ToArray();
        var best = gflop / ours.Min();
        Console.WriteLine(
            $"{typeof(T).Name,-7}{threads,7}  {$"{m}×{n}×{k}",-16}{Letter(opA)}{Letter(opB),-3}{best,9:F1}{gflop / theirs.Min(),9:F1}{ratios[Pairs / 2],7:F2}{100 * best / (ceiling * threads),9:F0}  {what}");

        unsafe void Peer() => OpenBlas.Gemm(opA == Operand.Transposed, opB == Operand.Transposed, m, n, k, T.One, a.View.Data, a.Columns, b.View.Data, b.Columns, T.Zero, c.View.Data, n, threads);
    }

    private static string Letter(Operand op) => op == Operand.AsIs ? "N" : "T";

    private static double Time(int repeats, int threads, Action action)
    {
        action();
        var start = Now();
        for (var i = 0; i < repeats; i++)
            action();
        return (Now() - start) / repeats;

        double Now() => threads == 1 ? Clock.ThreadSeconds() : Clock.WallSeconds();
    }
}
