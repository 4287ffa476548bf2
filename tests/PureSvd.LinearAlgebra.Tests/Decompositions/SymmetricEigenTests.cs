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
        var a = Symmetric<float>(MatrixKind.Gaussian, 180, 3);
        var one = SymmetricEigen.Compute<float>(a, new SymmetricEigenOptions { Parallelism = Parallelism.Serial });
        var three = SymmetricEigen.Compute<float>(a, new SymmetricEigenOptions { Parallelism = new Parallelism(3) });
        Assert.Equal(one.Values, three.Values);
        Assert.Equal(one.Vectors.Span.ToArray(), three.Vectors.Span.ToArray());
    }

    private static Matrix<T> Symmetric<T>(MatrixKind kind, int n, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var b = TestMatrices.Make<T>(kind, n, n, seed);
        var half = T.One / (T.One + T.One);
        return Matrix<T>.Create(n, n, (i, j) => i >= j ? half * b[i, j] + half * b[j, i] : half * b[j, i] + half * b[i, j]);
    }
}
