using System.Numerics;
using Xunit.Abstractions;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

/// <summary>What every singular value decomposition owes its users; each algorithm derives and inherits the tests.</summary>
public abstract class SvdContract(ITestOutputHelper output)
{
    /// <summary>LAPACK's threshold is 50; ours is what we aim for.</summary>
    private const double Threshold = 10;

    /// <summary>The algorithm under test.</summary>
    protected abstract SvdFactors<T> Compute<T>(Matrix<T> a, SvdOptions options, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>How many generated cases each property runs.</summary>
    protected virtual int Cases => 200;

    [Fact]
    public void Factors_meet_the_ratios_of_LAPACK_in_double() => MeetRatios<double>();

    [Fact]
    public void Factors_meet_the_ratios_of_LAPACK_in_float() => MeetRatios<float>();

    private void MeetRatios<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var worst = (Reconstruction: 0.0, Left: 0.0, Right: 0.0);
        SvdCase.Check(Cases, c =>
        {
            var ratios = CheckFactors(TestMatrices.Make<T>(c.Kind, c.M, c.N, (ulong)c.Seed), new SvdOptions { BlockSize = c.BlockSize });
            worst = (Math.Max(worst.Reconstruction, ratios.Reconstruction), Math.Max(worst.Left, ratios.Left), Math.Max(worst.Right, ratios.Right));
        });
        output.WriteLine($"largest ratios: reconstruction {worst.Reconstruction:F2}, U {worst.Left:F2}, V {worst.Right:F2}");
    }

    [Theory]
    [InlineData(31, 33, 32)]
    [InlineData(64, 64, 32)]
    [InlineData(65, 63, 32)]
    [InlineData(129, 128, 32)]
    [InlineData(100, 160, 20)]
    [InlineData(161, 100, 20)]
    [InlineData(300, 40, 32)]
    [InlineData(7, 500, 3)]
    public void Sizes_around_the_blocks_meet_the_ratios(int m, int n, int blockSize)
    {
        foreach (var kind in Enum.GetValues<MatrixKind>())
        {
            CheckFactors(TestMatrices.Make<double>(kind, m, n, 5), new SvdOptions { BlockSize = blockSize });
            CheckFactors(TestMatrices.Make<float>(kind, m, n, 5), new SvdOptions { BlockSize = blockSize });
        }
    }

    /// <summary>The sizes of LAPACK's own test input, all pairs, with blocks that fit none of them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void The_sizes_of_LAPACK_meet_the_ratios_for_every_kind(int blockSize)
    {
        int[] sizes = [0, 1, 2, 3, 7, 10, 50];
        var options = new SvdOptions { BlockSize = blockSize };
        foreach (var kind in Enum.GetValues<MatrixKind>())
        {
            foreach (var m in sizes)
            {
                foreach (var n in sizes)
                {
                    CheckFactors(TestMatrices.Make<double>(kind, m, n, 11), options);
                    CheckFactors(TestMatrices.Make<float>(kind, m, n, 12), options);
                }
            }
        }
    }

    /// <summary>Whether a rank below full gives the leading part of the full decomposition to rounding.</summary>
    protected virtual bool TruncationIsExact => true;

    [Fact]
    public void A_truncated_decomposition_is_the_leading_part_of_the_full_one() => SvdCase.Check(Cases / 2, c =>
    {
        if (!TruncationIsExact)
            return;
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var k = Math.Min(c.M, c.N);
        var rank = c.Seed % (k + 1);
        var full = Compute(a, new SvdOptions { BlockSize = c.BlockSize });
        var (u, s, vt) = Compute(a, new SvdOptions { BlockSize = c.BlockSize, Rank = rank });
        Assert.Equal((c.M, rank, rank, rank, c.N), (u.Rows, u.Columns, s.Length, vt.Rows, vt.Columns));
        AssertBelow(Threshold, rank == 0 ? 0 : Ratios.Values(full.S[..rank], s, Math.Max(c.M, c.N)));
        AssertBelow(Threshold, Ratios.Orthogonality(u));
        AssertBelow(Threshold, Ratios.Orthogonality(vt.View.Transpose()));

        if (c.Kind is MatrixKind.Denormal or MatrixKind.NearUnderflow)
            return;
        var image = new Matrix<double>(c.M, rank);
        Gemm.Multiply<double>(a, Operand.AsIs, vt, Operand.Transposed, 1, 0, image, Parallelism.Serial);
        AssertBelow(Threshold, Ratios.Reconstruction(image, u, s, Matrix<double>.Identity(rank)));
    });

