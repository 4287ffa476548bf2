namespace PureSvd.LinearAlgebra.Tests.Blas;

public class TrsmTests
{
    public static TheoryData<int, int> Sizes => new() { { 0, 2 }, { 1, 1 }, { 2, 0 }, { 5, 7 }, { 31, 3 }, { 32, 40 }, { 33, 1 }, { 64, 20 }, { 65, 600 }, { 150, 33 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void It_equals_substitution_and_reads_its_triangle_alone(int n, int systems)
    {
        foreach (var triangle in Enum.GetValues<Triangle>())
        {
            foreach (var opT in Enum.GetValues<Operand>())
            {
                foreach (var unit in (bool[])[false, true])
                {
                    // Small off the diagonal: well conditioned, so that two orders of rounding agree. NaN where nothing may be read.
                    var random = TestMatrices.Random<double>(n, n, 1);
                    var t = new GuardedMatrix<double>(Matrix<double>.Create(n, n, (i, j) =>
                        i == j ? (unit ? double.NaN : 2 + random[i, j]) : (triangle == Triangle.Lower) == (i > j) ? random[i, j] / n : double.NaN));
                    var left = new GuardedMatrix<double>(TestMatrices.Random<double>(n, systems, 2));
                    var expected = left.View.ToMatrix();
                    TrsmReference.SolveLeft(t.View, triangle, opT, unit, expected.View);
                    Trsm.SolveLeft(t.View, triangle, opT, unit, left.View, new Parallelism(2));
                    AssertClose(expected, left);

                    var right = new GuardedMatrix<double>(TestMatrices.Random<double>(systems, n, 3));
                    expected = right.View.ToMatrix();
                    TrsmReference.SolveRight(t.View, triangle, opT, unit, expected.View);
                    Trsm.SolveRight(t.View, triangle, opT, unit, right.View, new Parallelism(2));
                    AssertClose(expected, right);
                }
            }
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var t = Matrix<float>.Create(100, 100, (i, j) => i == j ? 2 : 1f / (1 + i + j));
        var expected = TestMatrices.Random<float>(100, 2001, 2);
        var right = expected.View.Transpose();
        Trsm.SolveLeft(t, Triangle.Lower, Operand.AsIs, false, expected.View, Parallelism.Serial);
        var expectedRight = right.View.ToMatrix();
        Trsm.SolveRight(t, Triangle.Lower, Operand.AsIs, false, expectedRight.View, Parallelism.Serial);
        for (var threads = 2; threads <= 4; threads++)
        {
            var actual = TestMatrices.Random<float>(100, 2001, 2);
            Trsm.SolveLeft(t, Triangle.Lower, Operand.AsIs, false, actual.View, new Parallelism(threads));
            Assert.True(expected.Span.SequenceEqual(actual.Span));
            var actualRight = right.View.ToMatrix();
            Trsm.SolveRight(t, Triangle.Lower, Operand.AsIs, false, actualRight.View, new Parallelism(threads));
            Assert.True(expectedRight.Span.SequenceEqual(actualRight.Span));
        }
    }

    [Theory]
    [InlineData(63)]
    [InlineData(130)]
    public void The_residual_is_that_of_substitution_even_where_the_triangle_is_badly_conditioned(int n)
    {
        // Kahan's triangle: its condition grows like 2ⁿ, and an inverse of a block would show.
        var (c, s) = (Math.Cos(1.2), Math.Sin(1.2));
        var t = Matrix<double>.Create(n, n, (i, j) => i < j ? 0 : Math.Pow(s, n - 1 - i) * (i == j ? 1 : -c));
        var random = TestMatrices.Random<double>(n, 40, 2);
        var x = random.View.ToMatrix();
        Trsm.SolveLeft<double>(t, Triangle.Lower, Operand.AsIs, false, x, new Parallelism(2));
        for (var k = 0; k < 40; k++)
        {
            for (var i = 0; i < n; i++)
            {
                var (residual, size) = (random[i, k], 0.0);
                for (var j = 0; j <= i; j++)
                {
                    residual -= t[i, j] * x[j, k];
                    size += Math.Abs(t[i, j] * x[j, k]);
                }
                Assert.True(Math.Abs(residual) <= 2 * n * 2.3e-16 * (size + Math.Abs(random[i, k])), $"row {i}: {residual} of {size}");
            }
        }
    }

    [Theory]
    [InlineData(5e-324)]
    [InlineData(1e-310)]
    [InlineData(1.7e308)]
    [InlineData(0)]
    public void A_diagonal_at_the_ends_of_the_range_is_divided_by(double diagonal)
    {
        var t = Matrix<double>.Create(5, 5, (i, j) => i == j ? diagonal : 0);
        var b = Matrix<double>.Create(5, 3, (i, _) => diagonal * ((i + 1) / 8.0));
        var right = b.View.Transpose();
        Trsm.SolveLeft<double>(t, Triangle.Upper, Operand.AsIs, false, b, Parallelism.Serial);
        Trsm.SolveRight<double>(t, Triangle.Upper, Operand.AsIs, false, right, Parallelism.Serial);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(diagonal * ((i + 1) / 8.0) / diagonal, b[i, 0]);
            Assert.Equal(b[i, 0], right[0, i]);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named() =>
        Assert.Contains("3×3", Assert.Throws<ArgumentException>(() =>
            Trsm.SolveLeft(new Matrix<float>(3, 3), Triangle.Lower, Operand.AsIs, false, new Matrix<float>(4, 4).View, Parallelism.Serial)).Message, StringComparison.Ordinal);

    private static void AssertClose(Matrix<double> expected, GuardedMatrix<double> actual)
    {
        for (var i = 0; i < expected.Rows; i++)
            for (var j = 0; j < expected.Columns; j++)
                Assert.Equal(expected[i, j], actual.View[i, j], 1e-13);
        actual.AssertIntact();
    }
}
