using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks.Peers;

/// <summary>What this machine can do at most: multiply-adds, and reading memory.</summary>
internal sealed record Ceilings(double Single, double Double, double ReadOne, double ReadAll)
{
    internal static Ceilings Measure() => new(FmaCeiling.Measure<float>(), FmaCeiling.Measure<double>(), Read(1), Read(Environment.ProcessorCount));

    /// <summary>Which part of its ceilings the work reached: of what memory delivers, where it is bound by that, and of what the processor multiplies.</summary>
    internal string Part(PeerRow row, double seconds)
    {
        var (bytes, flops) = (row.Bytes / seconds / 1e9, Math.Max(row.Flops, row.NominalFlops) / seconds / 1e9);
        return string.Join(", ", new[]
        {
            bytes > 0 ? Percent(bytes / (row.Threads == 1 ? ReadOne : ReadAll)) + " read" : null,
            flops > 0 ? Percent(flops / (row.Threads * (row.Type == "double" ? Double : Single))) + " FMA" : null,
        }.OfType<string>());
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Ceilings: FMA of one core {Single:F0} GFLOP/s float, {Double:F0} double; reading memory {ReadOne:F1} GB/s by one thread, {ReadAll:F1} by {Environment.ProcessorCount}");

    private static string Percent(double part) => (100 * part).ToString("F0", CultureInfo.InvariantCulture);

    /// <summary>GB/s of summing 256 MiB, far beyond the caches: the better of one stream and of four.</summary>
    private static unsafe double Read(int threads)
    {
        const int Bytes = 256 << 20;
        const int Piece = 1 << 20;
        var data = new Matrix<float>(1, Bytes / sizeof(float));
        data.Span.Fill(1);
        var best = 0.0;
        var sink = 0f;
        for (var round = 0; round < 12; round++)
        {
            var streams = round % 2 == 0 ? 1 : 4;
            var start = Clock.WallSeconds();
            new Parallelism(threads).For(Bytes / Piece, piece => sink += Sum(data, data.View.Data + piece * (Piece / sizeof(float)), Piece / sizeof(float), streams));
            best = Math.Max(best, Bytes / (Clock.WallSeconds() - start) / 1e9);
        }

        return float.IsNaN(sink) ? 0 : best;
    }

    /// <summary>Reads memory as fast as it comes; the sum is what makes it be read.</summary>
    /// <param name="owner">Keeps the memory alive.</param>
    /// <param name="x">Any bytes, as floats.</param>
    /// <param name="count">A multiple of 512.</param>
    /// <param name="streams">1 or 4.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe float Sum(object? owner, float* x, int count, int streams)
    {
        nint apart = streams == 1 ? 32 : count / 4;
        nint step = streams == 1 ? 128 : 32;
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var i = 0; i < count; i += 128, x += step)
        {
            a += Vector512.Load(x) + Vector512.Load(x + 16);
            b += Vector512.Load(x + apart) + Vector512.Load(x + apart + 16);
            c += Vector512.Load(x + 2 * apart) + Vector512.Load(x + 2 * apart + 16);
            d += Vector512.Load(x + 3 * apart) + Vector512.Load(x + 3 * apart + 16);
        }

        GC.KeepAlive(owner);
        return Vector512.Sum(a + b + c + d);
    }
}