    [Fact]
    public void Values_alone_are_the_values_of_the_full_decomposition() => SvdCase.Check(Cases, c =>
    {
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var full = Compute(a, new SvdOptions { BlockSize = c.BlockSize });
        var (u, s, vt) = Compute(a, new SvdOptions { BlockSize = c.BlockSize, ValuesOnly = true });
        Assert.Equal((c.M, 0, 0, c.N), (u.Rows, u.Columns, vt.Rows, vt.Columns));
        AssertBelow(Threshold, Ratios.Values(full.S, s, Math.Max(c.M, c.N)));
    });

    [Fact]
    public void Transposing_swaps_U_and_V() => SvdCase.Check(Cases / 2, c =>
    {
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var f = Compute(a, new SvdOptions());
        var t = Compute(a.View.Transpose(), new SvdOptions());
        var size = Math.Max(c.M, c.N);
        AssertBelow(Threshold, Ratios.Values(f.S, t.S, size));
        AssertBelow(Threshold, Ratios.Subspaces(f.U, t.Vt.View.Transpose(), f.S, size));
        AssertBelow(Threshold, Ratios.Subspaces(f.Vt.View.Transpose(), t.U, f.S, size));
    });

    [Theory]
    [InlineData(-300)]
    [InlineData(1)]
    [InlineData(300)]
    public void Scaling_by_a_power_of_two_changes_no_other_bit(int exponent)
    {
        var a = TestMatrices.Gaussian<double>(23, 17, 3);
        var scaled = Matrix<double>.Create(23, 17, (i, j) => Math.ScaleB(a[i, j], exponent));
        var f = Compute(a, new SvdOptions());
        var g = Compute(scaled, new SvdOptions());
        Assert.Equal(f.S.Select(x => Math.ScaleB(x, exponent)), g.S);
        Assert.Equal(f.U.Span.ToArray(), g.U.Span.ToArray());
        Assert.Equal(f.Vt.Span.ToArray(), g.Vt.Span.ToArray());
    }

    [Fact]
    public void Orthogonal_factors_do_not_change_the_values() => SvdCase.Check(Cases / 4, c =>
    {
        if (c.Kind is MatrixKind.Denormal or MatrixKind.NearOverflow or MatrixKind.NearUnderflow)
            return;
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var q = TestMatrices.RandomOrthogonal(c.M, c.M, (ulong)c.Seed + 9);
        var rotated = new Matrix<double>(c.M, c.N);
        Gemm.Multiply<double>(q, Operand.AsIs, a, Operand.AsIs, 1, 0, rotated, Parallelism.Serial);
        AssertBelow(Threshold, Ratios.Values(Compute(a, new SvdOptions()).S, Compute(rotated, new SvdOptions()).S, Math.Max(c.M, c.N)));
    });

    /// <summary>What to ask for to get the optimum of this rank.</summary>
    protected virtual SvdOptions Truncated(int rank) => new() { Rank = rank };

    [Theory]
    [InlineData(30, 20, 7)]
    [InlineData(20, 30, 1)]
    [InlineData(24, 24, 23)]
    public void Truncation_leaves_the_tail_of_Eckart_and_Young(int m, int n, int rank)
    {
        var a = TestMatrices.Gaussian<double>(m, n, 4);
        var full = Compute(a, new SvdOptions());
        var (u, s, vt) = Compute(a, Truncated(rank));
        Assert.Equal((m, rank, rank, n), (u.Columns == rank ? m : -1, s.Length, vt.Rows, vt.Columns));
        var residual = a.View.ToMatrix();
        var us = Matrix<double>.Create(m, rank, (i, j) => u[i, j] * s[j]);
        Gemm.Multiply<double>(us, Operand.AsIs, vt, Operand.AsIs, -1, 1, residual, Parallelism.Serial);
        var tail = Math.Sqrt(full.S.Skip(rank).Sum(x => x * x));
        Assert.Equal(1, Ratios.FrobeniusNorm(residual) / tail, tolerance: 1e-12);
    }

