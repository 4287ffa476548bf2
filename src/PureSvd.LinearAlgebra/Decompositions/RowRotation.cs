using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>One rotation of a pair of vectors: (x, y) ← (c·x − a·y, b·x + c·y).</summary>
/// <remarks>
/// With 1 − c instead of c (Rutishauser's form): the many small rotations of the last sweeps have a c that rounds to 1, and their vectors would grow by s² each time.
/// </remarks>
internal static unsafe class RowRotation
{
    /// <summary>Rotates <paramref name="x"/> with <paramref name="y"/>; versine is 1 − c, a and b are the sine times the ratio of the scales that the two vectors are stored in.</summary>
    public static void Apply<T>(Span<T> x, Span<T> y, T versine, T a, T b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y)
        {
            var done = 0;
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                done = Rotate<T, Vector512<T>, Lanes512<T>>(px, py, x.Length, versine, a, b);
            else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                done = Rotate<T, Vector256<T>, Lanes256<T>>(px, py, x.Length, versine, a, b);
            else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                done = Rotate<T, Vector128<T>, Lanes128<T>>(px, py, x.Length, versine, a, b);
            Rotate<T, T, ScalarLanes<T>>(px + done, py + done, x.Length - done, versine, a, b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Rotate<T, TVector, TLanes>(T* x, T* y, int count, T versine, T a, T b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var minusVersine = TLanes.Broadcast(-versine);
        var minusA = TLanes.Broadcast(-a);
        var plusB = TLanes.Broadcast(b);
        var i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            var p = TLanes.Load(x + i);
            var q = TLanes.Load(y + i);
            TLanes.Store(TLanes.MultiplyAdd(minusA, q, TLanes.MultiplyAdd(minusVersine, p, p)), x + i);
            TLanes.Store(TLanes.MultiplyAdd(plusB, p, TLanes.MultiplyAdd(minusVersine, q, q)), y + i);
        }
        return i;
    }
}
