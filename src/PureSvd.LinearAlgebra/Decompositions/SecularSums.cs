using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra;

/// <summary>The inner loops of <see cref="SecularEquation{T}"/> and <see cref="ArrowMerge{T}"/>, a vector of poles at a time.</summary>
/// <remarks>O(n²) divisions a merge; one by one they would take longer than the O(n³) products.</remarks>
internal static unsafe class SecularSums<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>differenceⱼ ← (dⱼ − c − η)·(dⱼ + c + η) for all j of a range; returns Σ zⱼ²/differenceⱼ and its derivative Σ (zⱼ/differenceⱼ)².</summary>
    public static (T Value, T Slope) Evaluate(ReadOnlySpan<T> d, ReadOnlySpan<T> z, T center, T eta, Span<T> differences)
    {
        fixed (T* pd = d, pz = z, out_ = differences)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                return Evaluate<Vector512<T>, Lanes512<T>>(pd, pz, d.Length, center, eta, out_);
            if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                return Evaluate<Vector256<T>, Lanes256<T>>(pd, pz, d.Length, center, eta, out_);
            if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                return Evaluate<Vector128<T>, Lanes128<T>>(pd, pz, d.Length, center, eta, out_);
            return Evaluate<T, ScalarLanes<T>>(pd, pz, d.Length, center, eta, out_);
        }
    }

    /// <summary>productⱼ ← productⱼ·differenceⱼ/((dⱼ − pole)·(dⱼ + pole)): one factor of Löwner's formula.</summary>
    public static void Multiply(ReadOnlySpan<T> d, T pole, ReadOnlySpan<T> differences, Span<T> products)
    {
        fixed (T* pd = d, pdiff = differences, out_ = products)
        {
            if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
                Multiply<Vector512<T>, Lanes512<T>>(pd, pole, pdiff, out_, d.Length);
            else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
                Multiply<Vector256<T>, Lanes256<T>>(pd, pole, pdiff, out_, d.Length);
            else if (Vector128.IsHardwareAccelerated && Vector128<T>.IsSupported)
                Multiply<Vector128<T>, Lanes128<T>>(pd, pole, pdiff, out_, d.Length);
            else
                Multiply<T, ScalarLanes<T>>(pd, pole, pdiff, out_, d.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (T Value, T Slope) Evaluate<TVector, TLanes>(T* d, T* z, nint count, T center, T eta, T* differences)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var minusCenter = TLanes.Broadcast(-center);
        var plusCenter = TLanes.Broadcast(center);
        var minusEta = TLanes.Broadcast(-eta);
        var plusEta = TLanes.Broadcast(eta);
        var value = TLanes.Broadcast(T.Zero);
        var slope = value;
        nint j = 0;
        for (; j + TLanes.Count <= count; j += TLanes.Count)
        {
            var pole = TLanes.Load(d + j);
            var weight = TLanes.Load(z + j);
            var difference = TLanes.Multiply(TLanes.Add(TLanes.Add(pole, minusCenter), minusEta), TLanes.Add(TLanes.Add(pole, plusCenter), plusEta));
            TLanes.Store(difference, differences + j);
            var ratio = TLanes.Divide(weight, difference);
            value = TLanes.MultiplyAdd(weight, ratio, value);
            slope = TLanes.MultiplyAdd(ratio, ratio, slope);
        }
        var (sum, sumOfSquares) = (TLanes.Sum(value), TLanes.Sum(slope));
        for (; j < count; j++)
        {
            differences[j] = (d[j] - center - eta) * (d[j] + center + eta);
            var ratio = z[j] / differences[j];
            sum += z[j] * ratio;
            sumOfSquares += ratio * ratio;
        }
        return (sum, sumOfSquares);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TVector, TLanes>(T* d, T pole, T* differences, T* products, nint count)
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var (minusPole, plusPole) = (TLanes.Broadcast(-pole), TLanes.Broadcast(pole));
        nint j = 0;
        for (; j + TLanes.Count <= count; j += TLanes.Count)
        {
            var dj = TLanes.Load(d + j);
            var factor = TLanes.Divide(TLanes.Load(differences + j), TLanes.Multiply(TLanes.Add(dj, minusPole), TLanes.Add(dj, plusPole)));
            TLanes.Store(TLanes.Multiply(TLanes.Load(products + j), factor), products + j);
        }
        for (; j < count; j++)
            products[j] *= differences[j] / ((d[j] - pole) * (d[j] + pole));
    }
}