    [Fact]
    public void Squares_of_the_values_sum_to_the_Frobenius_norm() => SvdCase.Check(Cases / 2, c =>
    {
        if (c.Kind is MatrixKind.Denormal or MatrixKind.NearOverflow or MatrixKind.NearUnderflow)
            return;
        var a = TestMatrices.Make<double>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var sum = Math.Sqrt(Compute(a, new SvdOptions { ValuesOnly = true }).S.Sum(x => x * x));
        Assert.Equal(Ratios.FrobeniusNorm(a), sum, tolerance: 1e-13 * (1 + sum));
    });

    [Fact]
    public void Rank_zero_keeps_nothing_and_a_rank_too_large_keeps_all()
    {
        var a = TestMatrices.Gaussian<double>(5, 3, 4);
        var none = Compute(a, new SvdOptions { Rank = 0 });
        Assert.Equal((0, 0, 0), (none.U.Columns, none.S.Length, none.Vt.Rows));
        Assert.Equal(3, Compute(a, new SvdOptions { Rank = 9 }).S.Length);
        Assert.ThrowsAny<ArgumentException>(() => Compute(a, new SvdOptions { Rank = -1 }));
    }

    [Fact]
    public void A_2x2_by_hand()
    {
        // AᵀA = [25 20; 20 25] has the eigenvalues 45 and 5, with (1, 1)/√2 and (1, −1)/√2.
        var (_, s, vt) = Compute(Matrix<double>.Create(2, 2, (i, j) => new double[,] { { 3, 0 }, { 4, 5 } }[i, j]), new SvdOptions());
        Assert.Equal(Math.Sqrt(45), s[0], tolerance: 1e-14);
        Assert.Equal(Math.Sqrt(5), s[1], tolerance: 1e-14);
        Assert.Equal(0.5, vt[0, 0] * vt[0, 1], tolerance: 1e-14);
        Assert.Equal(-0.5, vt[1, 0] * vt[1, 1], tolerance: 1e-14);
    }

