using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>Dot products whose bits depend on the elements alone.</summary>
/// <remarks>The reductions of <c>TensorPrimitives</c> start at an aligned address, so that their order of summation, and so their last bits, depend on where the memory happens to lie.</remarks>
internal static unsafe class DotProduct
{
    /// <summary>xᵀy of two vectors of one length.</summary>
    public static T Of<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                return Sum<T, Vector512<T>, Lanes512<T>>(px, py, x.Length);
            if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                return Sum<T, Vector256<T>, Lanes256<T>>(px, py, x.Length);
            if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                return Sum<T, Vector128<T>, Lanes128<T>>(px, py, x.Length);
            return Sum<T, T, ScalarLanes<T>>(px, py, x.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Sum<T, TVector, TLanes>(T* x, T* y, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var lanes = TLanes.Count;
        var s0 = TLanes.Broadcast(T.Zero);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var i = 0;
        for (; i <= count - 4 * lanes; i += 4 * lanes)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), TLanes.Load(y + i), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(x + i + lanes), TLanes.Load(y + i + lanes), s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(x + i + 2 * lanes), TLanes.Load(y + i + 2 * lanes), s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(x + i + 3 * lanes), TLanes.Load(y + i + 3 * lanes), s3);
        }
        for (; i <= count - lanes; i += lanes)
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), TLanes.Load(y + i), s0);

        var parts = stackalloc T[4 * lanes];
        TLanes.Store(s0, parts);
        TLanes.Store(s1, parts + lanes);
        TLanes.Store(s2, parts + 2 * lanes);
        TLanes.Store(s3, parts + 3 * lanes);
        for (var half = 2 * lanes; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                parts[j] += parts[j + half];
        var sum = parts[0];
        for (; i < count; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
