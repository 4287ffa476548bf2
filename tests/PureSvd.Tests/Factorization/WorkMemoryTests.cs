using PureSvd.Factorization;
using PureSvd.LinearAlgebra;

namespace PureSvd.Tests.Factorization;

public class WorkMemoryTests
{
    [Fact]
    public void It_grows_is_cleared_on_request_and_can_be_taken_again_after_it_was_given_back()
    {
        using var memory = new WorkMemory();
        memory.Take(2, 3).Row(1).Fill(7);
        Assert.Equal([7, 7, 7], memory.Take(2, 3).Row(1).ToArray());
        var zeros = memory.TakeZeros(40, 50);
        Assert.Equal((40, 50), (zeros.Rows, zeros.Columns));
        for (var i = 0; i < zeros.Rows; i++)
            Assert.Equal(0, zeros.Row(i).ToArray().Sum());
        memory.Dispose();
        Assert.Equal(0, memory.TakeZeros(3, 0).Columns);
        Assert.Equal(5, memory.TakeZeros(5, 5).Rows);
    }

    [Fact]
    public void What_is_widened_has_the_values_of_its_source_whatever_its_stride()
    {
        var source = Matrix<float>.Create(5, 9, (i, j) => 0.1f * i - j);
        using var memory = new WorkMemory();
        var wide = memory.Widen(source.View.Slice(1, 2, 3, 6));
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 6; j++)
                Assert.Equal((double)source[i + 1, j + 2], wide[i, j]);
    }
}
