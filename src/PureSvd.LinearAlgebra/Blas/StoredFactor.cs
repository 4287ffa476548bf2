using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>From the kind of a stored element, known at run time, to the kernel compiled for it.</summary>
internal static unsafe class StoredFactor<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    /// <summary>See <see cref="GemmDots{T, TVector, TLanes, TElement}.Multiply"/>; without a kind W holds elements of T.</summary>
    internal static void MultiplyDots(T* x, nint xStride, int rows, byte* w, nint wStride, ElementKind? kind, int columns, int k, T alpha, T beta, T* c, nint cStride)
    {
        if (typeof(T) == typeof(float) && kind == ElementKind.F16)
            GemmDots<T, TVector, TLanes, FiniteFloat16Element<T, TVector, TLanes>>.Multiply(x, xStride, rows, w, wStride, columns, k, alpha, beta, c, cStride);
        else if (typeof(T) == typeof(float) && kind == ElementKind.BF16)
            GemmDots<T, TVector, TLanes, BFloat16Element<T, TVector, TLanes>>.Multiply(x, xStride, rows, w, wStride, columns, k, alpha, beta, c, cStride);
        else
            GemmDots<T, TVector, TLanes, SameElement<T, TVector, TLanes>>.Multiply(x, xStride, rows, w, wStride, columns, k, alpha, beta, c, cStride);
    }

    /// <summary>Widens <paramref name="count"/> elements.</summary>
    internal static void Widen(byte* source, ElementKind kind, T* destination, int count)
    {
        if (typeof(T) == typeof(float) && kind == ElementKind.F16)
            Widen<Float16Element<T, TVector, TLanes>>(source, destination, count);
        else if (typeof(T) == typeof(float) && kind == ElementKind.BF16)
            Widen<BFloat16Element<T, TVector, TLanes>>(source, destination, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TElement>(byte* source, T* destination, int count)
        where TElement : struct, IStoredElement<T, TVector>
    {
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TElement.Load(source + i * TElement.Size), destination + i);
        for (; i < count; i++)
            destination[i] = TElement.LoadOne(source + i * TElement.Size);
    }
}
