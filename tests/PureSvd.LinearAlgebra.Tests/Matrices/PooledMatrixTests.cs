namespace PureSvd.LinearAlgebra.Tests.Matrices;

public class PooledMatrixTests
{
    /// <summary>From the shared pool, and with memory of its own.</summary>
    [Theory]
    [InlineData(100, 30)]
    [InlineData(3, 6_000_000)]
    public void It_holds_its_elements_until_it_is_disposed_and_no_longer(int rows, int columns)
    {
        var matrix = new PooledMatrix<double>(rows, columns);
        var view = matrix.View;
        Assert.Equal((rows, columns), (view.Rows, view.Columns));
        Assert.True(view.Stride >= columns && view.Stride % 8 == 0);
        view[0, 0] = 1;
        view[rows - 1, columns - 1] = 2;
        Assert.Equal((1.0, 2.0), (matrix.View[0, 0], matrix.View[rows - 1, columns - 1]));
        matrix.Clear(Parallelism.All);
        Assert.Equal((0.0, 0.0), (matrix.View[0, 0], matrix.View[rows - 1, columns - 1]));
        matrix.Dispose();
        Assert.Throws<ObjectDisposedException>(() => matrix.View);
        matrix.Dispose();
    }
}
