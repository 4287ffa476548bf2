using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PureSvd.LinearAlgebra;

/// <summary>Conversions between float32 and the two 16-bit formats of checkpoints.</summary>
/// <remarks>
/// float16 (IEEE 754 binary16) has 5 bits of exponent and 10 of fraction; bfloat16 is the upper half of a float32: 8 and 7. To float32 both are exact;
/// from float32 both round to nearest, ties to even, and a NaN stays one.
/// </remarks>
public static class HalfPrecision
{
    /// <summary>float16 to float32, exactly.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void FromFloat16(ReadOnlySpan<Half> source, Span<float> destination) => TensorPrimitives.ConvertToSingle(source, destination);

    /// <summary>float32 to float16; beyond ±65504 (rounded) it is infinite.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void ToFloat16(ReadOnlySpan<float> source, Span<Half> destination) => TensorPrimitives.ConvertToHalf(source, destination);

    /// <summary>bfloat16, given by its bits, to float32, exactly.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(Fitting(source.Length, destination));
        TensorPrimitives.ConvertTruncating(source, bits);
        TensorPrimitives.ShiftLeft<uint>(bits, 16, bits);
    }

    /// <summary>float32 to the bits of bfloat16.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void ToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        destination = Fitting(source.Length, destination);
        for (var i = 0; i < source.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(source[i]);

            // Half a unit of the last place, less one if that place is even: a tie goes to the even neighbour. A NaN keeps its sign and becomes quiet.
            destination[i] = float.IsNaN(source[i]) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    private static Span<TElement> Fitting<TElement>(int length, Span<TElement> destination) =>
        destination.Length >= length ? destination[..length] : throw new ArgumentException($"{length} elements do not fit a destination of {destination.Length}.", nameof(destination));
}
