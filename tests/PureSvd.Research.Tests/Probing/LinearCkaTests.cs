using PureSvd.LinearAlgebra;
using PureSvd.Research.Probing;

namespace PureSvd.Research.Tests.Probing;

public class LinearCkaTests
{
    private static Matrix<float> Random(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return Matrix<float>.Create(rows, columns, (_, j) => (float)(random.NextGaussian() / (j + 1)));
    }

    private static double Cka(Matrix<float> x, Matrix<float> y) => LinearCka.Compute(x, y, Parallelism.All);

    [Fact]
    public void A_representation_is_like_itself() => Assert.Equal(1, Cka(Random(1500, 12, 1), Random(1500, 12, 1)), 1e-12);

    [Fact]
    public void Rotation_scale_and_offset_do_not_matter()
    {
        var (x, y) = (Random(1500, 12, 1), Random(1500, 9, 2));
        for (var i = 0; i < 1500; i++)
            for (var j = 0; j < 9; j++)
                y[i, j] += 0.5f * x[i, j];
        var q = SymmetricEigen.Compute<float>(Matrix<float>.Create(12, 12, (i, j) => MathF.Sin(i * j + i + j))).Vectors;
        var rotated = new Matrix<float>(1500, 12);
        Gemm.Multiply<float>(x, Operand.AsIs, q, Operand.AsIs, 3.5f, 0, rotated, Parallelism.Serial);
        foreach (ref var value in rotated.Span)
            value += 2;
        Assert.Equal(1, Cka(x, rotated), 1e-5);
        Assert.Equal(Cka(x, y), Cka(rotated, y), 1e-5);
        Assert.Equal(Cka(x, y), Cka(y, x), 1e-12);
    }

    /// <summary>From the definition: the normalized HSIC of the centred Gram matrices, n×n.</summary>
    [Fact]
    public void The_features_route_equals_the_gram_route()
    {
        var (x, y) = (Random(40, 5, 3), Random(40, 7, 4));
        static double[,] CentredGram(Matrix<float> a)
        {
            var n = a.Rows;
            var k = new double[n, n];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++)
                    for (var c = 0; c < a.Columns; c++)
                        k[i, j] += (double)a[i, c] * a[j, c];
            var rows = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Average(j => k[i, j])).ToArray();
            var all = rows.Average();
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++)
                    k[i, j] += all - rows[i] - rows[j];
            return k;
        }
        static double Inner(double[,] a, double[,] b) => a.Cast<double>().Zip(b.Cast<double>(), (p, q) => p * q).Sum();
        var (gramX, gramY) = (CentredGram(x), CentredGram(y));
        Assert.Equal(Inner(gramX, gramY) / Math.Sqrt(Inner(gramX, gramX) * Inner(gramY, gramY)), Cka(x, y), 1e-10);
    }

    [Fact]
    public void Uncorrelated_representations_are_unlike()
    {
        var x = Matrix<float>.Create(400, 2, (i, j) => (i >> j) % 2);
        var y = Matrix<float>.Create(400, 1, (i, _) => (i >> 3) % 2);
        Assert.Equal(0, Cka(x, y), 1e-12);
    }

    [Fact]
    public void Without_variance_or_with_nan_it_is_nan()
    {
        Assert.True(double.IsNaN(Cka(Matrix<float>.Create(20, 3, (_, _) => 4), Random(20, 3, 1))));
        var broken = Random(20, 3, 1);
        broken[3, 1] = float.NaN;
        Assert.True(double.IsNaN(Cka(broken, Random(20, 3, 1))));
        Assert.Throws<ArgumentException>(() => Cka(Random(20, 3, 1), Random(21, 3, 1)));
    }
}