    [Fact]
    public void A_3x3_by_hand()
    {
        // The block [3 4; 4 9] has the eigenvalues 11 and 1; the first by (1, 2)/√5.
        var (u, s, vt) = Compute(Matrix<double>.Create(3, 3, (i, j) => new double[,] { { 2, 0, 0 }, { 0, 3, 4 }, { 0, 4, 9 } }[i, j]), new SvdOptions());
        Assert.Equal(11, s[0], tolerance: 1e-13);
        Assert.Equal(2, s[1], tolerance: 1e-13);
        Assert.Equal(1, s[2], tolerance: 1e-13);
        Assert.Equal(0.4, u[1, 0] * vt[0, 2], tolerance: 1e-13);
        Assert.Equal(1, u[0, 1] * vt[1, 0], tolerance: 1e-13);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_not_finite_is_refused_with_its_position(double value)
    {
        var a = TestMatrices.Gaussian<double>(6, 9, 1);
        a[4, 7] = value;
        a[5, 0] = value;
        var exception = Assert.Throws<NonFiniteMatrixException>(() => Compute(a, new SvdOptions()));
        Assert.Equal((4, 7), (exception.Row, exception.Column));
    }

    [Fact]
    public void A_value_beyond_the_largest_number_is_an_overflow() =>
        Assert.Throws<OverflowException>(() => Compute(Matrix<float>.Create(4, 4, (_, _) => float.MaxValue), new SvdOptions()));

    [Fact]
    public void A_cancelled_token_stops_it()
    {
        var cancelled = new CancellationToken(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => Compute(TestMatrices.Gaussian<double>(20, 20, 1), new SvdOptions(), cancelled));
    }

    [Theory]
    [InlineData(150, 150)]
    [InlineData(90, 220)]
    public void Any_number_of_threads_gives_the_same_bits(int m, int n)
    {
        var a = TestMatrices.Gaussian<float>(m, n, 8);
        var one = Compute(a, new SvdOptions { Parallelism = Parallelism.Serial });
        foreach (var threads in new[] { 2, 3, 5 })
        {
            var many = Compute(a, new SvdOptions { Parallelism = new Parallelism(threads) });
            Assert.Equal(one.S, many.S);
            Assert.Equal(one.U.Span.ToArray(), many.U.Span.ToArray());
            Assert.Equal(one.Vt.Span.ToArray(), many.Vt.Span.ToArray());
        }
    }

    [Fact]
    public void Float_agrees_with_double() => SvdCase.Check(Cases / 4, c =>
    {
        var a = TestMatrices.Make<float>(c.Kind, c.M, c.N, (ulong)c.Seed);
        var single = Compute(a, new SvdOptions()).S;
        var wide = Array.ConvertAll(Compute(Ratios.ToDouble(a), new SvdOptions()).S, x => (float)x);
        AssertBelow(Threshold, Ratios.Values(wide, single, Math.Max(c.M, c.N)));
    });

    [Fact]
    public void A_3x3_that_did_not_converge_elsewhere_does_here()
    {
        // metanumerics #56; symmetric and nearly singular.
        var a = new[,] { { 44.6667, -392.0000, -66.0000 }, { -392.0000, 3488.0000, 504.0001 }, { -66.0000, 504.0001, 216.0001 } };
        CheckFactors(Matrix<double>.Create(3, 3, (i, j) => a[i, j]), new SvdOptions());
        CheckFactors(Matrix<float>.Create(3, 3, (i, j) => (float)a[i, j]), new SvdOptions());
    }

    [Fact]
    public void A_3x3_of_one_column_that_did_not_converge_elsewhere_does_here()
    {
        // LDMX-Software/ldmx-sw #1405; of rank 1.
        var column = new[] { 9.63173, 9.63173, -19.2635 };
        var (_, s, _) = CheckFactors(Matrix<double>.Create(3, 3, (i, j) => j == 0 ? column[i] : 0), new SvdOptions()).Factors;
        Assert.Equal(Math.Sqrt(column.Sum(x => x * x)), s[0], tolerance: 1e-14);
        Assert.Equal([0.0, 0.0], s[1..]);
    }

    /// <summary>What LAPACK's iteration drops beside 1 in float64, a ratio of 15 at order 3.</summary>
    [Theory]
    [InlineData(2, 5e-15)]
    [InlineData(3, 1e-14)]
    [InlineData(4, 1e-14)]
    [InlineData(7, 1e-14)]
    public void What_lies_beside_the_diagonal_counts_down_to_rounding(int n, double beside) =>
        CheckFactors(Matrix<double>.Create(n, n, (i, j) => i == j ? 1 : j == i + 1 ? beside : 0), new SvdOptions());

    [Fact]
    public void All_ones_has_one_value()
    {
        var (_, s, _) = CheckFactors(Matrix<double>.Create(500, 500, (_, _) => 1), new SvdOptions()).Factors;
        Assert.Equal(500, s[0], tolerance: 1e-10);
        Assert.All(s.Skip(1), value => Assert.InRange(value, 0, 1e-10));
    }

    [Fact]
    public void A_largest_entry_of_3e_minus_17_is_no_zero()
    {
        var a = Matrix<double>.Create(8, 8, (i, j) => 3e-17 * Math.Cos(i * 8 + j));
        var (_, s, _) = CheckFactors(a, new SvdOptions()).Factors;
        Assert.InRange(s[0], 3e-17, 2.4e-16);
    }

    [Theory]
    [InlineData(40000, 20)]
    [InlineData(16384, 1)]
    [InlineData(1, 16384)]
    public void A_very_tall_or_wide_matrix_stays_thin(int m, int n) =>
        CheckFactors(TestMatrices.Gaussian<float>(m, n, 2), new SvdOptions());

    /// <summary>All that holds for the factors of any matrix.</summary>
    protected (double Reconstruction, double Left, double Right, SvdFactors<T> Factors) CheckFactors<T>(Matrix<T> a, SvdOptions options, double leftThreshold = Threshold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var factors = Compute(a, options);
        var (u, s, vt) = factors;
        var k = Math.Min(a.Rows, a.Columns);
        Assert.Equal((a.Rows, k, k, k, a.Columns), (u.Rows, u.Columns, s.Length, vt.Rows, vt.Columns));
        Assert.All(s, value => Assert.True(value >= T.Zero && T.IsFinite(value), $"singular value {value}"));
        Assert.Equal(s.OrderDescending(), s);
        var ratios = (Reconstruction: Ratios.Reconstruction(a, u, s, vt), Left: Ratios.Orthogonality(u), Right: Ratios.Orthogonality(vt.View.Transpose()));
        AssertBelow(Threshold, ratios.Reconstruction);
        AssertBelow(leftThreshold, ratios.Left);
        AssertBelow(Threshold, ratios.Right);
        return (ratios.Reconstruction, ratios.Left, ratios.Right, factors);
    }

    protected static void AssertBelow(double threshold, double ratio) => Assert.True(ratio < threshold, $"the ratio is {ratio:G4}, the threshold {threshold}");
}
