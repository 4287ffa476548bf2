using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PureSvd.LinearAlgebra;

/// <summary>What a micro-kernel needs of a vector: so that one kernel serves every width and both types, and compiles to bare instructions for each.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IVectorLanes<T, TVector>
    where T : unmanaged
    where TVector : struct
{
    /// <summary>Elements in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>The <see cref="Count"/> elements at <paramref name="source"/>, of any alignment.</summary>
    static abstract TVector Load(T* source);

    /// <summary>Writes to <paramref name="destination"/>, of any alignment.</summary>
    static abstract void Store(TVector vector, T* destination);

    /// <summary>Every element <paramref name="value"/>.</summary>
    static abstract TVector Broadcast(T value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a·b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a/b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a·b + c, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The sum of the elements, in an order that depends on nothing but the kind of vector.</summary>
    static abstract T Sum(TVector vector);

    /// <summary>The sums of four vectors, side by side; each in an order that depends on nothing but the kind of vector, which need not be that of <see cref="Sum"/>.</summary>
    static abstract void StoreSums(TVector v0, TVector v1, TVector v2, TVector v3, T* destination);

    /// <summary><see cref="Count"/> elements of float16 at any address, widened exactly; T is float.</summary>
    static abstract TVector LoadFloat16(byte* source);

    /// <summary>The same in half the instructions, but an infinity or NaN comes out as a number from 65536 on, which no finite element reaches.</summary>
    static abstract TVector LoadFiniteFloat16(byte* source);

    /// <summary>The larger magnitude of each pair of elements.</summary>
    static abstract TVector LargerMagnitude(TVector a, TVector b);

    /// <summary>Whether every element is below <paramref name="bound"/>.</summary>
    static abstract bool AllBelow(TVector vector, T bound);

    /// <summary><see cref="Count"/> elements of bfloat16 at any address, widened exactly; T is float.</summary>
    static abstract TVector LoadBFloat16(byte* source);
}

/// <summary>512-bit vectors: AVX-512.</summary>
internal readonly unsafe struct Lanes512<T> : IVectorLanes<T, Vector512<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<T> vector, T* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Broadcast(T value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Multiply(Vector512<T> a, Vector512<T> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Divide(Vector512<T> a, Vector512<T> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vector512<T> vector) => Vector512.Sum(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(Vector512<T> v0, Vector512<T> v1, Vector512<T> v2, Vector512<T> v3, T* destination)
    {
        if (typeof(T) == typeof(float) && Sse3.IsSupported)
        {
            Lanes128<float>.StoreFoldedSums(Fold(v0), Fold(v1), Fold(v2), Fold(v3), (float*)destination);
            return;
        }

        destination[0] = Sum(v0);
        destination[1] = Sum(v1);
        destination[2] = Sum(v2);
        destination[3] = Sum(v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector512<T> vector)
    {
        var half = (vector.GetLower() + vector.GetUpper()).AsSingle();
        return half.GetLower() + half.GetUpper();
    }

    // Infinity and NaN get their exponent by force.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LoadFloat16(byte* source)
    {
        var value = LoadFiniteFloat16(source).AsInt32();
        var beyond = Vector512.GreaterThanOrEqual(value & Vector512.Create(int.MaxValue), Vector512.Create(BitConverter.SingleToInt32Bits(65536)));
        return Vector512.ConditionalSelect(beyond, value | Vector512.Create(0x7F800000), value).As<int, T>();
    }

    // The sign fills bits 28 to 31, exponent and fraction lie where float32 has them; the exponent is rebased by a multiplication, which also normalises the subnormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LoadFiniteFloat16(byte* source)
    {
        var bits = (WidenSigned(source) << 13) & Vector512.Create(unchecked((int)0x8FFFE000));
        return (bits.AsSingle() * Vector512.Create(BitConverter.UInt32BitsToSingle(0x77800000))).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LargerMagnitude(Vector512<T> a, Vector512<T> b)
    {
        const byte Absolute = 0x0B; // The larger magnitude, sign cleared: one instruction.
        return typeof(T) == typeof(float) && Avx512DQ.IsSupported
            ? Avx512DQ.Range(a.AsSingle(), b.AsSingle(), Absolute).As<float, T>()
            : Vector512.MaxNative(Vector512.Abs(a), Vector512.Abs(b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllBelow(Vector512<T> vector, T bound) => Vector512.LessThanAll(vector, Vector512.Create(bound));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LoadBFloat16(byte* source) => (WidenSixteen(source) << 16).As<uint, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> WidenSigned(byte* source)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source));
        var (lower, upper) = Vector256.Widen(Vector256.Load((short*)source));
        return Vector512.Create(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> WidenSixteen(byte* source)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)source));
        var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)source));
        return Vector512.Create(lower, upper);
    }
}

