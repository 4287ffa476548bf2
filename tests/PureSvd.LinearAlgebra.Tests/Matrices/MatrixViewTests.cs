namespace PureSvd.LinearAlgebra.Tests;

/// <summary>Windows: what they share, what shape they may take, and what they refuse.</summary>
public class MatrixViewTests
{
    [Fact]
    public void Products_into_their_own_factors_are_refused()
    {
        var a = TestMatrices.Random<double>(40, 40);
        var (left, right) = (a.View.ColumnRange(0, 20), a.View.ColumnRange(20, 20));
        Assert.Throws<ArgumentException>(() => Gemm.Multiply<double>(a, Operand.AsIs, a, Operand.AsIs, 1, 0, a, Parallelism.All));
        Assert.Throws<ArgumentException>(() => Gemm.Multiply(left.RowRange(0, 20), Operand.AsIs, right.RowRange(0, 20), Operand.AsIs, 1, 0, right.RowRange(19, 20), Parallelism.All));
        Assert.Throws<ArgumentException>(() => Gemm.Multiply<double>(a, Operand.AsIs, PackedMatrix<double>.Pack(a, Operand.AsIs), 1, 0, a, Parallelism.All));
        Assert.Throws<ArgumentException>(() => Syrk.Multiply<double>(a, Operand.AsIs, 1, 0, a, Parallelism.All));
        Assert.Throws<ArgumentException>(() => Trsm.SolveLeft<double>(a, Triangle.Lower, Operand.AsIs, false, a, Parallelism.All));
        Assert.Throws<ArgumentException>(() => Gemv.Multiply<double>(a, Operand.AsIs, a.Row(3), 1, 0, a.Row(3), Parallelism.All));

        Gemm.Multiply(left.RowRange(0, 20), Operand.AsIs, right.RowRange(0, 20), Operand.AsIs, 1, 0, right.RowRange(20, 20), Parallelism.All);
    }

    [Fact]
    public void A_matrix_has_no_elements_outside_its_shape()
    {
        var matrix = new Matrix<float>(2, 3);
        foreach (var (i, j) in new[] { (2, 0), (0, 3), (-1, 0), (1, -1), (int.MaxValue, int.MaxValue) })
            Assert.Throws<ArgumentOutOfRangeException>(() => matrix[i, j]);
    }

    [Fact]
    public void A_view_whose_rows_lie_end_to_end_takes_another_shape()
    {
        var matrix = Matrix<float>.Create(4, 6, (i, j) => 6 * i + j);
        Assert.Equal([7, 8, 9, 10, 11, 12], matrix.View.Reshape(7, 2, 3).ToMatrix().Span.ToArray());
        Assert.Equal([8, 9], matrix.View.RowRange(1, 1).ColumnRange(1, 4).Reshape(1, 2, 1).Span.ToArray());
        Assert.Equal(0, matrix.View.Reshape(24, 0, 5).Rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.View.Reshape(19, 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.View.Reshape(long.MaxValue, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.View.Reshape(-1, 1, 1));
        Assert.Throws<InvalidOperationException>(() => matrix.View.ColumnRange(0, 3).Reshape(0, 1, 2));
        Assert.Throws<InvalidOperationException>(() => matrix.View.ColumnRange(0, 3).Span.Length);
    }

    [Fact]
    public void Nothing_by_two_thousand_million_is_done_at_once()
    {
        var empty = new Matrix<float>(int.MaxValue, 0);
        Assert.Equal(0, empty.View.Transpose().Rows);
        Assert.Equal(int.MaxValue, empty.View.ToMatrix().Rows);
        empty.View.Fill(1);
        Assert.Empty(Svd.Compute<float>(empty).S);
        Assert.Equal(0, Norms.Frobenius<float>(empty));
    }

    [Theory]
    [InlineData(SvdAlgorithm.DivideAndConquer)]
    [InlineData(SvdAlgorithm.Householder)]
    [InlineData(SvdAlgorithm.Jacobi)]
    public void A_block_larger_than_any_matrix_is_one_block(SvdAlgorithm algorithm)
    {
        foreach (var (m, n) in new[] { (0, 0), (1, 9), (2, 2), (33, 17), (17, 64) })
        {
            var a = TestMatrices.Random<double>(m, n);
            var svd = Svd.Compute<double>(a, new SvdOptions { Algorithm = algorithm, BlockSize = int.MaxValue });
            Assert.InRange(svd.MeasureResidual(a, Parallelism.All), 0, 1e-14);
        }
        var qr = PivotedQr.Factorize<double>(TestMatrices.Random<double>(30, 20), new QrOptions { BlockSize = int.MaxValue });
        Assert.Equal(TestMatrices.Bits(PivotedQr.Factorize<double>(TestMatrices.Random<double>(30, 20)).Factors.ThinQ()), TestMatrices.Bits(qr.Factors.ThinQ()));
    }
}
