using PureSvd.LinearAlgebra;
using PureSvd.Storage;

namespace PureSvd.Tests.Storage;

public class ElementConversionTests
{
    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 65504, 65519.99, 65520, 1e300, -1e300, 1e-300, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        6e-8, 2.98e-8, 3.4e38, 3.39e38, 1 + 1.0 / 256, 1 + 3.0 / 256, 1 + 1.0 / 2048, 1 + 1.0 / 256 + 1e-12, 1 + 1.0 / 256 - 1e-12, 1 + 1.0 / 2048 + 1e-15, 1.1754943e-38, 1e-40,
    ];

    [Fact]
    public void Float16_is_the_nearest_half() => AssertEncodes(TensorDType.F16, x => (double)(Half)x, 2);

    [Fact]
    public void Float32_is_the_nearest_float() => AssertEncodes(TensorDType.F32, x => (float)x, 4);

    [Fact]
    public void Bfloat16_is_the_nearest_one_with_ties_to_even() => AssertEncodes(TensorDType.BF16, NearestBFloat16, 2);

    [Fact]
    public void Every_16_bit_pattern_survives_reading_and_writing()
    {
        var bytes = new byte[65536 * 2];
        for (var i = 0; i < 65536; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (ushort)i);
        foreach (var type in new[] { TensorDType.F16, TensorDType.BF16 })
        {
            var (single, wide, back) = (new float[65536], new double[65536], new byte[bytes.Length]);
            ElementConversion.Decode<float>(bytes, type, single);
            ElementConversion.Decode<double>(bytes, type, wide);
            ElementConversion.Encode<float>(single, type, back);
            for (var i = 0; i < 65536; i++)
            {
                Assert.Equal(wide[i], single[i]);
                if (!float.IsNaN(single[i]))
                    Assert.Equal(i, BitConverter.ToUInt16(back, 2 * i));
            }
        }
    }

    // By definition: of the two neighbours the nearer one, the even one at a tie; past the largest by half a step, infinity.
    private static double NearestBFloat16(double x)
    {
        if (double.IsNaN(x) || double.IsInfinity(x) || x == 0)
            return x;
        var exponent = Math.Max(Math.ILogB(x), -126);
        var step = Math.ScaleB(1, exponent - 7);
        var rounded = Math.Round(x / step, MidpointRounding.ToEven) * step;
        return Math.Abs(rounded) >= Math.ScaleB(1, 128) ? Math.CopySign(double.PositiveInfinity, x) : rounded;
    }

    private static void AssertEncodes(TensorDType type, Func<double, double> nearest, int size)
    {
        var random = new SeededRandom(7);
        double[] values = [.. Special, .. Enumerable.Range(0, 5000).Select(_ => Math.ScaleB(random.NextGaussian(), random.Next(90) - 60))];
        var bytes = new byte[values.Length * size];
        var back = new double[values.Length];
        ElementConversion.Encode<double>(values, type, bytes);
        ElementConversion.Decode<double>(bytes, type, back);
        for (var i = 0; i < values.Length; i++)
            Assert.True(nearest(values[i]).Equals(back[i]), $"{values[i]:R}: {nearest(values[i]):R} expected, {back[i]:R} found");

        var singles = Array.ConvertAll(values, x => (float)x);
        ElementConversion.Encode<float>(singles, type, bytes);
        ElementConversion.Decode<double>(bytes, type, back);
        for (var i = 0; i < values.Length; i++)
            Assert.True(nearest(singles[i]).Equals(back[i]), $"{singles[i]:R}: {nearest(singles[i]):R} expected, {back[i]:R} found");
    }
}
