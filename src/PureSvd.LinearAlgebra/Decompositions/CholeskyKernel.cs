using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The Cholesky decomposition of a block that fits the first-level cache, by rows of U = Lᵀ.</summary>
/// <remarks>
/// In row-major storage the rows of L are finished too late: each element is a dot product. The rows of U are not: row k, divided by the root of the pivot, is taken out of all
/// rows below it, A ← A − uₖᵀ·uₖ, along memory. So the block is transposed into a buffer and back. n³/3 flops. Source: LAPACK xPOTF2, upper.
/// </remarks>
internal static unsafe class CholeskyKernel
{
    /// <summary>The largest order.</summary>
    internal const int Order = 64;

    [ThreadStatic]
    private static ScratchMemory? s_block;

    /// <summary>Overwrites the lower triangle of <paramref name="a"/> with L; reads nothing above it. Returns the first pivot that is not positive, or −1.</summary>
    internal static int Factorize<T>(MatrixView<T> a, out T pivot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
            return Factorize<T, Vector512<T>, Lanes512<T>>(a, out pivot);
        if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
            return Factorize<T, Vector256<T>, Lanes256<T>>(a, out pivot);
        if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
            return Factorize<T, Vector128<T>, Lanes128<T>>(a, out pivot);
        return Factorize<T, T, ScalarLanes<T>>(a, out pivot);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Factorize<T, TVector, TLanes>(MatrixView<T> a, out T pivot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var n = a.Rows;
        var stride = (n + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        var u = (s_block ??= new ScratchMemory()).Reserve<T>(Order * (Order + 16));
        new Span<T>(u, n * stride).Clear();
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
                u[j * stride + i] = a[i, j];
        var failed = Eliminate<T, TVector, TLanes>(u, n, stride, out pivot);
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
                a[i, j] = u[j * stride + i];
        return failed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Eliminate<T, TVector, TLanes>(T* u, int n, nint stride, out T pivot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        for (var k = 0; k < n; k++)
        {
            var row = u + k * stride;
            pivot = row[k];
            if (!(pivot > T.Zero))
                return k;
            var root = T.Sqrt(pivot);
            var inverse = TLanes.Broadcast(T.One / root);

            // Whole vectors: what lies before the diagonal in them is never read again.
            for (nint j = (k + 1) / TLanes.Count * TLanes.Count; j < stride; j += TLanes.Count)
                TLanes.Store(TLanes.Multiply(inverse, TLanes.Load(row + j)), row + j);
            row[k] = root;
            var target = row + stride;
            for (var i = k + 1; i < n; i++, target += stride)
            {
                var factor = TLanes.Broadcast(-row[i]);
                for (nint j = i / TLanes.Count * TLanes.Count; j < stride; j += TLanes.Count)
                    TLanes.Store(TLanes.MultiplyAdd(factor, TLanes.Load(row + j), TLanes.Load(target + j)), target + j);
            }
        }

        pivot = T.One;
        return -1;
    }
}
