using System.Diagnostics;
using System.Numerics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary><c>-- svd --choice [--out DIR]</c>: where <see cref="SubspaceSvd"/> beats the exact decomposition, over shape, part of the ranks and accuracy: what the thresholds of <see cref="Svd.Compute"/> come from.</summary>
internal static class SvdChoice
{
    private static readonly (int M, int N)[] s_shapes = [(256, 256), (384, 384), (512, 512), (768, 768), (768, 3072), (1536, 1536)];
    private static readonly double[] s_parts = [0.05, 0.1, 0.2, 0.25, 0.3, 0.35];
    private static readonly double[] s_allowed = [1e-2, 1e-3, 1e-4];

    internal static void Run(string? directory)
    {
        List<string> lines =
        [
            Machine.Describe(),
            "",
            "Time of the exact decomposition of the same rank over that of the subspace iteration, all threads, the best of three; Gaussian entries, its slowest case.",
            "",
            $"| shape, type       | allowed | {string.Join(" | ", s_parts.Select(part => FormattableString.Invariant($"{100 * part,4:0} %")))} |",
            $"|-------------------|--------:|{string.Concat(s_parts.Select(_ => "-------:|"))}",
        ];
        lines.ForEach(Console.WriteLine);
        foreach (var (m, n) in s_shapes)
        {
            Shape<float>(m, n, lines);
            Shape<double>(m, n, lines);
        }
        if (directory is null)
            return;
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "svd-choice.md");
        File.WriteAllText(path + ".new", string.Join('\n', lines) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Shape<T>(int m, int n, List<string> lines)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(1);
        var a = Matrix<T>.Create(m, n, (_, _) => T.CreateTruncating(random.NextGaussian()));
        var ranks = Array.ConvertAll(s_parts, part => (int)(part * Math.Min(m, n)));
        var exact = Array.ConvertAll(ranks, rank => Best(() => HouseholderSvd.Compute<T>(a, new SvdOptions { Rank = rank })));
        foreach (var allowed in s_allowed)
        {
            var ratios = ranks.Select((rank, i) => exact[i] / Best(() => SubspaceSvd.Compute<T>(a, new SvdOptions { Rank = rank, Suboptimality = allowed })));
            lines.Add(FormattableString.Invariant($"| {$"{m}×{n} {typeof(T).Name}",-17} | {allowed,7:0e+0} | {string.Join(" | ", ratios.Select(ratio => FormattableString.Invariant($"{ratio,6:0.00}")))} |"));
            Console.WriteLine(lines[^1]);
        }
    }

    private static double Best(Action action)
    {
        const int Times = 3;
        action();
        return Enumerable.Range(0, Times).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
    }
}
