using System.Numerics;
using System.Runtime.CompilerServices;

namespace PureSvd.LinearAlgebra;

/// <summary>An element of B as it is stored, and how it gets into a vector of <typeparamref name="T"/>: so that one kernel serves weights of every precision.</summary>
internal unsafe interface IStoredElement<T, TVector>
    where T : unmanaged
    where TVector : struct
{
    /// <summary>Bytes.</summary>
    static abstract int Size { get; }

    /// <summary>As many elements as a vector has, from any address, widened.</summary>
    static abstract TVector Load(byte* source);

    /// <summary>One element, from any address, widened.</summary>
    static abstract T LoadOne(byte* source);

    /// <summary>Whether <see cref="Load"/> is right for some elements only.</summary>
    static virtual bool MustBeChecked => false;

    /// <summary>The largest magnitudes so far, and of four vectors more; unchanged where <see cref="Load"/> needs no check.</summary>
    static virtual TVector Largest(TVector before, TVector v0, TVector v1, TVector v2, TVector v3) => before;

    /// <summary>Whether <see cref="Load"/> was right for all elements, given their largest magnitudes.</summary>
    static virtual bool IsRight(TVector largest) => true;
}

/// <summary>Stored as it is multiplied.</summary>
internal readonly unsafe struct SameElement<T, TVector, TLanes> : IStoredElement<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    public static int Size => sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TLanes.Load((T*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadOne(byte* source) => Unsafe.ReadUnaligned<T>(source);
}

/// <summary>float16.</summary>
internal readonly unsafe struct Float16Element<T, TVector, TLanes> : IStoredElement<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TLanes.LoadFloat16(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadOne(byte* source) => T.CreateTruncating((float)Unsafe.ReadUnaligned<Half>(source));
}

/// <summary>float16, of which the loads are right for finite elements alone: a kernel that finds others starts again with <see cref="Float16Element{T, TVector, TLanes}"/>.</summary>
internal readonly unsafe struct FiniteFloat16Element<T, TVector, TLanes> : IStoredElement<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    public static int Size => sizeof(ushort);

    public static bool MustBeChecked => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TLanes.LoadFiniteFloat16(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadOne(byte* source) => Float16Element<T, TVector, TLanes>.LoadOne(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Largest(TVector before, TVector v0, TVector v1, TVector v2, TVector v3) =>
        TLanes.LargerMagnitude(before, TLanes.LargerMagnitude(TLanes.LargerMagnitude(v0, v1), TLanes.LargerMagnitude(v2, v3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRight(TVector largest) => TLanes.AllBelow(largest, T.CreateTruncating(65536));
}

/// <summary>bfloat16.</summary>
internal readonly unsafe struct BFloat16Element<T, TVector, TLanes> : IStoredElement<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, IVectorLanes<T, TVector>
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(byte* source) => TLanes.LoadBFloat16(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadOne(byte* source) => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source) << 16));
}
