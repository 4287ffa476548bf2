using FsCheck;
using FsCheck.Fluent;

namespace PureSvd.LinearAlgebra.Tests.Blas;

public class GemmTests
{
    [Fact]
    public void Any_product_equals_the_triple_loop()
    {
        var cases =
            from m in Gen.Choose(0, 120)
            from n in Gen.Choose(0, 120)
            from k in Gen.Choose(0, 300)
            from opA in Gen.Elements(Operand.AsIs, Operand.Transposed)
            from opB in Gen.Elements(Operand.AsIs, Operand.Transposed)
            from threads in Gen.Choose(1, 4)
            from seed in Gen.Choose(1, 1000)
            select new Case(m, n, k, opA, opB, threads, seed);
        var property = Prop.ForAll(Arb.From(cases, Shrink), Holds);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20240101, 1), property);
    }

    [Theory]
    [InlineData(300, 700, 300)]
    [InlineData(13, 3000, 300)]
    [InlineData(1000, 40, 300)]
    [InlineData(260, 260, 1200)]
    public void The_number_of_threads_changes_no_bit(int m, int n, int k)
    {
        var a = TestMatrices.Random<float>(k, m, 1);
        var b = TestMatrices.Random<float>(k, n, 2);
        var expected = new Matrix<float>(m, n);
        Gemm.Multiply(a, Operand.Transposed, b, Operand.AsIs, 1, 0, expected.View, Parallelism.Serial);
        for (var threads = 2; threads <= 7; threads++)
        {
            var actual = new Matrix<float>(m, n);
            Gemm.Multiply(a, Operand.Transposed, b, Operand.AsIs, 1, 0, actual.View, new Parallelism(threads));
            Assert.True(expected.Span.SequenceEqual(actual.Span), $"{threads} threads");
        }
    }

    [Theory]
    [InlineData(70, 600, 30)]
    [InlineData(61, 1030, 9)]
    [InlineData(800, 50, 30)]
    [InlineData(1200, 9, 20)]
    public void A_part_of_C_for_each_thread_has_the_bits_of_the_whole_and_stays_inside_its_views(int m, int n, int k)
    {
        foreach (var opA in Enum.GetValues<Operand>())
        {
            foreach (var opB in Enum.GetValues<Operand>())
            {
                var a = new GuardedMatrix<double>(opA == Operand.AsIs ? TestMatrices.Random<double>(m, k, 1) : TestMatrices.Random<double>(k, m, 1));
                var b = new GuardedMatrix<double>(opB == Operand.AsIs ? TestMatrices.Random<double>(k, n, 2) : TestMatrices.Random<double>(n, k, 2));
                var start = TestMatrices.Random<double>(m, n, 3);
                var expected = start.View.ToMatrix();
                Gemm.Multiply(a.View, opA, b.View, opB, 0.75, -0.5, expected.View, Parallelism.Serial);
                foreach (var threads in (int[])[2, 3])
                {
                    var c = new GuardedMatrix<double>(start);
                    Gemm.Multiply(a.View, opA, b.View, opB, 0.75, -0.5, c.View, new Parallelism(threads));
                    Assert.True(expected.Span.SequenceEqual(c.View.ToMatrix().Span), $"{opA} {opB}, {threads} threads");
                    c.AssertIntact();
                }
            }
        }
    }

    [Fact]
    public void Many_threads_may_multiply_at_once()
    {
        var a = TestMatrices.Random<double>(150, 150, 1);
        var b = TestMatrices.Random<double>(150, 150, 2);
        var expected = new Matrix<double>(150, 150);
        Gemm.Multiply(a, Operand.AsIs, b, Operand.AsIs, 1, 0, expected.View, Parallelism.Serial);
        var results = Enumerable.Range(0, 8).Select(_ => new Matrix<double>(150, 150)).ToArray();
        var threads = results.Select(c => new Thread(() =>
        {
            for (var repeat = 0; repeat < 20; repeat++)
                Gemm.Multiply(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c.View, new Parallelism(3));
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.All(results, c => Assert.True(expected.Span.SequenceEqual(c.Span)));
    }

    [Fact]
    public void Once_warm_a_product_allocates_nothing()
    {
        var a = TestMatrices.Random<float>(200, 300, 1);
        foreach (var columns in (int[])[500, 700])
        {
            var b = TestMatrices.Random<float>(columns, 300, 2);
            var c = new Matrix<float>(200, columns);
            foreach (var threads in (int[])[1, 2])
                Assert.Equal(0, Allocation.Least(() => Gemm.Multiply(a, Operand.AsIs, b, Operand.Transposed, 1, 0, c.View, new Parallelism(threads))));
        }
    }

    [Fact]
    public void Without_alpha_the_factors_are_not_read_and_without_depth_C_is_scaled()
    {
        var nan = Matrix<double>.Create(3, 3, (_, _) => double.NaN);
        var c = Matrix<double>.Create(3, 3, (i, j) => i + j);
        Gemm.Multiply(nan, Operand.AsIs, nan, Operand.AsIs, 0, 2, c.View, Parallelism.Serial);
        Assert.Equal([0, 2, 4, 2, 4, 6, 4, 6, 8], c.Span.ToArray());
        Gemm.Multiply(new Matrix<double>(3, 0), Operand.AsIs, new Matrix<double>(0, 3), Operand.AsIs, 1, 0.5, c.View, Parallelism.Serial);
        Assert.Equal([0, 1, 2, 1, 2, 3, 2, 3, 4], c.Span.ToArray());
        Gemm.Multiply(nan, Operand.AsIs, nan, Operand.AsIs, 0, 0, nan.View.ToMatrix().View, Parallelism.Serial);
    }

    [Fact]
    public void NaN_and_infinity_arrive_where_they_belong_and_nowhere_else()
    {
        var a = TestMatrices.Random<float>(30, 40, 1);
        var b = TestMatrices.Random<float>(40, 50, 2);
        a[7, 3] = float.NaN;
        b[5, 9] = float.PositiveInfinity;
        var c = new Matrix<float>(30, 50);
        Gemm.Multiply(a, Operand.AsIs, b, Operand.AsIs, 1, 0, c.View, Parallelism.Serial);
        for (var i = 0; i < 30; i++)
            for (var j = 0; j < 50; j++)
                Assert.Equal(i == 7 ? (true, false) : (false, j == 9), (float.IsNaN(c[i, j]), float.IsInfinity(c[i, j])));
    }

    [Fact]
    public void A_type_without_vectors_is_multiplied_by_the_portable_kernel()
    {
        var a = TestMatrices.Random<Half>(9, 5, 1);
        var b = TestMatrices.Random<Half>(5, 4, 2);
        var start = new Matrix<Half>(9, 4);
        var c = new Matrix<Half>(9, 4);
        Gemm.Multiply(a, Operand.AsIs, b, Operand.AsIs, Half.One, Half.Zero, c, Parallelism.Serial);
        GemmCheck.AssertClose(a, Operand.AsIs, b, Operand.AsIs, Half.One, Half.Zero, start, c.View);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        var exception = Assert.Throws<ArgumentException>(() =>
            Gemm.Multiply(new Matrix<float>(2, 3), Operand.AsIs, new Matrix<float>(4, 5), Operand.AsIs, 1, 0, new Matrix<float>(2, 5).View, Parallelism.Serial));
        Assert.Contains("2×3", exception.Message, StringComparison.Ordinal);
        Assert.Contains("4×5", exception.Message, StringComparison.Ordinal);
    }

    private static bool Holds(Case c)
    {
        var a = new GuardedMatrix<float>(c.OpA == Operand.AsIs ? TestMatrices.Random<float>(c.M, c.K, (ulong)c.Seed) : TestMatrices.Random<float>(c.K, c.M, (ulong)c.Seed));
        var b = new GuardedMatrix<float>(c.OpB == Operand.AsIs ? TestMatrices.Random<float>(c.K, c.N, (ulong)c.Seed + 1) : TestMatrices.Random<float>(c.N, c.K, (ulong)c.Seed + 1));
        var start = TestMatrices.Random<float>(c.M, c.N, (ulong)c.Seed + 2);
        var result = new GuardedMatrix<float>(start);
        Gemm.Multiply(a.View, c.OpA, b.View, c.OpB, -1.5f, 0.25f, result.View, new Parallelism(c.Threads));
        GemmCheck.AssertClose(a.View, c.OpA, b.View, c.OpB, -1.5f, 0.25f, start, result.View);
        result.AssertIntact();
        return true;
    }

    // Sizes shrink, elements do not: a smaller product fails for the same reason.
    private static IEnumerable<Case> Shrink(Case c)
    {
        if (c.M > 0)
        {
            yield return c with { M = c.M / 2 };
            yield return c with { M = c.M - 1 };
        }

        if (c.N > 0)
        {
            yield return c with { N = c.N / 2 };
            yield return c with { N = c.N - 1 };
        }

        if (c.K > 0)
        {
            yield return c with { K = c.K / 2 };
            yield return c with { K = c.K - 1 };
        }

        if (c.Threads > 1)
            yield return c with { Threads = 1 };
    }

    private sealed record Case(int M, int N, int K, Operand OpA, Operand OpB, int Threads, int Seed);
}
