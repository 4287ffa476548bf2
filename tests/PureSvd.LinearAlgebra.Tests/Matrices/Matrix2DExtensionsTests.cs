using CommunityToolkit.HighPerformance;

namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class Matrix2DExtensionsTests
{
    [Fact]
    public void A_view_and_its_span_are_the_same_memory()
    {
        var matrix = Matrix<float>.Create(5, 7, (i, j) => 10 * i + j);
        var span = matrix.View.Slice(1, 2, 3, 4).AsSpan2D();
        Assert.Equal((3, 4), (span.Height, span.Width));
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 4; j++)
                Assert.Equal(10 * (i + 1) + j + 2, span[i, j]);
        span[2, 3] = -1;
        Assert.Equal(-1, matrix[3, 5]);
        matrix.AsSpan2D()[0, 6] = -2;
        Assert.Equal(-2, matrix[0, 6]);
    }

    [Fact]
    public void A_span_with_gaps_is_copied_row_by_row()
    {
        var span = new Span2D<double>(Enumerable.Range(0, 24).Select(i => (double)i).ToArray(), offset: 1, height: 3, width: 4, pitch: 2);
        var matrix = span.ToMatrix();
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 4; j++)
                Assert.Equal(1 + 6 * i + j, matrix[i, j]);
    }

    [Fact]
    public void Pinned_memory_is_multiplied_in_place()
    {
        var array = new float[4, 6];
        for (var i = 0; i < 3; i++)
            array[i + 1, i + 2] = 2;
        var b = TestMatrices.Random<float>(3, 3);
        var c = new Matrix<float>(3, 3);
        using (var pinned = new Memory2D<float>(array).Slice(1, 2, 3, 3).ToPinnedMatrix())
        {
            GC.Collect();
            Gemm.Multiply(pinned.View, Operand.AsIs, b, Operand.AsIs, 1, 0, c.View, Parallelism.Serial);
            pinned.View[0, 1] = 5;
        }

        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++)
                Assert.Equal(2 * b[i, j], c[i, j]);
        Assert.Equal(5, array[1, 3]);
    }

    [Fact]
    public void A_view_of_memory_that_was_let_go_is_refused()
    {
        var pinned = new Memory2D<float>(new float[2, 2]).ToPinnedMatrix();
        pinned.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pinned.View);
    }

    [Fact]
    public void Nothing_converts_to_nothing()
    {
        Assert.Equal(0, new Matrix<float>(0, 3).AsSpan2D().Length);
        Assert.Equal(0, new Matrix<float>(3, 0).View.AsSpan2D().Length);
        Assert.Equal(0, default(Span2D<float>).ToMatrix().Rows);
        using var pinned = default(Memory2D<float>).ToPinnedMatrix();
        Assert.Equal(0, pinned.View.Rows);
    }
}
