using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

public class PackedMatrixTests
{
    [Fact]
    public void Every_kernel_gives_the_bits_of_the_product_with_the_matrix_itself_for_all_remainders_of_a_tile()
    {
        Check<float, GemmMicroKernel512<float>>();
        Check<float, GemmMicroKernel256<float>>();
        Check<float, GemmMicroKernel128<float>>();
        Check<float, GemmMicroKernelPortable<float>>();
        Check<double, GemmMicroKernel512<double>>();
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_any_others()
    {
        var a = TestMatrices.Random<float>(300, 700, 1);
        var w = PackedMatrix<float>.Pack(TestMatrices.Random<float>(90, 700, 2), Operand.Transposed);
        var all = new Matrix<float>(300, 90);
        Gemm.Multiply(a, Operand.AsIs, w, 1, 0, all.View, new Parallelism(2));
        foreach (var count in (int[])[1, 2, 3, 7, 8, 9, 12, 13, 100])
        {
            var some = new Matrix<float>(count, 90);
            Gemm.Multiply(a.View.RowRange(300 - count, count), Operand.AsIs, w, 1, 0, some.View, Parallelism.Serial);
            Assert.True(all.Span[^(count * 90)..].SequenceEqual(some.Span), $"{count} rows");
        }
    }

    [Fact]
    public void A_single_row_may_lie_across_memory()
    {
        var row = TestMatrices.Random<double>(1, 700, 1);
        var w = PackedMatrix<double>.Pack(TestMatrices.Random<double>(300, 700, 2), Operand.Transposed);
        var (across, along) = (new Matrix<double>(1, 300), new Matrix<double>(1, 300));
        Gemm.Multiply(row.View.Transpose(), Operand.Transposed, w, 1, 0, across.View, Parallelism.Serial);
        Gemm.Multiply(row, Operand.AsIs, w, 1, 0, along.View, new Parallelism(2));
        Assert.True(across.Span.SequenceEqual(along.Span));
    }

    [Fact]
    public void Once_warm_a_product_allocates_nothing()
    {
        var w = PackedMatrix<float>.Pack(TestMatrices.Random<float>(600, 700, 2), Operand.Transposed);
        foreach (var rows in (int[])[1, 40, 250])
        {
            var a = TestMatrices.Random<float>(rows, 700, 1);
            var c = new Matrix<float>(rows, 600);
            foreach (var threads in (int[])[1, 2])
                Assert.Equal(0, Allocation.Least(() => Gemm.Multiply(a, Operand.AsIs, w, 1, 0, c.View, new Parallelism(threads))));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        var w = PackedMatrix<float>.Pack(new Matrix<float>(4, 5), Operand.Transposed);
        var exception = Assert.Throws<ArgumentException>(() => Gemm.Multiply(new Matrix<float>(2, 4), Operand.AsIs, w, 1, 0, new Matrix<float>(2, 4).View, Parallelism.Serial));
        Assert.Contains("2×4", exception.Message, StringComparison.Ordinal);
        Assert.Contains("5×4", exception.Message, StringComparison.Ordinal);
    }

    private static void Check<T, TKernel>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        foreach (var m in (int[])[0, 1, 5, 9, TKernel.Rows, 2 * TKernel.Rows + 1])
        {
            foreach (var n in (int[])[0, 1, TKernel.Columns - 1, TKernel.Columns, 2 * TKernel.Columns + 1, 9 * TKernel.Columns - 1])
            {
                foreach (var k in (int[])[0, 1, 17, TKernel.Depth + 3])
                {
                    foreach (var opB in Enum.GetValues<Operand>())
                    {
                        Compare<T, TKernel>(m, n, k, opB, 1, null);
                        Compare<T, TKernel>(m, n, k, opB, 3, new BlockSizes(TKernel.Rows, TKernel.Columns));
                    }
                }
            }
        }
    }

    private static void Compare<T, TKernel>(int m, int n, int k, Operand opB, int threads, BlockSizes? sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IGemmMicroKernel<T>
    {
        // Nine rows at least, of which the first m count: fewer would be dot products.
        var a = TestMatrices.Random<T>(Math.Max(m, 9), k, 1);
        var b = new GuardedMatrix<T>(opB == Operand.AsIs ? TestMatrices.Random<T>(k, n, 2) : TestMatrices.Random<T>(n, k, 2));
        var start = TestMatrices.Random<T>(Math.Max(m, 9), n, 3);
        var (alpha, beta) = (T.CreateChecked(0.75), T.CreateChecked(-0.5));
        var expected = start.View.ToMatrix();
        Gemm.Multiply<T, TKernel>(a, Operand.AsIs, b.View, opB, alpha, beta, expected, Parallelism.Serial, null);
        var c = new GuardedMatrix<T>(start.View.RowRange(0, m));
        var packed = PackedMatrix<T>.Pack<TKernel>(b.View, opB);
        Gemm.Multiply<T, TKernel>(a.View.RowRange(0, m), Operand.AsIs, packed, alpha, beta, c.View, new Parallelism(threads), sizes);
        Assert.True(expected.View.RowRange(0, m).ToMatrix().Span.SequenceEqual(c.View.ToMatrix().Span), $"{m}×{n}×{k} {opB}, {threads} threads, {typeof(TKernel).Name}");
        c.AssertIntact();
    }
}
