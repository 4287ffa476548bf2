namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class HalfPrecisionTests
{
    [Fact]
    public void Every_bfloat16_survives_the_way_to_float32_and_back()
    {
        var all = Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray();
        var singles = new float[65536];
        var back = new ushort[65536];
        HalfPrecision.FromBFloat16(all, singles);
        HalfPrecision.ToBFloat16(singles, back);
        for (var i = 0; i < 65536; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(singles[i]));
            Assert.Equal(float.IsNaN(singles[i]) ? all[i] | 0x40 : all[i], back[i]);
        }
    }

    [Fact]
    public void Bfloat16_is_the_nearest_and_at_a_tie_the_even_one()
    {
        var random = new SeededRandom(5);
        var singles = Enumerable.Range(0, 10_000).Select(i => BitConverter.UInt32BitsToSingle(i % 5 == 0 ? (uint)random.NextUInt64() & 0xFFFF0000 | 0x8000 : (uint)random.NextUInt64()))
            .Where(float.IsFinite).ToArray();
        var bits = new ushort[singles.Length];
        HalfPrecision.ToBFloat16(singles, bits);
        for (var i = 0; i < singles.Length; i++)
        {
            var below = BitConverter.SingleToUInt32Bits(singles[i]) >> 16;
            var lower = Math.Abs(Value(below) - singles[i]);
            var upper = Math.Abs(Value(below + 1) - (double)singles[i]);
            var expected = lower < upper || (lower == upper && below % 2 == 0) ? below : below + 1;
            Assert.Equal(expected, bits[i]);
        }

        // As if the exponent went on, so that the largest number also has a neighbour above.
        static double Value(uint bits) => (bits & 0x7FFF) == 0x7F80 ? Math.ScaleB((bits & 0x8000) != 0 ? -1 : 1, 128) : BitConverter.UInt32BitsToSingle(bits << 16);
    }

    [Fact]
    public void Every_float16_survives_the_way_to_float32_and_back()
    {
        var all = Enumerable.Range(0, 65536).Select(i => BitConverter.UInt16BitsToHalf((ushort)i)).ToArray();
        var singles = new float[65536];
        var back = new Half[65536];
        HalfPrecision.FromFloat16(all, singles);
        HalfPrecision.ToFloat16(singles, back);
        for (var i = 0; i < 65536; i++)
        {
            Assert.Equal((float)all[i], singles[i]);
            Assert.Equal(all[i], back[i]);
        }
    }

    [Fact]
    public void A_short_destination_is_refused()
    {
        Assert.Throws<ArgumentException>(() => HalfPrecision.FromBFloat16(new ushort[3], new float[2]));
        Assert.Throws<ArgumentException>(() => HalfPrecision.ToBFloat16(new float[3], new ushort[2]));
        Assert.Throws<ArgumentException>(() => HalfPrecision.FromFloat16(new Half[3], new float[2]));
        Assert.Throws<ArgumentException>(() => HalfPrecision.ToFloat16(new float[3], new Half[2]));
    }
}
