using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class LeastSquaresTests
{
    [Fact]
    public void The_residual_is_orthogonal_to_A_and_X_has_no_part_that_A_does_not_see() => SvdCase.Check(100, c =>
    {
        if (c.Kind is MatrixKind.Denormal or MatrixKind.NearUnderflow or MatrixKind.NearOverflow)
            return; // Solutions leave the range of the type; see the test of powers of two.
        Check(TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed), TestMatrices.Gaussian<double>(c.M, 3, (ulong)c.Seed + 1));
        Check(TestMatrices.Make<float>(c.Kind, c.M, c.N, (ulong)c.Seed), TestMatrices.Gaussian<float>(c.M, 3, (ulong)c.Seed + 1));
    });

    private static void Check<T>(Matrix<T> a, Matrix<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var solution = LeastSquares.Solve<T>(a, b);
        Assert.Equal((a.Columns, 3, 3), (solution.X.Rows, solution.X.Columns, solution.Residuals.Length));
        var (da, x) = (Ratios.ToDouble(a), Ratios.ToDouble(solution.X));
        var rest = Ratios.ToDouble(b);
        Gemm.Multiply<double>(da, Operand.AsIs, x, Operand.AsIs, -1, 1, rest, Parallelism.Serial);
        var (norm, size) = (solution.SingularValues.Select(double.CreateTruncating).FirstOrDefault(), Math.Max(a.Rows, a.Columns));
        var smallest = solution.Rank == 0 ? norm : double.CreateTruncating(solution.SingularValues[solution.Rank - 1]);
        var unit = 10 * TestMatrices.Epsilon<T>() * Math.Max(1, size);

        // Normal equations: Aᵀ(b − Ax) = 0, in units of ε·‖A‖·(‖A‖·‖X‖ + ‖B‖), and of what was taken for zero.
        var scale = (norm * Ratios.FrobeniusNorm(x)) + Ratios.FrobeniusNorm(b);
        var gradient = new Matrix<double>(a.Columns, 3);
        Gemm.Multiply<double>(da, Operand.Transposed, rest, Operand.AsIs, 1, 0, gradient, Parallelism.Serial);
        Assert.InRange(Ratios.FrobeniusNorm(gradient), 0, unit * norm * scale);
        for (var j = 0; j < 3; j++)
        {
            var measured = Math.Sqrt(Enumerable.Range(0, a.Rows).Sum(i => rest[i, j] * rest[i, j]));
            Assert.InRange(double.CreateTruncating(solution.Residuals[j]), measured - (unit * scale), measured + (unit * scale));
        }

        // Minimum norm: X = A⁺·A·X.
        if (solution.Rank == 0)
        {
            Assert.Equal(0, Ratios.FrobeniusNorm(x));
            return;
        }
        var inverse = Ratios.ToDouble(PseudoInverse.Compute<T>(a).Inverse);
        var image = new Matrix<double>(a.Rows, 3);
        Gemm.Multiply<double>(da, Operand.AsIs, x, Operand.AsIs, 1, 0, image, Parallelism.Serial);
        var back = Ratios.ToDouble(solution.X);
        Gemm.Multiply<double>(inverse, Operand.AsIs, image, Operand.AsIs, -1, 1, back, Parallelism.Serial);
        Assert.InRange(Ratios.FrobeniusNorm(back), 0, unit * norm / smallest * Ratios.FrobeniusNorm(x));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(50, 3)]
    [InlineData(90, 65)]
    public void By_pivoted_QR_a_full_rank_problem_has_the_answer_of_the_SVD(int m, int n)
    {
        Same<double>();
        Same<float>();

        void Same<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var (a, b) = (TestMatrices.WithSpectrum<T>(m, n, i => Math.Pow(0.95, i), 5), TestMatrices.Gaussian<T>(m, 4, 6));
            var (expected, found) = (LeastSquares.Solve<T>(a, b), LeastSquares.Solve<T>(a, b, new RankOptions { ExpectFullRank = true }));
            Assert.Equal((n, 0), (found.Rank, found.SingularValues.Length));
            var condition = Math.Pow(0.95, 1 - n);
            var allowed = 20 * TestMatrices.Epsilon<T>() * m * condition * condition * Ratios.FrobeniusNorm(Ratios.ToDouble(b));
            foreach (var (x, y) in expected.X.Span.ToArray().Zip(found.X.Span.ToArray()))
                Assert.InRange(double.CreateTruncating(x - y), -allowed, allowed);
            foreach (var (x, y) in expected.Residuals.Zip(found.Residuals))
                Assert.InRange(double.CreateTruncating(x - y), -allowed, allowed);
        }
    }

    [Fact]
    public void Where_full_rank_was_expected_in_vain_the_SVD_decides()
    {
        var expectFullRank = new RankOptions { ExpectFullRank = true };
        foreach (var a in new[] { Matrix<double>.Create(6, 3, (i, j) => i + j), TestMatrices.Gaussian<double>(3, 6, 4), new Matrix<double>(5, 2) })
        {
            var b = TestMatrices.Gaussian<double>(a.Rows, 2, 5);
            var (expected, found) = (LeastSquares.Solve<double>(a, b), LeastSquares.Solve<double>(a, b, expectFullRank));
            Assert.Equal(expected.X.Span.ToArray(), found.X.Span.ToArray());
            Assert.Equal(expected.SingularValues, found.SingularValues);
        }
    }

    [Fact]
    public void A_line_through_four_points()
    {
        // y = 3.5 + 1.4·x through (1, 6), (2, 5), (3, 7), (4, 10); the squares of the errors add up to 4.2.
        var a = Matrix<double>.Create(4, 2, (i, j) => j == 0 ? 1 : i + 1);
        var b = Matrix<double>.Create(4, 1, (i, _) => new[] { 6.0, 5, 7, 10 }[i]);
        var (x, rank, residuals, _) = LeastSquares.Solve<double>(a, b);
        Assert.Equal(2, rank);
        Assert.Equal(3.5, x[0, 0], tolerance: 1e-13);
        Assert.Equal(1.4, x[1, 0], tolerance: 1e-13);
        Assert.Equal(Math.Sqrt(4.2), residuals[0], tolerance: 1e-13);
    }

    [Fact]
    public void Twice_the_same_column_shares_the_weight()
    {
        var (x, rank, _, _) = LeastSquares.Solve<double>(Matrix<double>.Create(3, 2, (_, _) => 1), Matrix<double>.Create(3, 1, (_, _) => 4));
        Assert.Equal(1, rank);
        Assert.Equal(2, x[0, 0], tolerance: 1e-14);
        Assert.Equal(2, x[1, 0], tolerance: 1e-14);
    }

    [Fact]
    public void Powers_of_two_in_A_and_B_go_through_without_rounding()
    {
        var (a, b) = (TestMatrices.Gaussian<double>(9, 5, 3), TestMatrices.Gaussian<double>(9, 2, 4));
        var plain = LeastSquares.Solve<double>(a, b);
        var scaled = LeastSquares.Solve<double>(
            Matrix<double>.Create(9, 5, (i, j) => Math.ScaleB(a[i, j], 900)), Matrix<double>.Create(9, 2, (i, j) => Math.ScaleB(b[i, j], 500)));
        Assert.Equal(plain.X.Span.ToArray().Select(value => Math.ScaleB(value, -400)), scaled.X.Span.ToArray());
        Assert.Equal(plain.Residuals.Select(value => Math.ScaleB(value, 500)), scaled.Residuals);
    }

    [Fact]
    public void Empty_systems_have_the_zero_of_their_shape_for_a_solution()
    {
        var tall = LeastSquares.Solve<double>(new Matrix<double>(3, 0), Matrix<double>.Create(3, 2, (_, _) => 2));
        Assert.Equal((0, 2, 0), (tall.X.Rows, tall.X.Columns, tall.Rank));
        Assert.All(tall.Residuals, residual => Assert.Equal(Math.Sqrt(12), residual, tolerance: 1e-14));
        var wide = LeastSquares.Solve<double>(new Matrix<double>(0, 3), new Matrix<double>(0, 2));
        Assert.Equal([0.0, 0, 0, 0, 0, 0], wide.X.Span.ToArray());
        Assert.Equal([0.0, 0], wide.Residuals);
        Assert.Empty(LeastSquares.Solve<double>(new Matrix<double>(3, 3), new Matrix<double>(3, 0)).Residuals);
    }

    [Fact]
    public void What_does_not_fit_or_is_not_finite_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve<double>(new Matrix<double>(3, 2), new Matrix<double>(2, 1)));
        var b = new Matrix<double>(3, 1);
        b[1, 0] = double.PositiveInfinity;
        Assert.Throws<NonFiniteMatrixException>(() => LeastSquares.Solve<double>(new Matrix<double>(3, 2), b));
        Assert.Throws<NonFiniteMatrixException>(() => LeastSquares.Solve<double>(b, new Matrix<double>(3, 2)));
    }
}
