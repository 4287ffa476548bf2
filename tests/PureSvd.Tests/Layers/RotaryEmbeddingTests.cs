using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Layers;

public class RotaryEmbeddingTests
{
    [Fact]
    public void Element_j_turns_with_element_j_plus_half_by_the_angle_of_its_pair()
    {
        var rotary = new RotaryEmbedding<double>(6, 100);
        var (x, table) = (Matrix<double>.Create(1, 12, (_, j) => j + 1), new Matrix<double>(1, 6));
        rotary.Tabulate([3], table);
        rotary.Forward(x, table, Parallelism.Serial);
        for (var head = 0; head < 2; head++)
            for (var j = 0; j < 3; j++)
            {
                var angle = 3 * Math.Pow(100, -2 * j / 6.0);
                var (a, b) = (6 * head + j + 1, 6 * head + j + 4);
                Assert.Equal(a * Math.Cos(angle) - b * Math.Sin(angle), x[0, 6 * head + j], 1e-6);
                Assert.Equal(b * Math.Cos(angle) + a * Math.Sin(angle), x[0, 6 * head + j + 3], 1e-6);
            }
        rotary.Backward(x, table, Parallelism.Serial);
        for (var j = 0; j < 12; j++)
            Assert.Equal(j + 1, x[0, j], 1e-12);
    }

    [Fact]
    public void Llama_3_keeps_short_waves_slows_long_ones_and_ramps_between()
    {
        var plain = new RotaryEmbedding<float>(128, 500000).Frequencies;
        var scaled = new RotaryEmbedding<float>(128, 500000, new RotaryScaling(RotaryScalingKind.Llama3, 8, 1, 4, 8192)).Frequencies;
        var (kept, slowed, ramped) = (0, 0, 0);
        for (var j = 0; j < 64; j++)
        {
            var wavelength = 2 * Math.PI / plain[j];
            if (wavelength < 8192 / 4.0)
            {
                Assert.Equal(plain[j], scaled[j]);
                kept++;
            }
            else if (wavelength > 8192)
            {
                Assert.Equal(plain[j] / 8, scaled[j]);
                slowed++;
            }
            else
            {
                Assert.InRange(scaled[j], plain[j] / 8, plain[j]);
                ramped++;
            }
        }
        Assert.Equal((29, 29, 6), (kept, slowed, ramped));
    }

    [Fact]
    public void Linear_scaling_interpolates_positions()
    {
        var plain = new RotaryEmbedding<float>(8, 10000).Frequencies;
        var scaled = new RotaryEmbedding<float>(8, 10000, new RotaryScaling(RotaryScalingKind.Linear, 4)).Frequencies;
        for (var j = 0; j < 4; j++)
            Assert.Equal(plain[j] / 4, scaled[j]);
    }
}
