using System.Numerics;

namespace PureSvd.LinearAlgebra.Tests.Decompositions;

public class SymmetricEigenTests
{
    [Fact]
    public void Factors_meet_the_ratios_of_LAPACK_in_double() => SvdCase.Check(200, c => Check<double>(c));

    [Fact]
    public void Factors_meet_the_ratios_of_LAPACK_in_float() => SvdCase.Check(200, c => Check<float>(c));

    private static void Check<T>(SvdCase c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = Symmetric<T>(c.Kind, c.M, (ulong)c.Seed);
        var (values, q) = SymmetricEigen.Compute<T>(a, new SymmetricEigenOptions { BlockSize = c.BlockSize });
        Assert.Equal(values.OrderDescending(), values);
        QrTests.AssertBelow10(Ratios.Orthogonality(q));
        QrTests.AssertBelow10(Ratios.Reconstruction(a, q, values, q.View.Transpose()));
        var alone = SymmetricEigen.Compute<T>(a, new SymmetricEigenOptions { BlockSize = c.BlockSize, ValuesOnly = true });
        Assert.Equal((c.M, 0), (alone.Vectors.Rows, alone.Vectors.Columns));
        QrTests.AssertBelow10(Ratios.Values(values, alone.Values, c.M));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(65)]
    [InlineData(200)]
    public void Sizes_around_the_blocks_agree_with_plain_Jacobi(int n)
    {
        var a = Symmetric<double>(MatrixKind.Gaussian, n, 3);
        var fast = SymmetricEigen.Compute<double>(a);
        var plain = SymmetricEigenReference.Compute<double>(a);
        QrTests.AssertBelow10(Ratios.Values(plain.Values, fast.Values, n));
        QrTests.AssertBelow10(Ratios.Orthogonality(fast.Vectors));
        QrTests.AssertBelow10(Ratios.Reconstruction(a, fast.Vectors, fast.Values, fast.Vectors.View.Transpose()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(300)]
    public void The_largest_pairs_alone_are_those_of_the_whole(int count)
    {
        foreach (var kind in (MatrixKind[])[MatrixKind.Gaussian, MatrixKind.Repeated, MatrixKind.Zero])
        {
            const int N = 150;
            var a = Symmetric<double>(kind, N, 5);
            var whole = SymmetricEigen.Compute<double>(a);
            var (values, vectors) = SymmetricEigen.Compute<double>(a, new SymmetricEigenOptions { Count = count });
            var k = Math.Min(count, N);
            Assert.Equal(whole.Values.Take(k), values);
            Assert.Equal((N, k), (vectors.Rows, vectors.Columns));
            QrTests.AssertBelow10(Ratios.Orthogonality(vectors));
            for (var i = 0; i < N; i++)
                for (var j = 0; j < k; j++)
                    Assert.Equal(whole.Vectors[i, j], vectors[i, j], tolerance: 1e-13);
            Assert.Equal(values, SymmetricEigen.Compute<double>(a, new SymmetricEigenOptions { Count = count, ValuesOnly = true }).Values, (x, y) => Math.Abs(x - y) <= 1e-13 * (1 + Math.Abs(whole.Values[0])));
        }
    }

    [Theory]
    [InlineData(1e-14)]
    [InlineData(1e-6)]
    [InlineData(1)]
    public void Glued_Wilkinson_matrices_keep_orthogonal_vectors(double glue)
    {
        // Twenty copies, each with pairs that agree to all digits: clusters of forty.
        const int N = 21 * 20;
        Check<double>(glue);
        Check<float>(Math.Max(glue, 1e-6));

        static void Check<T>(double glue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var a = Matrix<T>.Create(N, N, (i, j) => T.CreateTruncating(
                i == j ? Math.Abs(10 - i % 21) : Math.Abs(i - j) != 1 ? 0 : Math.Max(i, j) % 21 == 0 ? glue : 1));
            var (values, q) = SymmetricEigen.Compute<T>(a);
            QrTests.AssertBelow10(Ratios.Orthogonality(q));
            QrTests.AssertBelow10(Ratios.Reconstruction(a, q, values, q.View.Transpose()));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void Roots_of_the_secular_equation_interlace_and_sum_to_the_trace(int k)
    {
        foreach (var spread in (double[])[1, 1e-8, 1e-14])
        {
            var random = new SeededRandom(9);
            var d = Enumerable.Range(0, k).Select(j => j + 1 + spread * random.NextDouble()).ToArray();
            if (k == 5)
                d[2] = d[1] * (1 + 4e-16);
            var z = Enumerable.Range(0, k).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, -7 * random.NextDouble())).ToArray();
            var equation = new RankOneEquation<double>(d, z, 0.3);
            var differences = new double[k];
            var sum = 0.0;
            for (var i = 0; i < k; i++)
            {
                var root = equation.Root(i, differences);
                Assert.InRange(root, d[i], i < k - 1 ? d[i + 1] : double.PositiveInfinity);
                for (var j = 0; j < k; j++)
                    Assert.True(j <= i ? differences[j] < 0 : differences[j] > 0);

                // What is wrong with the equation is what the rounding of its terms explains.
                var terms = d.Select((_, j) => z[j] * z[j] / differences[j]).ToArray();
                Assert.True(Math.Abs(1 / 0.3 + terms.Sum()) <= 1e-14 * k * (1 / 0.3 + terms.Sum(Math.Abs)));
                sum += root;
            }
            Assert.Equal(d.Sum() + 0.3 * z.Sum(x => x * x), sum, tolerance: 1e-13 * k * k);
        }
    }

    [Fact]
    public void Divide_and_conquer_finds_what_QL_finds()
    {
        foreach (var n in (int[])[1, 2, 3, 31, 32, 33, 64, 65, 66, 97, 200])
        {
            var random = new SeededRandom((ulong)n);
            var d = Enumerable.Range(0, n).Select(_ => random.NextGaussian()).ToArray();
            var e = Enumerable.Range(0, Math.Max(0, n - 1)).Select(i => i % 7 == 3 ? 0 : random.NextGaussian()).ToArray();
            foreach (var leaf in (int[])[2, 5, 32])
            {
                double[] values = [.. d], plain = [.. d];
                using var tree = TridiagonalDivideAndConquer<double>.Decompose(values, [.. e], n, leaf, new Parallelism(2), default);
                TridiagonalQl<double>.Diagonalize(plain, [.. e], null, Parallelism.Serial, default);
                QrTests.AssertBelow10(Ratios.Values([.. plain.Order()], [.. values.Order()], n));
            }
        }
    }

    [Fact]
    public void A_2x2_by_hand()
    {
        var (values, q) = SymmetricEigen.Compute<double>(Matrix<double>.Create(2, 2, (i, j) => i == j ? 2 : 1));
        Assert.Equal(3, values[0], tolerance: 1e-15);
        Assert.Equal(1, values[1], tolerance: 1e-15);
        Assert.Equal(0.5, q[0, 0] * q[1, 0], tolerance: 1e-15);
        Assert.Equal(-0.5, q[0, 1] * q[1, 1], tolerance: 1e-15);
    }

    [Fact]
    public void Negative_eigenvalues_come_last()
    {
        var values = SymmetricEigen.Compute<double>(Matrix<double>.Create(3, 3, (i, j) => i == j ? i - 1 : 0)).Values;
        Assert.Equal([1.0, 0, -1], values);
    }

    [Fact]
    public void The_second_difference_has_the_eigenvalues_of_the_book()
    {
        const int N = 100;
        var a = Matrix<double>.Create(N, N, (i, j) => i == j ? 2 : Math.Abs(i - j) == 1 ? -1 : 0);
        var values = SymmetricEigen.Compute<double>(a).Values;
        for (var j = 1; j <= N; j++)
            Assert.Equal(2 - 2 * Math.Cos((N + 1 - j) * Math.PI / (N + 1)), values[j - 1], tolerance: 1e-13);
    }

    [Fact]
    public void Wilkinsons_matrix_has_its_pairs()
    {
        var a = Matrix<double>.Create(21, 21, (i, j) => i == j ? Math.Abs(10 - i) : Math.Abs(i - j) == 1 ? 1 : 0);
        var values = SymmetricEigen.Compute<double>(a).Values;
        Assert.Equal(10.746194182903393, values[0], tolerance: 1e-13);
        Assert.Equal(10.746194182903322, values[1], tolerance: 1e-13);
        Assert.InRange(values[0] - values[1], 0, 1e-13);
    }

    [Fact]
    public void Only_the_lower_triangle_counts()
    {
        var a = Symmetric<double>(MatrixKind.Gaussian, 12, 3);
        var lower = Matrix<double>.Create(12, 12, (i, j) => i >= j ? a[i, j] : 99);
        Assert.Equal(SymmetricEigen.Compute<double>(a).Values.Select(x => Math.Round(x, 12)), SymmetricEigen.Compute<double>(lower).Values.Select(x => Math.Round(x, 12)));
    }

    [Fact]
    public void A_wrong_shape_or_value_is_refused()
    {
        Assert.Throws<ArgumentException>(() => SymmetricEigen.Compute<float>(new Matrix<float>(4, 3)));
        Assert.Throws<NonFiniteMatrixException>(() => SymmetricEigen.Compute<float>(Matrix<float>.Create(2, 2, (_, _) => float.NaN)));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var a = Symmetric<float>(MatrixKind.Gaussian, 580, 3);
        var one = SymmetricEigen.Compute<float>(a, new SymmetricEigenOptions { Parallelism = Parallelism.Serial });
        var three = SymmetricEigen.Compute<float>(a, new SymmetricEigenOptions { Parallelism = new Parallelism(3) });
        Assert.Equal(one.Values, three.Values);
        Assert.Equal(one.Vectors.Span.ToArray(), three.Vectors.Span.ToArray());
    }

    internal static Matrix<T> Symmetric<T>(MatrixKind kind, int n, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var b = TestMatrices.Make<T>(kind, n, n, seed);
        var half = T.One / (T.One + T.One);
        return Matrix<T>.Create(n, n, (i, j) => i >= j ? half * b[i, j] + half * b[j, i] : half * b[j, i] + half * b[i, j]);
    }
}
