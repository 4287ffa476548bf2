using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class CholeskyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(64)]
    public void L_times_its_transpose_is_A(int blockSize)
    {
        foreach (var n in new[] { 0, 1, 2, 19, 20, 21, 63, 64, 65, 150 })
        {
            Check<double>(n);
            Check<float>(n);
        }

        void Check<T>(int n)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var a = PositiveDefinite<T>(n, T.One);
            var l = Cholesky.Factorize<T>(a, new CholeskyOptions { BlockSize = blockSize });
            QrTests.AssertBelow10(Ratios.Product(a, l, l.View.Transpose()));
            for (var i = 0; i < n; i++)
                for (var j = i + 1; j < n; j++)
                    Assert.Equal(T.Zero, l[i, j]);
        }
    }

    [Fact]
    public void Blocks_give_what_the_plain_loop_gives()
    {
        var a = PositiveDefinite<double>(70, 1);
        var plain = a.View.ToMatrix();
        CholeskyReference.FactorizeInPlace<double>(plain);
        var blocked = Cholesky.Factorize<double>(a, new CholeskyOptions { BlockSize = 16 });
        for (var i = 0; i < 70; i++)
            for (var j = 0; j <= i; j++)
                Assert.Equal(plain[i, j], blocked[i, j], tolerance: 1e-13);
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    [InlineData(2.5e-308)]
    public void Every_scale_is_met(double scale)
    {
        var a = Matrix<double>.Create(2, 2, (i, j) => i == j ? scale * 5 : scale * 3);
        var l = Cholesky.Factorize<double>(a);
        Assert.Equal(1, l[0, 0] / (Math.Sqrt(5) * Math.Sqrt(scale)), tolerance: 1e-14);
        Assert.Equal(1, l[1, 0] / (3 / Math.Sqrt(5) * Math.Sqrt(scale)), tolerance: 1e-14);
        Assert.Equal(1, l[1, 1] / (4 / Math.Sqrt(5) * Math.Sqrt(scale)), tolerance: 1e-14);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(3, 7)]
    [InlineData(20, 40)]
    public void The_failing_pivot_is_named(int blockSize, int pivot)
    {
        var a = PositiveDefinite<double>(50, 1);
        a[pivot, pivot] = -2;
        var exception = Assert.Throws<NotPositiveDefiniteException>(() => Cholesky.Factorize<double>(a, new CholeskyOptions { BlockSize = blockSize }));
        Assert.Equal(pivot, exception.Pivot);
        Assert.True(exception.Value <= -2);
    }

    [Theory]
    [InlineData(70)]
    [InlineData(500)]
    public void In_place_it_writes_the_lower_triangle_alone(int n)
    {
        var a = PositiveDefinite<double>(n, 1);
        var l = a.View.ToMatrix();
        for (var i = 0; i < n; i++)
            l.Row(i)[(i + 1)..].Fill(double.NaN);
        Cholesky.FactorizeInPlace(l.View);
        var copy = Cholesky.Factorize<double>(a);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                Assert.Equal(j <= i ? copy[i, j] : double.NaN, l[i, j]);
    }

    [Fact]
    public void Zero_is_not_positive_definite() =>
        Assert.Equal(0, Assert.Throws<NotPositiveDefiniteException>(() => Cholesky.Factorize<float>(new Matrix<float>(4, 4))).Pivot);

    [Fact]
    public void A_wrong_shape_or_value_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Cholesky.Factorize<float>(new Matrix<float>(4, 3)));
        Assert.Throws<NonFiniteMatrixException>(() => Cholesky.Factorize<float>(Matrix<float>.Create(2, 2, (_, _) => float.PositiveInfinity)));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var a = PositiveDefinite<float>(200, 1);
        var one = Cholesky.Factorize<float>(a, new CholeskyOptions { Parallelism = Parallelism.Serial });
        Assert.Equal(one.Span.ToArray(), Cholesky.Factorize<float>(a, new CholeskyOptions { Parallelism = new Parallelism(3) }).Span.ToArray());
    }

    private static Matrix<T> PositiveDefinite<T>(int n, T shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var b = TestMatrices.Gaussian<T>(n, n, 6);
        var a = Matrix<T>.Create(n, n, (i, j) => i == j ? shift : T.Zero);
        GemmReference.Multiply<T>(b, Operand.AsIs, b, Operand.Transposed, T.One, T.One, a);
        return a;
    }
}
