using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PureSvd.LinearAlgebra;

namespace PureSvd.Benchmarks;

/// <summary>The most multiply-adds that this processor does: the micro-kernel alone, on panels that stay in the first-level cache.</summary>
internal static unsafe class FmaCeiling
{
    private const int Depth = 128;

    /// <summary>GFLOP/s of one core.</summary>
    internal static double Measure<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector512.IsHardwareAccelerated ? Measure<T, GemmMicroKernel512<T>>() : Vector256.IsHardwareAccelerated ? Measure<T, GemmMicroKernel256<T>>() : Measure<T, GemmMicroKernel128<T>>();

    // Without the attribute the loop would be compiled in tiers, and a tenth of the speed lost between two calls of the kernel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Measure<T, TKernel>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        const int Calls = 5000;
        var best = 0.0;
        var a = Matrix<T>.Create(1, Depth * TKernel.Rows, (_, _) => T.One);
        var b = Matrix<T>.Create(1, Depth * TKernel.Columns, (_, _) => T.One);
        var c = new Matrix<T>(TKernel.Rows, TKernel.Columns);
        T* left = a.View.Data, right = b.View.Data, result = c.View.Data;
        for (var round = 0; round < 20; round++)
        {
            var start = Clock.ThreadSeconds();
            for (var i = 0; i < Calls; i++)
                TKernel.Multiply(Depth, left, 1, TKernel.Rows, right, TKernel.Columns, T.One, T.Zero, result, TKernel.Columns, right);
            best = Math.Max(best, Calls * 2.0 * Depth * TKernel.Rows * TKernel.Columns / (Clock.ThreadSeconds() - start) / 1e9);
        }

        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        return best;
    }
}
