using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.Layers;

/// <summary>eˣ for x ≤ 0: all that softmax, σ and the normal density need, and without a branch.</summary>
/// <remarks>
/// float: 2ⁿ·2ᶠ with n + f = x·log₂e, |f| ≤ ½, and a polynomial of degree 6 for 2ᶠ; the relative error is below 1e-7·(1 + |x|/8). Below −87 it stays at
/// e⁻⁸⁷ ≈ 2⁻¹²⁶, which is as good as 0 here. A NaN stays one. double: Math.Exp, for trust and not for speed.
/// Every lane is computed alike, so a value does not depend on where in a row it stands; the exponentials of TensorPrimitives take another path for short rows.
/// </remarks>
internal static class Exponential
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<T> OfNegative<T>(Vector512<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => typeof(T) == typeof(float) ? OfNegative(x.As<T, float>()).As<float, T>() : OfNegative(x.As<T, double>()).As<double, T>();

    private static Vector512<double> OfNegative(Vector512<double> x)
    {
        var result = x;
        for (var i = 0; i < Vector512<double>.Count; i++)
            result = result.WithElement(i, Math.Exp(x[i]));
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> OfNegative(Vector512<float> x)
    {
        var log2E = Vector512.Create(1.44269504f);
        x = Vector512.MaxNative(Vector512.Create(-87f), x); // In this order, so that a NaN in x is what comes out.
        var n = Vector512.Round(x * log2E);
        var f = Vector512.FusedMultiplyAdd(x, log2E, -n);
        var p = Vector512.Create(0.00015345811f);
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(0.00133999321f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(0.00961848907f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(0.0555032864f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(0.240226462f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(0.693147182f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512<float>.One);
        if (Avx512F.IsSupported)
            return Avx512F.Scale(p, n);
        return p * ((Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23).AsSingle();
    }
}
