using System.Diagnostics;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

internal static class GemmComparison
{
    internal static void Run(string[] args)
    {
        var quick = args.Length > 0 ? int.Parse(args[0]) : 0;
        int[] sizes = quick > 0 ? [quick] : [256, 512, 768, 1024, 2048];
        foreach (var threads in (int[])[1, 2])
        {
            foreach (var n in sizes)
            {
                Compare<float>(n, n, n, Operand.AsIs, Operand.AsIs, threads);
                Compare<float>(n, n, n, Operand.AsIs, Operand.Transposed, threads);
                Compare<double>(n, n, n, Operand.AsIs, Operand.AsIs, threads);
            }
            foreach (var (m, n, k) in ((int, int, int)[])[(1, 768, 768), (4, 768, 768), (8, 768, 768), (24, 24, 32), (128, 128, 64), (200, 128, 128), (128, 768, 768), (128, 3072, 768), (128, 768, 3072), (1024,768,768)])
                Compare<float>(m, n, k, Operand.AsIs, Operand.Transposed, threads);
        }
    }

    private static unsafe void Compare<T>(int m, int n, int k, Operand opA, Operand opB, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(1);
        var a = opA == Operand.AsIs ? Random(m, k) : Random(k, m);
        var b = opB == Operand.AsIs ? Random(k, n) : Random(n, k);
        var c = new Matrix<T>(m, n);
        var d = new Matrix<T>(m, n);
        OpenBlas.SetThreads(threads);
        var flops = 2.0 * m * n * k;
        var repeats = (int)Math.Clamp(2e9 / flops, 1, 20000);
        List<double> ours = [], theirs = [];
        for (var round = 0; round < 7; round++)
        {
            ours.Add(Time(repeats, () => Gemm.Multiply(a, opA, b, opB, T.One, T.Zero, c, new Parallelism(threads))));
            theirs.Add(Time(repeats, () => OpenBlas.Gemm(opA == Operand.Transposed, opB == Operand.Transposed, m, n, k, T.One, a.View.Data, a.Columns, b.View.Data, b.Columns, T.Zero, d.View.Data, n)));
        }
        double worst = 0;
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                worst = Math.Max(worst, Math.Abs(double.CreateChecked(c[i, j] - d[i, j])));
        double O = flops / ours.Min() / 1e9, B = flops / theirs.Min() / 1e9;
        Console.WriteLine($"{typeof(T).Name,-6} {threads}t {m}x{n}x{k} {opA.ToString()[0]}{opB.ToString()[0]}: ours {O,7:F1} openblas {B,7:F1} best ratio {O / B:F3} median ratio {Median(theirs) / Median(ours):F3}  diff {worst:E1}");

        Matrix<T> Random(int rows, int columns) => Matrix<T>.Create(rows, columns, (_, _) => T.CreateChecked(random.NextDouble() - 0.5));
    }

    private static double Median(List<double> x) { x.Sort(); return x[x.Count / 2]; }

    private static double Time(int repeats, Action action)
    {
        action();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }
}
