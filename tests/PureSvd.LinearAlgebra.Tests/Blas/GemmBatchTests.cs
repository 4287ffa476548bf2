using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

public sealed class GemmBatchTests
{
    [Theory]
    [InlineData(1, 7, 5, 3)]
    [InlineData(12, 33, 40, 16)]
    [InlineData(5, 1, 70, 64)]
    [InlineData(40, 24, 24, 32)]
    [InlineData(3, 130, 130, 20)]
    [InlineData(4, 0, 3, 3)]
    [InlineData(4, 3, 3, 0)]
    public void Every_product_of_a_batch_equals_the_triple_loop_and_stays_inside_its_view(int count, int m, int n, int k)
    {
        AssertEqual<float>(count, m, n, k);
        AssertEqual<double>(count, m, n, k);
    }

    [Fact]
    public void Products_have_the_bits_that_they_have_alone_for_any_number_of_threads()
    {
        foreach (var (count, m, n, k) in ((int, int, int, int)[])[(12, 40, 40, 64), (3, 200, 90, 70), (100, 9, 24, 32), (7, 1, 300, 64)])
        {
            var a = MatrixBatch<float>.Stacked(TestMatrices.Random<float>(count * m, k, 1), count);
            var b = MatrixBatch<float>.SideBySide(TestMatrices.Random<float>(n, count * k, 2), count);
            var expected = new Matrix<float>(count * m, n);
            for (var i = 0; i < count; i++)
                Gemm.Multiply(a[i], Operand.AsIs, b[i], Operand.Transposed, 0.5f, 0, MatrixBatch<float>.Stacked(expected, count)[i], Parallelism.Serial);
            foreach (var threads in (int[])[1, 2, 3, 5, 16])
            {
                var actual = new Matrix<float>(count * m, n);
                Gemm.MultiplyBatch(a, Operand.AsIs, b, Operand.Transposed, 0.5f, 0, MatrixBatch<float>.Stacked(actual, count), new Parallelism(threads));
                Assert.True(expected.Span.SequenceEqual(actual.Span), $"{count} of {m}×{n}×{k}, {threads} threads");
            }
        }
    }

    [Fact]
    public void Once_warm_a_batch_allocates_nothing()
    {
        var q = TestMatrices.Random<float>(64, 12 * 32, 1);
        var scores = new Matrix<float>(12 * 64, 64);
        Assert.Equal(0, Allocation.Least(() => Multiply(Parallelism.Serial)));
        Assert.Equal(0, Allocation.Least(() => Multiply(new Parallelism(2))));

        void Multiply(Parallelism parallelism) => Gemm.MultiplyBatch(
            MatrixBatch<float>.SideBySide(q, 12), Operand.AsIs, MatrixBatch<float>.SideBySide(q, 12), Operand.Transposed, 1, 0, MatrixBatch<float>.Stacked(scores, 12), parallelism);
    }

    [Fact]
    public void One_factor_may_serve_all_products()
    {
        var a = TestMatrices.Random<double>(4 * 10, 6, 1);
        var b = TestMatrices.Random<double>(6, 9, 2);
        var c = new Matrix<double>(4 * 10, 9);
        Gemm.MultiplyBatch(MatrixBatch<double>.Stacked(a, 4), Operand.AsIs, new MatrixBatch<double>(b, 4, 0), Operand.AsIs, 1, 0, MatrixBatch<double>.Stacked(c, 4), Parallelism.Serial);
        GemmCheck.AssertClose(a, Operand.AsIs, b, Operand.AsIs, 1, 0, new Matrix<double>(4 * 10, 9), c.View);
    }

    [Fact]
    public void Batches_that_do_not_fit_and_results_that_overlap_are_named()
    {
        var x = TestMatrices.Random<float>(12, 12, 1);
        var c = new Matrix<float>(12, 4);
        Refuse("3 A", MatrixBatch<float>.Stacked(x, 3), MatrixBatch<float>.SideBySide(x, 3), MatrixBatch<float>.Stacked(c, 4));
        Refuse("12×4", MatrixBatch<float>.Stacked(x, 3), MatrixBatch<float>.SideBySide(x, 3), new MatrixBatch<float>(c, 3, 4));
        Refuse("distance of 15", MatrixBatch<float>.Stacked(x, 3), MatrixBatch<float>.SideBySide(x, 3), new MatrixBatch<float>(c.View.RowRange(0, 4), 3, 15));
        Refuse("overlaps A", MatrixBatch<float>.Stacked(x, 3), new MatrixBatch<float>(new Matrix<float>(12, 12), 3, 0), new MatrixBatch<float>(x.View.RowRange(0, 4), 3, 48));
        Assert.Throws<ArgumentException>(() => MatrixBatch<float>.Stacked(x, 5));
        Assert.Throws<ArgumentException>(() => MatrixBatch<float>.SideBySide(x, 0));

        static void Refuse(string what, MatrixBatch<float> a, MatrixBatch<float> b, MatrixBatch<float> results)
        {
            var exception = Assert.Throws<ArgumentException>(() => Gemm.MultiplyBatch(a, Operand.AsIs, b, Operand.AsIs, 1, 0, results, Parallelism.Serial));
            Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        }
    }

    private static void AssertEqual<T>(int count, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var opA in Enum.GetValues<Operand>())
        {
            foreach (var opB in Enum.GetValues<Operand>())
            {
                // Heads lie side by side, so that a product sees its neighbours' columns between its own rows.
                var (aRows, aColumns) = opA == Operand.AsIs ? (m, k) : (k, m);
                var (bRows, bColumns) = opB == Operand.AsIs ? (k, n) : (n, k);
                var a = new GuardedMatrix<T>(TestMatrices.Random<T>(aRows, count * aColumns, 1));
                var b = new GuardedMatrix<T>(TestMatrices.Random<T>(count * bRows, bColumns, 2));
                var start = TestMatrices.Random<T>(m, count * n, 3);
                var c = new GuardedMatrix<T>(start);
                T alpha = T.CreateChecked(0.75), beta = T.CreateChecked(-0.5);
                Gemm.MultiplyBatch(MatrixBatch<T>.SideBySide(a.View, count), opA, MatrixBatch<T>.Stacked(b.View, count), opB, alpha, beta, MatrixBatch<T>.SideBySide(c.View, count), new Parallelism(3));
                for (var i = 0; i < count; i++)
                {
                    GemmCheck.AssertClose(
                        a.View.ColumnRange(i * aColumns, aColumns), opA, b.View.RowRange(i * bRows, bRows), opB, alpha, beta,
                        start.View.ColumnRange(i * n, n).ToMatrix(), c.View.ColumnRange(i * n, n));
                }

                c.AssertIntact();
            }
        }
    }
}
