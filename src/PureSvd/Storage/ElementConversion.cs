using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PureSvd.LinearAlgebra;

namespace PureSvd.Storage;

/// <summary>Elements as files hold them (little-endian, at any alignment) to float and double, and back.</summary>
internal static class ElementConversion
{
    /// <summary>Elements per block: the block stays in the first-level cache.</summary>
    private const int Block = 1024;

    /// <summary>Whether elements of <paramref name="type"/> are <typeparamref name="T"/> bit for bit.</summary>
    internal static bool IsSame<T>(TensorDType type)
        => (type == TensorDType.F32 && typeof(T) == typeof(float)) || (type == TensorDType.F64 && typeof(T) == typeof(double));

    /// <summary>destination[i] ← the i-th element of <paramref name="source"/>, rounded to nearest where <typeparamref name="T"/> is narrower.</summary>
    internal static void Decode<T>(ReadOnlySpan<byte> source, TensorDType type, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(source.Length == (long)destination.Length * type.ByteSize());
        if (IsSame<T>(type))
            source.CopyTo(MemoryMarshal.AsBytes(destination));
        else if (type == TensorDType.F64)
            DecodeBlocks<double, T>(source, destination, static (from, to) => TensorPrimitives.ConvertTruncating(from, to));
        else if (type == TensorDType.F32)
            DecodeBlocks<float, T>(source, destination, static (from, to) => TensorPrimitives.ConvertTruncating(from, to));
        else if (type == TensorDType.F16)
            DecodeBlocks<Half, T>(source, destination, static (from, to) => TensorPrimitives.ConvertTruncating(from, to));
        else if (type == TensorDType.BF16)
            DecodeBlocks<ushort, T>(source, destination, DecodeBFloat16);
        else
            throw new ArgumentOutOfRangeException(nameof(type), type, "Only floating-point elements convert.");
    }

    /// <summary>destination ← <paramref name="source"/> as elements of <paramref name="type"/>, rounded to nearest, ties to even.</summary>
    internal static void Encode<T>(ReadOnlySpan<T> source, TensorDType type, Span<byte> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Debug.Assert(destination.Length == (long)source.Length * type.ByteSize());
        if (IsSame<T>(type))
            MemoryMarshal.AsBytes(source).CopyTo(destination);
        else if (type == TensorDType.F64)
            EncodeBlocks<T, double>(source, destination, static (from, to) => TensorPrimitives.ConvertTruncating(from, to));
        else if (type == TensorDType.F32)
            EncodeBlocks<T, float>(source, destination, static (from, to) => TensorPrimitives.ConvertTruncating(from, to));
        else if (type == TensorDType.F16)
            EncodeBlocks<T, Half>(source, destination, static (from, to) => TensorPrimitives.ConvertTruncating(from, to));
        else if (type == TensorDType.BF16)
            EncodeBlocks<T, ushort>(source, destination, EncodeBFloat16);
        else
            throw new ArgumentOutOfRangeException(nameof(type), type, "Only floating-point elements convert.");
    }

    private delegate void Converter<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to);

    // Files place tensors at any byte, so each block is copied to aligned memory before it is read as numbers.
    private static void DecodeBlocks<TFrom, TTo>(ReadOnlySpan<byte> source, Span<TTo> destination, Converter<TFrom, TTo> convert)
        where TFrom : unmanaged
    {
        var block = ArrayPool<TFrom>.Shared.Rent(Block);
        for (var done = 0; done < destination.Length;)
        {
            var part = block.AsSpan(0, Math.Min(Block, destination.Length - done));
            var bytes = MemoryMarshal.AsBytes(part);
            source[..bytes.Length].CopyTo(bytes);
            source = source[bytes.Length..];
            convert(part, destination.Slice(done, part.Length));
            done += part.Length;
        }
        ArrayPool<TFrom>.Shared.Return(block);
    }

    private static void EncodeBlocks<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<byte> destination, Converter<TFrom, TTo> convert)
        where TTo : unmanaged
    {
        var block = ArrayPool<TTo>.Shared.Rent(Block);
        while (!source.IsEmpty)
        {
            var part = block.AsSpan(0, Math.Min(Block, source.Length));
            convert(source[..part.Length], part);
            var bytes = MemoryMarshal.AsBytes(part);
            bytes.CopyTo(destination);
            destination = destination[bytes.Length..];
            source = source[part.Length..];
        }
        ArrayPool<TTo>.Shared.Return(block);
    }

    private static void DecodeBFloat16<T>(ReadOnlySpan<ushort> from, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<float> single = stackalloc float[from.Length];
        HalfPrecision.FromBFloat16(from, single);
        TensorPrimitives.ConvertTruncating<float, T>(single, to);
    }

    private static void EncodeBFloat16<T>(ReadOnlySpan<T> from, Span<ushort> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<float> single = stackalloc float[from.Length];
        for (var i = 0; i < from.Length; i++)
            single[i] = RoundToOdd(double.CreateTruncating(from[i]));
        HalfPrecision.ToBFloat16(single, to);
    }

    // Rounding twice to nearest can differ from rounding once. A first step that rounds an inexact value to the neighbour with an odd last bit keeps
    // the second one exact (Boldo and Melquiond, "When double rounding is odd", 2005).
    private static float RoundToOdd(double value)
    {
        var nearest = (float)value;
        if (nearest == value || !double.IsFinite(value))
            return nearest;
        var bits = BitConverter.SingleToUInt32Bits(nearest);
        if (Math.Abs((double)nearest) > Math.Abs(value))
            bits--;
        return BitConverter.UInt32BitsToSingle(bits | 1);
    }
}