/// <summary>256-bit vectors: AVX2.</summary>
internal readonly unsafe struct Lanes256<T> : IVectorLanes<T, Vector256<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<T> vector, T* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Broadcast(T value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Multiply(Vector256<T> a, Vector256<T> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Divide(Vector256<T> a, Vector256<T> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vector256<T> vector) => Vector256.Sum(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(Vector256<T> v0, Vector256<T> v1, Vector256<T> v2, Vector256<T> v3, T* destination)
    {
        if (typeof(T) == typeof(float) && Sse3.IsSupported)
        {
            Lanes128<float>.StoreFoldedSums(Fold(v0), Fold(v1), Fold(v2), Fold(v3), (float*)destination);
            return;
        }

        destination[0] = Sum(v0);
        destination[1] = Sum(v1);
        destination[2] = Sum(v2);
        destination[3] = Sum(v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector256<T> vector) => (vector.GetLower() + vector.GetUpper()).AsSingle();

    // Infinity and NaN get their exponent by force.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LoadFloat16(byte* source)
    {
        var value = LoadFiniteFloat16(source).AsInt32();
        var beyond = Vector256.GreaterThanOrEqual(value & Vector256.Create(int.MaxValue), Vector256.Create(BitConverter.SingleToInt32Bits(65536)));
        return Vector256.ConditionalSelect(beyond, value | Vector256.Create(0x7F800000), value).As<int, T>();
    }

    // The sign fills bits 28 to 31, exponent and fraction lie where float32 has them; the exponent is rebased by a multiplication, which also normalises the subnormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LoadFiniteFloat16(byte* source)
    {
        var bits = (WidenSigned(source) << 13) & Vector256.Create(unchecked((int)0x8FFFE000));
        return (bits.AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle(0x77800000))).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LargerMagnitude(Vector256<T> a, Vector256<T> b) => Vector256.MaxNative(Vector256.Abs(a), Vector256.Abs(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllBelow(Vector256<T> vector, T bound) => Vector256.LessThanAll(vector, Vector256.Create(bound));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> LoadBFloat16(byte* source) => (WidenSixteen(source) << 16).As<uint, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> WidenSigned(byte* source)
    {
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32(Vector128.Load((short*)source));
        var (lower, upper) = Vector128.Widen(Vector128.Load((short*)source));
        return Vector256.Create(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> WidenSixteen(byte* source)
    {
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32(Vector128.Load((ushort*)source)).AsUInt32();
        var (lower, upper) = Vector128.Widen(Vector128.Load((ushort*)source));
        return Vector256.Create(lower, upper);
    }
}

/// <summary>128-bit vectors: SSE2, NEON. Fused only where there is an instruction for it, since SSE2 has none and its emulation is a hundred times slower.</summary>
internal readonly unsafe struct Lanes128<T> : IVectorLanes<T, Vector128<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load(T* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<T> vector, T* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Broadcast(T value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Add(Vector128<T> a, Vector128<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Multiply(Vector128<T> a, Vector128<T> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Divide(Vector128<T> a, Vector128<T> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> a, Vector128<T> b, Vector128<T> c) =>
        typeof(T) == typeof(float)
            ? Vector128.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : Vector128.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vector128<T> vector) => Vector128.Sum(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(Vector128<T> v0, Vector128<T> v1, Vector128<T> v2, Vector128<T> v3, T* destination)
    {
        if (typeof(T) == typeof(float) && Sse3.IsSupported)
        {
            Lanes128<float>.StoreFoldedSums(v0.AsSingle(), v1.AsSingle(), v2.AsSingle(), v3.AsSingle(), (float*)destination);
            return;
        }

        destination[0] = Sum(v0);
        destination[1] = Sum(v1);
        destination[2] = Sum(v2);
        destination[3] = Sum(v3);
    }

    /// <summary>The sums of four vectors of four: pairs of neighbours, twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreFoldedSums(Vector128<float> v0, Vector128<float> v1, Vector128<float> v2, Vector128<float> v3, float* destination) =>
        Sse3.HorizontalAdd(Sse3.HorizontalAdd(v0, v1), Sse3.HorizontalAdd(v2, v3)).Store(destination);

    // Infinity and NaN get their exponent by force.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> LoadFloat16(byte* source)
    {
        var value = LoadFiniteFloat16(source).AsInt32();
        var beyond = Vector128.GreaterThanOrEqual(value & Vector128.Create(int.MaxValue), Vector128.Create(BitConverter.SingleToInt32Bits(65536)));
        return Vector128.ConditionalSelect(beyond, value | Vector128.Create(0x7F800000), value).As<int, T>();
    }

    // The sign fills bits 28 to 31, exponent and fraction lie where float32 has them; the exponent is rebased by a multiplication, which also normalises the subnormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> LoadFiniteFloat16(byte* source)
    {
        var bits = (WidenSigned(source) << 13) & Vector128.Create(unchecked((int)0x8FFFE000));
        return (bits.AsSingle() * Vector128.Create(BitConverter.UInt32BitsToSingle(0x77800000))).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> LargerMagnitude(Vector128<T> a, Vector128<T> b) => Vector128.MaxNative(Vector128.Abs(a), Vector128.Abs(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllBelow(Vector128<T> vector, T bound) => Vector128.LessThanAll(vector, Vector128.Create(bound));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> LoadBFloat16(byte* source) => (WidenSixteen(source) << 16).As<uint, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> WidenSigned(byte* source)
    {
        return Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(source)).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> WidenSixteen(byte* source)
    {
        return Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(source)).AsUInt16());
    }
}

/// <summary>Vectors of one element: any processor, any type.</summary>
internal readonly unsafe struct ScalarLanes<T> : IVectorLanes<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load(T* source) => *source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T vector, T* destination) => *destination = vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Broadcast(T value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Add(T a, T b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Multiply(T a, T b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Divide(T a, T b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MultiplyAdd(T a, T b, T c) => a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(T vector) => vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(T v0, T v1, T v2, T v3, T* destination)
    {
        destination[0] = v0;
        destination[1] = v1;
        destination[2] = v2;
        destination[3] = v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadFloat16(byte* source) => T.CreateTruncating((float)Unsafe.ReadUnaligned<Half>(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadFiniteFloat16(byte* source) => LoadFloat16(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LargerMagnitude(T a, T b) => T.MaxMagnitude(T.Abs(a), T.Abs(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllBelow(T vector, T bound) => vector < bound;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadBFloat16(byte* source) => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source) << 16));
}
