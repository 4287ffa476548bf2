using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>Sums and dot products whose bits depend on the elements and the kind of vector unit alone.</summary>
/// <remarks>The reductions of <c>TensorPrimitives</c> start at an aligned address, so that their order of summation, and so their last bits, depend on where the memory happens to lie.</remarks>
public static unsafe class Reductions
{
    /// <summary>xᵀy.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"Dot: x has {x.Length} elements and y has {y.Length}.");
        return Reduce(x, y);
    }

    /// <summary>Σ xᵢ.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Reduce(x, default);

    /// <summary>Σ xᵢ².</summary>
    public static T SumOfSquares<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Reduce(x, x);

    // An empty y stands for ones: x·1 + s rounds as x + s does.
    private static T Reduce<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                return Reduce<T, Vector512<T>, Lanes512<T>>(px, py, x.Length);
            if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                return Reduce<T, Vector256<T>, Lanes256<T>>(px, py, x.Length);
            if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                return Reduce<T, Vector128<T>, Lanes128<T>>(px, py, x.Length);
            return Reduce<T, T, ScalarLanes<T>>(px, py, x.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Reduce<T, TVector, TLanes>(T* x, T* y, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var lanes = TLanes.Count;
        var one = TLanes.Broadcast(T.One);
        var s0 = TLanes.Broadcast(T.Zero);
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var i = 0;
        for (; i <= count - 4 * lanes; i += 4 * lanes)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), (y == null ? one : TLanes.Load(y + i)), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(x + i + lanes), (y == null ? one : TLanes.Load(y + i + lanes)), s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(x + i + 2 * lanes), (y == null ? one : TLanes.Load(y + i + 2 * lanes)), s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(x + i + 3 * lanes), (y == null ? one : TLanes.Load(y + i + 3 * lanes)), s3);
        }
        for (; i <= count - lanes; i += lanes)
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), (y == null ? one : TLanes.Load(y + i)), s0);

        // By halves, the upper onto the lower, down to one element.
        var parts = stackalloc T[lanes];
        TLanes.Store(TLanes.Add(TLanes.Add(s0, s2), TLanes.Add(s1, s3)), parts);
        for (var half = lanes / 2; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                parts[j] += parts[j + half];
        var sum = parts[0];
        for (; i < count; i++)
            sum += y == null ? x[i] : x[i] * y[i];
        return sum;
    }
}
