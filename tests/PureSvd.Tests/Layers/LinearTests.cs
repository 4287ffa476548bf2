using PureSvd.Layers;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Layers;

public class LinearTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_factored_layer_equals_the_dense_product(bool bias)
    {
        var random = new SeededRandom(8);
        Matrix<double> Random(int rows, int columns) => Matrix<double>.Create(rows, columns, (_, _) => random.NextGaussian());
        var b = bias ? new Parameter<double>("x.bias", Random(1, 7), isVector: true) : null;
        var factored = new LowRankLinear<double>("x", new("x.a.weight", Random(3, 5)), new("x.b.weight", Random(7, 3)), b);
        var dense = new Linear<double>("x", new("x.weight", factored.ToDense()), b);
        var (x, dy) = (Random(4, 5), Random(4, 7));
        var (y1, y2, dx1, dx2) = (new Matrix<double>(4, 7), new Matrix<double>(4, 7), new Matrix<double>(4, 5), new Matrix<double>(4, 5));
        var workspace = new Workspace<double>();
        factored.Forward(x, y1, workspace, Parallelism.Serial);
        dense.Forward(x, y2, workspace, Parallelism.Serial);
        factored.Backward(x, dy, dx1, new Gradients<double>([]), workspace, Parallelism.Serial);
        dense.Backward(x, dy, dx2, new Gradients<double>([]), workspace, Parallelism.Serial);
        AssertClose(y2, y1);
        AssertClose(dx2, dx1);
        Assert.Equal(3 * (5 + 7), factored.WeightCount);
        Assert.Equal(bias ? "x.b.bias" : null, factored.Bias?.Name);
    }

    [Fact]
    public void Factors_of_different_ranks_are_refused()
        => Assert.Throws<ArgumentException>(() => new LowRankLinear<float>("x", new("a", new Matrix<float>(3, 5)), new("b", new Matrix<float>(7, 2)), null));

    private static void AssertClose(Matrix<double> expected, Matrix<double> actual)
    {
        for (var i = 0; i < expected.Span.Length; i++)
            Assert.Equal(expected.Span[i], actual.Span[i], 1e-12);
    }
}
