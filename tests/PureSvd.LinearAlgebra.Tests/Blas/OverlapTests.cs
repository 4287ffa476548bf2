namespace PureSvd.LinearAlgebra.Tests.Blas;

public sealed unsafe class OverlapTests
{
    [Fact]
    public void Two_windows_on_one_memory_overlap_exactly_if_they_share_an_element()
    {
        const int Size = 60;
        var memory = new Matrix<float>(1, Size);
        var random = new SeededRandom(5);
        var both = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var (a, b) = (Window(random.Next(2) == 0 ? 7 : 5), Window(random.Next(2) == 0 ? 7 : 5));
            var shared = Elements(a).Intersect(Elements(b)).Any();
            both += shared ? 1 : 0;
            Assert.True(shared == Overlap.Exists(a, b), $"{a.Rows}×{a.Columns} by {a.Stride} at {a.Data - memory.View.Data}, {b.Rows}×{b.Columns} by {b.Stride} at {b.Data - memory.View.Data}");
        }

        Assert.InRange(both, 2_000, 18_000);

        MatrixView<float> Window(int stride)
        {
            var (rows, columns) = (random.Next(5), random.Next(stride + 1));
            var length = rows == 0 ? 0 : (rows - 1) * stride + columns;
            return new MatrixView<float>(memory, memory.View.Data + random.Next(Size - length + 1), rows, columns, stride);
        }

        HashSet<long> Elements(MatrixView<float> window)
        {
            HashSet<long> elements = [];
            for (var i = 0; i < window.Rows; i++)
                for (var j = 0; j < window.Columns; j++)
                    elements.Add(window.Data - memory.View.Data + i * window.Stride + j);
            return elements;
        }
    }

    [Fact]
    public void A_product_onto_its_own_factor_is_refused_with_both_shapes()
    {
        var a = TestMatrices.Random<double>(6, 6, 1);
        var b = TestMatrices.Random<double>(6, 6, 2);
        foreach (var (left, right) in ((Matrix<double>, Matrix<double>)[])[(a, b), (b, a)])
        {
            var exception = Assert.Throws<ArgumentException>(() => Gemm.Multiply(left.View.RowRange(0, 4), Operand.AsIs, right, Operand.AsIs, 1, 0, a.View.RowRange(2, 4), Parallelism.Serial));
            Assert.Contains("4×6", exception.Message, StringComparison.Ordinal);
        }

        var floats = TestMatrices.Random<float>(6, 6, 1);
        var packed = PackedMatrix<float>.Pack(floats, Operand.AsIs);
        Assert.Throws<ArgumentException>(() => Gemm.Multiply(floats, Operand.AsIs, packed, 1, 0, floats.View, Parallelism.Serial));
        Assert.Throws<ArgumentException>(() => Gemm.Multiply(TestMatrices.Random<float>(6, 6, 2), (StoredMatrix)floats, Operand.AsIs, 1, 0, floats.View, Parallelism.Serial));
    }

    [Fact]
    public void A_product_beside_its_factors_in_one_matrix_is_right()
    {
        var all = TestMatrices.Random<float>(20, 30, 1);
        var (a, b, c) = (all.View.Slice(8, 0, 12, 8), all.View.Slice(0, 8, 8, 22), all.View.Slice(8, 8, 12, 22));
        var start = c.ToMatrix();
        Gemm.Multiply(a, Operand.AsIs, b, Operand.AsIs, -1, 1, c, Parallelism.Serial);
        GemmCheck.AssertClose(a, Operand.AsIs, b, Operand.AsIs, -1, 1, start, c);
    }

    [Fact]
    public void A_side_that_no_array_has_is_refused_before_anything_is_read()
    {
        var tall = new MatrixView<float>(null, null, int.MaxValue, 1, 1);
        var one = new Matrix<float>(1, 1);
        Assert.Throws<ArgumentException>(() => Gemm.Multiply(tall, Operand.AsIs, one, Operand.AsIs, 1, 0, tall, Parallelism.Serial));
        Assert.Throws<ArgumentException>(() => Gemm.Multiply(tall, Operand.Transposed, tall, Operand.AsIs, 1, 0, one.View, Parallelism.Serial));
    }
}
