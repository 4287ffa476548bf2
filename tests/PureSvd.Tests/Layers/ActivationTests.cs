using PureSvd.Layers;

namespace PureSvd.Tests.Layers;

public class ActivationTests
{
    // Reference values: mpmath with 30 digits.
    [Theory]
    [InlineData(1e-10, 1.1283791670955126e-10)]
    [InlineData(0.1, 0.11246291601828490)]
    [InlineData(0.5, 0.52049987781304654)]
    [InlineData(1.0, 0.84270079294971487)]
    [InlineData(1.7, 0.98379045859077456)]
    [InlineData(2.4, 0.99931148610335492)]
    [InlineData(2.6, 0.99976396558347065)]
    [InlineData(3.3, 0.99999694229020356)]
    [InlineData(5.0, 0.99999999999846254)]
    [InlineData(7.0, 1.0)]
    public void Erf_has_fifteen_digits(double x, double expected)
    {
        Assert.True(Math.Abs(Erf.Of(x) / expected - 1) < 2e-15);
        Assert.Equal(-Erf.Of(x), Erf.Of(-x));
        Assert.True(Math.Abs(Erf.Of((float)x) / Erf.Of((double)(float)x) - 1) < 1e-7);
    }

    [Theory]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Silu)]
    public void Float_agrees_with_the_definition_in_double_at_every_length(Activation activation)
    {
        for (var length = 0; length <= 67; length++)
        {
            var x = Enumerable.Range(0, length).Select(i => (float)(8 * Math.Sin(i * 1.7 + length))).ToArray();
            var (y, slope) = (new float[length], new float[length]);
            Activations.ForwardWithSlope(activation, x, y, slope);
            for (var i = 0; i < length; i++)
            {
                var (value, derivative) = Definition(activation, x[i]);
                Assert.True(Math.Abs(y[i] - value) < 4e-7 * Math.Max(1, Math.Abs(x[i])), $"f({x[i]:R}) = {y[i]:R}, not {value:R}");
                Assert.True(Math.Abs(slope[i] - derivative) < 2e-6, $"f'({x[i]:R}) = {slope[i]:R}, not {derivative:R}");
            }
        }
    }

    [Fact]
    public void Gelu_has_its_limits_far_out()
    {
        float[] x = [0, -0f, 20, -20, 1e10f, -1e10f, float.PositiveInfinity, float.NaN];
        var y = new float[x.Length];
        Activations.Forward<float>(Activation.Gelu, x, y);
        Assert.Equal(0, y[0]);
        Assert.Equal(20, y[2]);
        Assert.True(Math.Abs(y[3]) < 1e-30);
        Assert.Equal(1e10f, y[4]);
        Assert.Equal(0, y[5], 1e-20);
        Assert.Equal(float.PositiveInfinity, y[6]);
        Assert.True(float.IsNaN(y[7]));
    }

    private static (double Value, double Slope) Definition(Activation activation, double x)
    {
        switch (activation)
        {
            case Activation.Gelu:
                var phi = 0.5 * (1 + Erf.Of(x / Math.Sqrt(2)));
                return (x * phi, phi + x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
            case Activation.GeluTanh:
                double F(double t) => 0.5 * t * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (t + 0.044715 * t * t * t)));
                return (F(x), (F(x + 1e-5) - F(x - 1e-5)) / 2e-5);
            case Activation.Silu:
                var sigma = 1 / (1 + Math.Exp(-x));
                return (x * sigma, sigma + x * sigma * (1 - sigma));
            default:
                return (Math.Max(0, x), x > 0 ? 1 : 0);
        }
    }
}
