using System.Numerics;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>The most multiply-adds that this processor does: the micro-kernel alone, on panels that stay in the first-level cache.</summary>
internal static unsafe class FmaCeiling
{
    private const int Depth = 128;

    /// <summary>GFLOP/s of one core.</summary>
    internal static double Measure<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var best = 0.0;
        var a = Matrix<T>.Create(1, Depth * 12, (_, _) => T.One);
        var b = Matrix<T>.Create(1, Depth * 2 * Vector512<T>.Count, (_, _) => T.One);
        var c = new Matrix<T>(12, 2 * Vector512<T>.Count);
        for (var round = 0; round < 20; round++)
        {
            var start = Clock.ThreadSeconds();
            var rows = 0;
            for (var i = 0; i < 5000; i++)
            {
                if (Vector512.IsHardwareAccelerated)
                    rows = Once<GemmMicroKernel512<T>>();
                else if (Vector256.IsHardwareAccelerated)
                    rows = Once<GemmMicroKernel256<T>>();
                else
                    rows = Once<GemmMicroKernel128<T>>();
            }

            best = Math.Max(best, 5000 * 2.0 * Depth * rows / (Clock.ThreadSeconds() - start) / 1e9);
        }

        return best;

        int Once<TKernel>()
            where TKernel : struct, IGemmMicroKernel<T>
        {
            TKernel.Multiply(Depth, a.View.Data, 1, TKernel.Rows, b.View.Data, TKernel.Columns, T.One, T.Zero, c.View.Data, TKernel.Columns, b.View.Data);
            return TKernel.Rows * TKernel.Columns;
        }
    }
}
