using System.Numerics;
using System.Runtime.Intrinsics;

namespace PureSvd.LinearAlgebra.Tests.Blas;

public unsafe class GemvTests
{
    [Fact]
    public void Every_size_up_to_two_groups_and_one_equals_the_double_loop_for_every_width_of_vectors()
    {
        for (var m = 0; m <= 9; m++)
        {
            for (var n = 0; n <= 67; n++)
            {
                Compare<float, Vector512<float>, Lanes512<float>>(m, n);
                Compare<float, Vector256<float>, Lanes256<float>>(m, n);
                Compare<float, Vector128<float>, Lanes128<float>>(m, n);
                Compare<float, float, ScalarLanes<float>>(m, n);
                Compare<double, Vector512<double>, Lanes512<double>>(m, n);
                Compare<double, Vector256<double>, Lanes256<double>>(m, n);
                Compare<double, Vector128<double>, Lanes128<double>>(m, n);
            }
        }
    }

    [Theory]
    [InlineData(3000, 200, Operand.AsIs)]
    [InlineData(200, 3001, Operand.Transposed)]
    public void The_number_of_threads_changes_no_bit(int rows, int columns, Operand opA)
    {
        var a = TestMatrices.Random<float>(rows, columns, 1);
        var (m, n) = opA == Operand.AsIs ? (rows, columns) : (columns, rows);
        var x = TestMatrices.Random<float>(1, n, 2);
        var expected = new float[m];
        Gemv.Multiply<float>(a, opA, x.Span, 1, 0, expected, Parallelism.Serial);
        for (var threads = 2; threads <= 5; threads++)
        {
            var actual = new float[m];
            Gemv.Multiply<float>(a, opA, x.Span, 1, 0, actual, new Parallelism(threads));
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Once_warm_a_product_allocates_nothing()
    {
        var a = TestMatrices.Random<float>(500, 600, 1);
        var (x, y) = (new float[600], new float[600]);
        foreach (var threads in (int[])[1, 2])
        {
            Assert.Equal(0, Allocation.Least(() => Gemv.Multiply<float>(a, Operand.AsIs, x, 1, 0, y.AsSpan(0, 500), new Parallelism(threads))));
            Assert.Equal(0, Allocation.Least(() => Gemv.Multiply<float>(a, Operand.Transposed, x.AsSpan(0, 500), 1, 0, y, new Parallelism(threads))));
        }
    }

    [Fact]
    public void Without_alpha_the_matrix_is_not_read_and_without_beta_y_is_overwritten()
    {
        var nan = Matrix<double>.Create(3, 2, (_, _) => double.NaN);
        foreach (var opA in Enum.GetValues<Operand>())
        {
            var x = new double[opA == Operand.AsIs ? 2 : 3];
            var y = new double[5 - x.Length];
            Array.Fill(y, 3);
            Gemv.Multiply<double>(nan, opA, x, 0, 2, y, Parallelism.Serial);
            Assert.All(y, v => Assert.Equal(6, v));
            Array.Fill(y, double.NaN);
            Gemv.Multiply<double>(nan, opA, x, 0, 0, y, Parallelism.Serial);
            Assert.All(y, v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => Gemv.Multiply<float>(new Matrix<float>(2, 3), Operand.Transposed, new float[3], 1, 0, new float[3], Parallelism.Serial));
        Assert.Contains("3×2", exception.Message, StringComparison.Ordinal);
    }

    private static void Compare<T, TVector, TLanes>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, IVectorLanes<T, TVector>
    {
        var a = new GuardedMatrix<T>(TestMatrices.Random<T>(rows, columns, 1));
        foreach (var opA in Enum.GetValues<Operand>())
        {
            var (m, n) = opA == Operand.AsIs ? (rows, columns) : (columns, rows);
            var x = new GuardedMatrix<T>(TestMatrices.Random<T>(1, n, 2));
            foreach (var betaValue in (double[])[0, 1, -0.5])
            {
                T alpha = T.CreateChecked(0.75), beta = T.CreateChecked(betaValue);
                var start = TestMatrices.Random<T>(1, m, 3);
                if (beta == T.Zero)
                    start.Span.Fill(T.NaN);
                var y = new GuardedMatrix<T>(start);
                if (opA == Operand.Transposed)
                    Gemv.MultiplyTransposed<T, TVector, TLanes>(a.View, x.View.Data, alpha, beta, y.View.Data, Parallelism.Serial);
                else
                    GemmDots<T, TVector, TLanes, SameElement<T, TVector, TLanes>>.Multiply(x.View.Data, 0, 1, (byte*)a.View.Data, a.View.Stride * sizeof(T), m, n, alpha, beta, y.View.Data, 0);

                // yᵀ = α·xᵀ·op(A)ᵀ + β·yᵀ is a product that the triple loop knows.
                GemmCheck.AssertClose(x.View, Operand.AsIs, a.View, opA == Operand.AsIs ? Operand.Transposed : Operand.AsIs, alpha, beta, start, y.View);
                y.AssertIntact();
                var expected = start.View.ToMatrix();
                GemvReference.Multiply(a.View, opA, x.View.Row(0), alpha, beta, expected.Span);
                for (var i = 0; i < m; i++)
                    Assert.True(T.Abs(expected[0, i] - y.View[0, i]) <= T.CreateChecked(4 * (n + 3) * TestMatrices.Roundoff<T>() * (n + 1)));
            }
        }
    }
}
