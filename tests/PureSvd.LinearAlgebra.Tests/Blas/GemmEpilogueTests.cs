using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

public class GemmEpilogueTests
{
    [Theory]
    [InlineData(1, 33, 20)]
    [InlineData(5, 1, 600)]
    [InlineData(13, 100, 513)]
    [InlineData(60, 65, 0)]
    [InlineData(130, 70, 40)]
    [InlineData(37, 70, 530)]
    [InlineData(61, 550, 20)]
    [InlineData(250, 530, 9)]
    public void Every_kernel_hands_it_each_element_or_row_once_when_its_sum_is_complete(int m, int n, int k)
    {
        Check<float, GemmMicroKernel512<float>>(m, n, k);
        Check<float, GemmMicroKernel256<float>>(m, n, k);
        Check<float, GemmMicroKernel128<float>>(m, n, k);
        Check<double, GemmMicroKernelPortable<double>>(m, n, k);
        Check<double, GemmMicroKernel512<double>>(m, n, k);
    }

    [Fact]
    public void Once_warm_a_product_with_one_allocates_nothing()
    {
        var w = PackedMatrix<float>.Pack(TestMatrices.Random<float>(600, 700, 2), Operand.Transposed);
        foreach (var f in (IGemmEpilogue<float>[])[new Elements<float>(), new WholeRows<float>()])
        {
            foreach (var rows in (int[])[1, 40, 250])
            {
                var a = TestMatrices.Random<float>(rows, 700, 1);
                var c = new Matrix<float>(rows, 600);
                foreach (var threads in (int[])[1, 2])
                    Assert.Equal(0, Allocation.Least(() => Gemm.Multiply(a, Operand.AsIs, w, f, c.View, new Parallelism(threads))));
            }
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(9, 9, 64, 64)]
    [InlineData(12, 32, 16, 32)]
    [InlineData(29, 130, 70, 45)]
    [InlineData(26, 530, 40, 33)]
    [InlineData(20, 40, 530, 9)]
    [InlineData(20, 7, 0, 5)]
    [InlineData(4, 0, 3, 5)]
    [InlineData(0, 3, 3, 5)]
    public void A_chain_has_the_bits_of_its_products_one_after_the_other(int m, int between, int k, int n)
    {
        Chain<float, GemmMicroKernel512<float>>(m, between, k, n);
        Chain<float, GemmMicroKernel256<float>>(m, between, k, n);
        Chain<float, GemmMicroKernel128<float>>(m, between, k, n);
        Chain<double, GemmMicroKernelPortable<double>>(m, between, k, n);
        Chain<double, GemmMicroKernel512<double>>(m, between, k, n);
    }

    [Fact]
    public void Once_warm_a_chain_allocates_nothing()
    {
        var x = TestMatrices.Random<float>(64, 32, 1);
        var c = new Matrix<float>(64, 32);
        var f = new WholeRows<float>();
        Assert.Equal(0, Allocation.Least(() => Gemm.MultiplyChain(x, x, 0.5f, f, x, c.View)));
    }

    [Fact]
    public void A_chain_names_shapes_that_do_not_fit_and_refuses_to_write_what_it_reads()
    {
        var (a, f) = (new Matrix<float>(4, 5), new WholeRows<float>());
        Assert.Contains("4×5", Assert.Throws<ArgumentException>(() => Gemm.MultiplyChain(a, new Matrix<float>(3, 6), 1, f, a, a)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Gemm.MultiplyChain(a, new Matrix<float>(4, 5), 1, f, new Matrix<float>(4, 5), a));
    }

    private static void Check<T, TKernel>(int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        var a = TestMatrices.Random<T>(m, k, 1);
        var b = PackedMatrix<T>.Pack<TKernel>(TestMatrices.Random<T>(k, n, 2), Operand.AsIs);
        foreach (var f in (IGemmEpilogue<T>[])[new Elements<T>(), new WholeRows<T>()])
        {
            var expected = new Matrix<T>(m, n);
            Gemm.Multiply<T, TKernel>(a, Operand.AsIs, b, T.One, T.Zero, expected, Parallelism.Serial, null);
            f.Apply(expected, 0, 0);
            foreach (var threads in (int[])[1, 2, 5])
            {
                foreach (var sizes in (BlockSizes?[])[null, new BlockSizes(TKernel.Rows, TKernel.Columns)])
                {
                    var c = new GuardedMatrix<T>(TestMatrices.Random<T>(m, n, 3));
                    Gemm.Multiply<T, TKernel>(a, Operand.AsIs, b, T.One, T.Zero, c.View, new Parallelism(threads), sizes, f);
                    Assert.True(expected.Span.SequenceEqual(c.View.ToMatrix().Span), $"{m}×{n}×{k}, {threads} threads, {f.GetType().Name}, {typeof(TKernel).Name}");
                    c.AssertIntact();
                }
            }
        }
    }

    private static void Chain<T, TKernel>(int m, int between, int k, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        // Nine rows at least, of which the first m count: fewer would be dot products.
        var a = TestMatrices.Random<T>(Math.Max(m, 9), k, 1);
        var b = new GuardedMatrix<T>(TestMatrices.Random<T>(between, k, 2));
        var d = new GuardedMatrix<T>(TestMatrices.Random<T>(between, n, 3));
        var (alpha, f) = (T.CreateChecked(0.75), new WholeRows<T>());
        var middle = new Matrix<T>(a.Rows, between);
        var expected = new Matrix<T>(a.Rows, n);
        Gemm.Multiply<T, TKernel>(a, Operand.AsIs, b.View, Operand.Transposed, alpha, T.Zero, middle, Parallelism.Serial, null);
        f.Apply(middle, 0, 0);
        // Wherever a product has no k, there is no kernel that its bits could depend on.
        if (k == 0 || between == 0)
            Gemm.Multiply(middle, Operand.AsIs, d.View, Operand.AsIs, T.One, T.Zero, expected, Parallelism.Serial);
        else
            Gemm.Multiply<T, TKernel>(middle, Operand.AsIs, d.View, Operand.AsIs, T.One, T.Zero, expected, Parallelism.Serial, null);
        var c = new GuardedMatrix<T>(TestMatrices.Random<T>(m, n, 4));
        Gemm.MultiplyChain<T, TKernel>(a.View.RowRange(0, m), b.View, alpha, f, d.View, c.View);
        Assert.True(expected.View.RowRange(0, m).ToMatrix().Span.SequenceEqual(c.View.ToMatrix().Span), $"{m}×{between}×{k}×{n} {typeof(TKernel).Name}");
        c.AssertIntact();
    }

    /// <summary>Tells elements apart by where they are in C, and calls of the same element.</summary>
    private sealed class Elements<T> : IGemmEpilogue<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _rows = [.. Enumerable.Range(0, 400).Select(T.CreateChecked)], _columns = [.. Enumerable.Range(0, 700).Select(j => T.CreateChecked(0.5 * j))];

        public bool TakesWholeRows => false;

        public void Apply(MatrixView<T> block, int row, int column)
        {
            for (var i = 0; i < block.Rows; i++)
                for (var j = 0; j < block.Columns; j++)
                    block[i, j] = block[i, j] + block[i, j] + _rows[row + i] - _columns[column + j];
        }
    }

    /// <summary>Changes every element by a function of its whole row.</summary>
    private sealed class WholeRows<T> : IGemmEpilogue<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T[] _rows = [.. Enumerable.Range(1, 400).Select(T.CreateChecked)];

        public bool TakesWholeRows => true;

        public void Apply(MatrixView<T> block, int row, int column)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(column, 0);
            for (var i = 0; i < block.Rows; i++)
            {
                var sum = _rows[row + i];
                foreach (var value in block.Row(i))
                    sum += value;
                foreach (ref var value in block.Row(i))
                    value += value + sum;
            }
        }
    }
}
